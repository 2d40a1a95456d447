// The API itself: HTTPS, who may ask, and paths as Kubernetes has them.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { parse } from 'yaml'
import type { Certificates } from './certificates.ts'
import type { Kind } from './kinds.ts'
import type { Fields } from './merging.ts'
import { isFields } from './merging.ts'
import type { Store, Where } from './store.ts'
import { Refused } from './store.ts'

/** An answer that is not given: the next `times` requests that match get this status instead. */
export interface Fault {
  /** `PATCH /apis/apps/v1/namespaces/default/deployments/web`, or a part of it. */
  readonly match: string | RegExp
  /** 0: the connection is reset. */
  readonly status: number
  readonly message?: string
  readonly times?: number
  /** The change is made, and its answer lost. */
  readonly answerLost?: boolean
}

export interface Switches {
  /** Each answer takes that long. */
  slowMs: number
  /** Takes connections and never answers. */
  silent: boolean
  faults: { fault: Fault; left: number }[]
}

export interface Served {
  readonly port: number
  readonly asked: string[]
  readonly stop: () => Promise<void>
}

export async function serve(
  { ca, cert, key }: Certificates,
  store: Store,
  switches: Switches,
  mayAsk: (token: string | undefined, certified: boolean) => boolean,
  issue: (account: string) => string,
): Promise<Served> {
  const asked: string[] = []
  const server = createServer({ ca, cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => void answer(request, Buffer.concat(parts).toString('utf8'), response))
  })
  // a client that keeps its connection open finds it open
  server.keepAliveTimeout = 60_000

  async function answer(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const line = `${request.method} ${request.url ?? ''}`
    asked.push(line)
    if (switches.silent) return
    if (switches.slowMs > 0) await new Promise((done) => setTimeout(done, switches.slowMs))
    const planted = switches.faults.find(({ fault, left }) => left > 0 && isMeant(fault, line))
    if (planted !== undefined) {
      planted.left -= 1
      const { status, message = 'planted', answerLost } = planted.fault
      if (answerLost === true) handled(request, body)
      if (status === 0 || answerLost === true) {
        request.socket.destroy()
        return
      }
      reply(response, status, statusOf(status, 'Planted', message))
      return
    }
    const { code, value } = handled(request, body)
    reply(response, code, value)
  }

  function handled(request: IncomingMessage, body: string): { code: number; value: unknown } {
    try {
      const [, token] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
      if (!mayAsk(token, (request.socket as TLSSocket).authorized))
        throw new Refused(401, 'Unauthorized', 'Unauthorized')
      return route(
        store,
        issue,
        request.method ?? 'GET',
        request.url ?? '/',
        request.headers['content-type'] ?? '',
        body,
      )
    } catch (error) {
      if (error instanceof Refused)
        return { code: error.status, value: statusOf(error.status, error.reason, error.message) }
      return { code: 500, value: statusOf(500, 'InternalError', String(error)) }
    }
  }

  const open = new Set<Socket>()
  server.on('secureConnection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of open) socket.destroy()
      }),
  }
}

const isMeant = ({ match }: Fault, line: string): boolean =>
  typeof match === 'string' ? line.includes(match) : match.test(line)

const statusOf = (code: number, reason: string, message: string) => ({
  apiVersion: 'v1',
  kind: 'Status',
  status: 'Failure',
  message,
  reason,
  code,
})

function reply(response: ServerResponse, code: number, value: unknown): void {
  if (response.destroyed) return
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  response.writeHead(code, { 'content-type': typeof value === 'string' ? 'text/plain' : 'application/json' })
  response.end(text)
}

function route(
  store: Store,
  issue: (account: string) => string,
  method: string,
  url: string,
  type: string,
  body: string,
): { code: number; value: unknown } {
  const { pathname, searchParams } = new URL(url, 'https://localhost')
  if (['/readyz', '/livez', '/healthz'].includes(pathname)) return { code: 200, value: 'ok' }
  if (pathname === '/version') return { code: 200, value: { major: '1', minor: '35', gitVersion: 'v1.35.0-stand-in' } }
  const found = discovery(store, pathname)
  if (found !== undefined) return { code: 200, value: found }
  const { kind, namespace, name, part } = target(store, pathname)
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  if (searchParams.get('watch') === 'true' || searchParams.get('watch') === '1')
    throw new Refused(405, 'MethodNotAllowed', 'this API is not watched: ask again')
  if (name === undefined) {
    if (method === 'GET') {
      const wanted = selectorOf(searchParams.get('labelSelector'))
      const items = store
        .list(kind, namespace)
        .filter(({ metadata }) => wanted(isFields(metadata.labels) ? metadata.labels : {}))
      return { code: 200, value: { apiVersion, kind: `${kind.kind}List`, metadata: { resourceVersion: '1' }, items } }
    }
    if (method === 'POST') {
      const object = parsed(body)
      const own = isFields(object.metadata) ? object.metadata : {}
      return { code: 201, value: store.create({ kind, namespace, name: String(own.name) }, object) }
    }
    throw new Refused(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
  }
  const at: Where = { kind, namespace, name }
  if (part === 'token' && method === 'POST') {
    if (store.get(at) === undefined) throw new Refused(404, 'NotFound', `serviceaccounts "${name}" not found`)
    const { spec } = parsed(body)
    const seconds = Number((isFields(spec) ? spec.expirationSeconds : undefined) ?? 3600)
    const expirationTimestamp = new Date(Date.now() + seconds * 1000).toISOString()
    return {
      code: 201,
      value: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        status: { token: issue(`${namespace}/${name}`), expirationTimestamp },
      },
    }
  }
  if (part !== undefined && part !== 'status')
    throw new Refused(404, 'NotFound', 'the server could not find the requested resource')
  switch (method) {
    case 'GET': {
      const object = store.get(at)
      if (object === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${name}" not found`)
      return { code: 200, value: object }
    }
    case 'PUT':
      return { code: 200, value: store.write(at, { how: 'put', body: parsed(body) }, part) }
    case 'PATCH': {
      if (type.startsWith('application/apply-patch+yaml')) {
        const manager = searchParams.get('fieldManager')
        if (manager === null)
          throw new Refused(422, 'Invalid', 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value')
        const object = parsed(body)
        if (object.apiVersion !== apiVersion || object.kind !== kind.kind)
          throw new Refused(400, 'BadRequest', `the object provided is not a ${apiVersion} ${kind.kind}`)
        const wasThere = store.get(at) !== undefined
        const dryRun = searchParams.get('dryRun') === 'All'
        return {
          code: wasThere ? 200 : 201,
          value: store.write(at, { how: 'apply', manager, body: object, dryRun }, part),
        }
      }
      if (type.startsWith('application/merge-patch+json'))
        return { code: 200, value: store.write(at, { how: 'merge', body: parsed(body) }, part) }
      throw new Refused(415, 'UnsupportedMediaType', `the body of the request was in an unknown format: ${type}`)
    }
    case 'DELETE': {
      const object = store.remove(at)
      if (object === undefined) throw new Refused(404, 'NotFound', `${kind.plural} "${name}" not found`)
      return { code: 200, value: object }
    }
    default:
      throw new Refused(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
  }
}

function parsed(body: string): Fields {
  try {
    const value: unknown = parse(body)
    if (isFields(value)) return value
  } catch {
    // told below
  }
  throw new Refused(400, 'BadRequest', 'the object provided is unrecognized')
}

function discovery(store: Store, path: string): unknown {
  const kinds = store.kinds()
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] }
  if (path === '/apis') {
    const groups = [...new Set(kinds.map(({ group }) => group).filter((it) => it !== ''))]
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groups.map((name) => ({
        name,
        versions: [...new Set(kinds.filter((it) => it.group === name).map((it) => it.version))].map((version) => ({
          groupVersion: `${name}/${version}`,
          version,
        })),
      })),
    }
  }
  const [, core, group, version] = /^(?:\/(api)|\/apis\/([^/]+))\/([^/]+)$/.exec(path) ?? []
  if (version === undefined) return undefined
  const own = kinds.filter((it) => it.version === version && it.group === (core === undefined ? group : ''))
  if (own.length === 0) throw new Refused(404, 'NotFound', 'the server could not find the requested resource')
  return {
    kind: 'APIResourceList',
    groupVersion: core === undefined ? `${group}/${version}` : version,
    resources: own.flatMap(({ plural, kind, namespaced, status }) => [
      { name: plural, singularName: kind.toLowerCase(), namespaced, kind },
      ...(status ? [{ name: `${plural}/status`, singularName: '', namespaced, kind }] : []),
    ]),
  }
}

function target(
  store: Store,
  path: string,
): { kind: Kind; namespace: string | undefined; name: string | undefined; part: 'status' | 'token' | undefined } {
  const missing = new Refused(404, 'NotFound', 'the server could not find the requested resource')
  const [, group = '', version, rest = ''] = /^\/api(?:s\/([^/]+))?\/([^/]+)\/(.+)$/.exec(path) ?? []
  const parts = rest.split('/').map(decodeURIComponent)
  const within = parts[0] === 'namespaces' && parts.length > 2 && parts[2] !== 'status'
  const [plural, name, part] = within ? parts.slice(2) : parts
  const kind = store.kinds().find((it) => it.group === group && it.version === version && it.plural === plural)
  if (kind === undefined || (within && !kind.namespaced) || (!within && kind.namespaced && name !== undefined))
    throw missing
  return { kind, namespace: within ? parts[1] : undefined, name, part: part as 'status' | 'token' | undefined }
}

/** Equalities only: `a=b,c=d`. */
function selectorOf(text: string | null): (labels: Fields) => boolean {
  const wanted = (text ?? '')
    .split(',')
    .filter((it) => it !== '')
    .map((it) => it.split(/==?/) as [string, string])
  return (labels) =>
    wanted.every(([key, value]) => (value === undefined ? labels[key] !== undefined : labels[key] === value))
}
