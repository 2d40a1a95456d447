// A Git repository over smart HTTP, to be read: what `git http-backend` does for a fetch, in the two requests of the protocol
// (https://git-scm.com/docs/http-protocol). Git itself does the work, a few fetches at a time; nothing can be pushed.

import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGunzip } from 'node:zlib'

const service = 'git-upload-pack'

export interface GitServer {
  /** True where the path was one of its own. */
  answer(path: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): boolean
  readonly served: () => number
}

export interface GitLimits {
  readonly atOnce: number
  /** Until its turn comes; then it is told to come again. */
  readonly turnSeconds: number
  /** From its turn on, until the whole of a request is here. */
  readonly bodySeconds: number
  /** From its turn on, until the whole of the answer is away. */
  readonly wholeSeconds: number
}

/** Nobody holds a turn for ever who stalls, or waits for one for ever. Flux gives a fetch up after 60 seconds itself (GitRepository, spec.timeout). */
export const gitLimits: GitLimits = { atOnce: 4, turnSeconds: 45, bodySeconds: 30, wholeSeconds: 60 }

export function gitServer(
  repository: () => string,
  say: (line: string) => void,
  limits: GitLimits = gitLimits,
): GitServer {
  let running = 0
  let served = 0
  const waiting: (() => void)[] = []

  /** Undefined: it did not come in time. */
  async function turn(): Promise<(() => void) | undefined> {
    if (running < limits.atOnce) running += 1
    else if (!(await hasCome())) return undefined
    let over = false
    return () => {
      if (over) return
      over = true
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }

  const hasCome = (): Promise<boolean> =>
    new Promise((resolve) => {
      const go = (): void => {
        clearTimeout(late)
        resolve(true)
      }
      const late = setTimeout(() => {
        waiting.splice(waiting.indexOf(go), 1)
        resolve(false)
      }, limits.turnSeconds * 1_000)
      waiting.push(go)
    })

  async function run(request: IncomingMessage, response: ServerResponse, advertise: boolean): Promise<void> {
    const release = await turn()
    if (release === undefined) {
      const why = `${limits.atOnce} fetches are under way, and this one waited ${limits.turnSeconds} s for its turn`
      say(`repositories: ${why}`)
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '5' })
      response.end(`skerry: ${why}: the machine has too much to do; it is asked again at the next interval\n`)
      return
    }
    try {
      if (response.destroyed) release()
      else begin(request, response, advertise, release)
    } catch {
      // no process could be started
      release()
      response.destroy()
    }
  }

  function begin(request: IncomingMessage, response: ServerResponse, advertise: boolean, release: () => void): void {
    const protocol = String(request.headers['git-protocol'] ?? '')
    const git = spawn(
      'git',
      ['upload-pack', '--stateless-rpc', ...(advertise ? ['--advertise-refs'] : []), repository()],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
        env: {
          PATH: process.env.PATH,
          GIT_CONFIG_NOSYSTEM: '1',
          ...(/^version=[012]$/.test(protocol) && { GIT_PROTOCOL: protocol }),
        },
      },
    )
    const end = (): void => {
      git.kill('SIGKILL')
      response.destroy()
      // what it started may keep it from closing for a while
      release()
    }
    const whole = setTimeout(end, limits.wholeSeconds * 1_000)
    const body = advertise ? undefined : setTimeout(end, limits.bodySeconds * 1_000)
    request.once('end', () => clearTimeout(body))
    response.once('close', () => {
      clearTimeout(whole)
      clearTimeout(body)
      // a client that goes away takes its process along
      git.kill()
    })
    git.on('error', () => {
      release()
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
    git.once('close', () => {
      served += 1
      release()
    })
    git.stdin.on('error', () => undefined)
    response.writeHead(200, {
      'content-type': `application/x-${service}-${advertise ? 'advertisement' : 'result'}`,
      'cache-control': 'no-cache',
    })
    if (advertise) {
      response.write(`${packet(`# service=${service}\n`)}0000`)
      git.stdin.end()
    } else if (request.headers['content-encoding'] === 'gzip') {
      const plain = createGunzip()
      plain.on('error', () => git.kill())
      request.pipe(plain).pipe(git.stdin)
    }
    // not pipeline(): git may close its end before all is read, and that must not take the connection along
    else request.pipe(git.stdin)
    git.stdout.pipe(response)
  }

  return {
    served: () => served,
    answer(path, query, request, response) {
      const advertise = path === '/info/refs' && query.get('service') === service && request.method === 'GET'
      const fetch = path === `/${service}` && request.method === 'POST'
      if (!advertise && !fetch) return false
      void run(request, response, advertise)
      return true
    },
  }
}

const packet = (text: string): string => `${(text.length + 4).toString(16).padStart(4, '0')}${text}`
