// What a protocol of the AWS APIs has to do: find the action and its input in a request, and write an answer or a refusal.

import type { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

export interface Asked {
  readonly action: string
  readonly input: Input
}

export interface Protocol {
  readonly read: (request: HttpRequest) => Asked | undefined
  readonly answer: (action: string, output: Input, requestId: string) => Reply
  readonly refuse: (error: AwsError, requestId: string) => Reply
  /** Codes for what any service may say. */
  readonly codes: {
    readonly throttled: string
    readonly unknownKey: string
    readonly expired: string
    readonly denied: string
    readonly internal: string
  }
}

/** `[method, path with {Names}, action]`; a name with a plus takes slashes too. */
export type Route = readonly [method: string, path: string, action: string]

export function routed(routes: readonly Route[]): (request: HttpRequest) => Asked | undefined {
  const known = routes.map(([method, path, action]) => {
    const names: string[] = []
    const pattern = path.replace(/\{([A-Za-z]+)(\+?)\}/g, (_, name: string, greedy: string) => {
      names.push(name)
      return greedy === '+' ? '(.+)' : '([^/]+)'
    })
    return { method, action, names, pattern: new RegExp(`^${pattern}/?$`) }
  })
  return ({ method, path, query }) => {
    for (const route of known) {
      if (route.method !== method) continue
      const found = route.pattern.exec(path)
      if (found === null) continue
      const named = route.names.map((name, index) => [name, decodeURIComponent(found[index + 1] ?? '')])
      const asked: Record<string, string | string[]> = {}
      for (const key of new Set(query.keys())) {
        const values = query.getAll(key)
        asked[key] = values.length > 1 ? values : (values[0] ?? '')
      }
      return { action: route.action, input: { ...asked, ...Object.fromEntries(named) } }
    }
    return undefined
  }
}
