// A Kubernetes API server as skerry talks to it: JSON over TLS, with the certificates of a fleet on this machine or with a token. No client
// library: what is needed is get, server-side apply and patch of a handful of kinds, and the official client takes sixteen packages and
// longer to load than a cluster takes to answer.

import { Agent, request } from 'node:https'

/** By certificate, PEM. */
export interface Credentials {
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** An API server anywhere, and how one is known there: by certificate, or by a token that is asked for before each request. */
export interface Server {
  /** Such as `https://0123.gr7.us-west-2.eks.amazonaws.com`. */
  readonly url: string
  /** PEM; undefined: one that the machine trusts anyway. */
  readonly ca?: string
  readonly certificate?: { readonly cert: string; readonly key: string }
  readonly token?: () => Promise<string>
  /** The name in its certificate, where it is reached by another one: through a tunnel. */
  readonly servername?: string
}

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly [field: string]: unknown
  }
  readonly [field: string]: unknown
}

/** The server's answer was no: its own words, and the status by which the caller may know why. */
export class KubeError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export interface KubeClient {
  /** How it is reached, for a program that asks it itself. */
  readonly server?: Server
  /** Undefined for 404. */
  get<T = KubeObject>(path: string): Promise<T | undefined>
  /** Server-side apply; fields that others own are taken. */
  apply(object: KubeObject): Promise<KubeObject>
  /** The same for text that is YAML already. */
  applyYaml(path: string, yaml: string): Promise<KubeObject>
  /** The object as an apply would leave it, by a dry run: nothing changes. */
  tried(object: KubeObject): Promise<KubeObject>
  post(path: string, body: unknown): Promise<KubeObject>
  /** Creates from YAML; a large schema takes the server half the time of an apply. */
  postYaml(path: string, yaml: string): Promise<KubeObject>
  /** A JSON merge patch. */
  merge(path: string, body: unknown): Promise<KubeObject>
  delete(path: string): Promise<void>
  /** The path of an object, by what the server says of its kind: 404 where it does not know it; what it does not say is thrown as it is. */
  pathOf(object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): Promise<string>
  close(): void
}

interface ResourceList {
  readonly resources: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[]
}

const manager = 'fieldManager=skerry&force=true'

/** One of this machine. */
export const kubeClient = (port: number, { ca, cert, key }: Credentials, timeoutMs?: number): KubeClient =>
  kubeClientAt({ url: `https://127.0.0.1:${port}`, ca, certificate: { cert, key } }, timeoutMs)

export function kubeClientAt(server: Server, timeoutMs = 15_000): KubeClient {
  const { url, ca, certificate, token, servername } = server
  const { hostname, port, pathname } = new URL(url)
  const base = pathname.replace(/\/$/, '')
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...certificate,
  })
  const lists = new Map<string, Promise<ResourceList | undefined>>()

  async function send(method: string, path: string, type?: string, body?: string): Promise<string> {
    const bearer = await token?.()
    return new Promise((resolve, reject) => {
      const asked = request({
        host: hostname.replace(/^\[|\]$/g, ''),
        port: port === '' ? 443 : port,
        path: `${base}${path}`,
        method,
        agent,
        timeout: timeoutMs,
        headers: {
          accept: 'application/json',
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
        },
      })
      asked.once('response', (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.once('error', reject)
        response.once('end', () => {
          const text = Buffer.concat(parts).toString('utf8')
          const status = response.statusCode ?? 0
          if (status < 300) resolve(text)
          else reject(new KubeError(status, `${method} ${path}: ${wordsOf(text)}`))
        })
      })
      asked.once('timeout', () => asked.destroy(new KubeError(0, `${method} ${path}: no answer`)))
      asked.once('error', (error) => {
        // a connection that was kept, and that the other side closes just as it is used again, says nothing of the API
        // (https://nodejs.org/api/http.html#requestreusedsocket)
        if (method === 'GET' && asked.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET')
          resolve(send(method, path))
        else reject(error instanceof KubeError ? error : new KubeError(0, `${method} ${path}: ${error.message}`))
      })
      asked.end(body)
    })
  }

  const json = async <T>(answer: Promise<string>): Promise<T> => JSON.parse(await answer) as T

  async function get<T>(path: string): Promise<T | undefined> {
    try {
      return await json<T>(send('GET', path))
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined
      throw error
    }
  }

  async function pathOf({ apiVersion, kind, metadata }: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>) {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    const asked = lists.get(root) ?? get<ResourceList>(root)
    lists.set(root, asked)
    // only its own 404 says that a group is not there: no answer, no right and no certificate say nothing of what it knows
    const list = await asked.catch((error: unknown) => {
      lists.delete(root)
      throw error
    })
    const found = list?.resources.find((resource) => resource.kind === kind && !resource.name.includes('/'))
    if (found === undefined) {
      lists.delete(root)
      throw new KubeError(404, `the server does not know ${apiVersion} ${kind}`)
    }
    const namespace = found.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
    return `${root}${namespace}/${found.name}/${metadata.name}`
  }

  const applyText = (path: string, text: string): Promise<KubeObject> =>
    json(send('PATCH', `${path}?${manager}`, 'application/apply-patch+yaml', text))

  return {
    server,
    get,
    pathOf,
    apply: async (object) => applyText(await pathOf(object), JSON.stringify(object)),
    applyYaml: applyText,
    tried: async (object) =>
      json(
        send(
          'PATCH',
          `${await pathOf(object)}?${manager}&dryRun=All`,
          'application/apply-patch+yaml',
          JSON.stringify(object),
        ),
      ),
    post: (path, body) => json(send('POST', path, 'application/json', JSON.stringify(body))),
    postYaml: (path, yaml) => json(send('POST', `${path}?fieldManager=skerry`, 'application/yaml', yaml)),
    merge: (path, body) => json(send('PATCH', path, 'application/merge-patch+json', JSON.stringify(body))),
    delete: async (path) => {
      await send('DELETE', path).catch((error: unknown) => {
        if (!(error instanceof KubeError && error.status === 404)) throw error
      })
    },
    close: () => agent.destroy(),
  }
}

function wordsOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text
  } catch {
    return text.trim().slice(0, 300)
  }
}
