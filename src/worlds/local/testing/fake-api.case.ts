// An API server of a few lines for tests of what watches: it holds objects in memory, lists them, and tells of changes. In front of it lies
// a way that can be cut: packets vanish in it, and come out when it is healed.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2'
import { createSecureServer } from 'node:http2'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credentials } from '../../kube/client.ts'
import { pkiFiles } from '../engines/control-plane.ts'
import { makePki } from '../pki.ts'

export interface FakeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown }
  readonly [field: string]: unknown
}

export interface FakeApi {
  readonly port: number
  readonly pki: string
  readonly credentials: Credentials
  /** What was asked for, in order. */
  readonly asked: string[]
  /** A kind that there is none of yet. */
  serve(path: string): void
  put(path: string, object: FakeObject): void
  remove(path: string, name: string): void
  /** Changes before now are forgotten. */
  compact(): void
  bookmark(): void
  /** All connections end. */
  hangUp(): void
  close(): Promise<void>
}

interface Change {
  readonly version: number
  readonly path: string
  readonly type: string
  readonly object: FakeObject
}

export async function fakeApi(): Promise<FakeApi> {
  const root = mkdtempSync(join(tmpdir(), 'skerry-api-'))
  const pki = pkiFiles(join(root, 'pki'))
  await makePki(pki, new Date())
  const text = (file: string): string => readFileSync(file, 'utf8')
  const objects = new Map<string, Map<string, FakeObject>>()
  let changes: Change[] = []
  const watching = new Set<{ readonly path: string; readonly stream: ServerHttp2Stream }>()
  const asked: string[] = []
  let version = 1
  let forgotten = 0

  const server: Http2SecureServer = createSecureServer({
    ...{ ca: text(pki.ca), cert: text(pki.server), key: text(pki.serverKey) },
    ...{ requestCert: true, rejectUnauthorized: true },
  })
  const sessions = new Set<{ destroy(): void }>()
  server.on('session', (session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    const url = new URL(String(headers[':path']), 'https://localhost')
    asked.push(`${url.pathname}${url.search.replace(/&timeoutSeconds=\d+/, '')}`)
    const path = url.pathname
    if (!objects.has(path)) {
      stream.respond({ ':status': 404 })
      stream.end('not found')
      return
    }
    if (url.searchParams.get('watch') === null) {
      stream.respond({ ':status': 200 })
      stream.end(
        JSON.stringify({
          metadata: { resourceVersion: String(version) },
          items: [...(objects.get(path)?.values() ?? [])],
        }),
      )
      return
    }
    const since = Number(url.searchParams.get('resourceVersion'))
    stream.respond({ ':status': 200 })
    if (since < forgotten) {
      stream.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410, message: 'too old resource version' } })}\n`)
      return
    }
    for (const change of changes) if (change.path === path && change.version > since) tell(stream, change)
    const one = { path, stream }
    watching.add(one)
    stream.once('close', () => watching.delete(one))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))

  const changed = (path: string, type: string, object: FakeObject): void => {
    version += 1
    const change = {
      ...{ version, path, type },
      object: { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } },
    }
    changes.push(change)
    for (const one of watching) if (one.path === path) tell(one.stream, change)
  }
  const tell = (stream: ServerHttp2Stream, { type, object }: Change): void => {
    stream.write(`${JSON.stringify({ type, object })}\n`)
  }
  const of = (path: string): Map<string, FakeObject> => {
    const known = objects.get(path) ?? new Map<string, FakeObject>()
    objects.set(path, known)
    return known
  }

  return {
    port: (server.address() as AddressInfo).port,
    pki: join(root, 'pki'),
    credentials: { ca: text(pki.ca), cert: text(pki.admin), key: text(pki.adminKey) },
    asked,
    serve: (path) => void of(path),
    put: (path, object) => {
      const type = of(path).has(object.metadata.name) ? 'MODIFIED' : 'ADDED'
      of(path).set(object.metadata.name, object)
      changed(path, type, object)
    },
    remove: (path, name) => {
      const object = of(path).get(name)
      if (object === undefined) return
      of(path).delete(name)
      changed(path, 'DELETED', object)
    },
    compact: () => {
      forgotten = version
      changes = []
    },
    bookmark: () => {
      version += 1
      for (const { stream } of watching)
        stream.write(
          `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } })}\n`,
        )
    },
    hangUp: () => {
      for (const session of sessions) session.destroy()
    },
    close: async () => {
      for (const session of sessions) session.destroy()
      await new Promise((closed) => server.close(closed))
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export interface FakeWay {
  readonly port: number
  cut(): void
  heal(): void
  close(): Promise<void>
}

/** A black hole that forgets nothing, as TCP sends again what was not heard. */
export async function fakeWay(target: number): Promise<FakeWay> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let open = true
  const flow = (pair: readonly [Socket, Socket]): void => {
    for (const socket of pair) if (open) socket.resume()
    for (const socket of pair) if (!open) socket.pause()
  }
  const server: Server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target })
    const pair = [near, far] as const
    pairs.add(pair)
    for (const [one, other] of [pair, [far, near] as const]) {
      one.on('data', (part) => other.write(part))
      one.on('error', () => undefined)
      one.once('close', () => {
        pairs.delete(pair)
        other.destroy()
      })
    }
    far.once('connect', () => flow(pair))
    flow(pair)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const change = (now: boolean): void => {
    open = now
    for (const pair of pairs) flow(pair)
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => change(false),
    heal: () => change(true),
    close: async () => {
      for (const [near, far] of pairs) {
        near.destroy()
        far.destroy()
      }
      await new Promise((closed) => server.close(closed))
    },
  }
}
