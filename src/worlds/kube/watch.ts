// List and watch of an API server, as client-go does it: a list, then changes from its version on, for ever. Watches of one connection share
// it by HTTP/2; a connection on which nothing comes is asked by a ping whether it lives, so that packets that vanish are noticed.

import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2'
import { connect } from 'node:http2'
import { StringDecoder } from 'node:string_decoder'
import { setTimeout as pause } from 'node:timers/promises'

import type { Credentials } from './client.ts'
import { KubeError } from './client.ts'

export interface ApiServer {
  /** On the loopback. */
  readonly port: number
  readonly credentials: Credentials
}

export interface Heard<Kind> {
  /** All that there is: after the first list, and again when changes were missed. */
  onSync(list: readonly Kind[]): void
  onObject(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Kind): void
  /** It is tried again; told so that somebody may say so. */
  onError?(error: Error): void
  /** Whether changes are heard of at present. After true without `onSync` nothing was missed. */
  onTouch?(inTouch: boolean): void
}

export interface Watch {
  close(): void
}

export interface Patience {
  /** Before the second attempt; doubled up to the last, and each stretched by up to as much again. */
  readonly firstSeconds: number
  readonly lastSeconds: number
  /** Until a connection stands. */
  readonly connectSeconds: number
  /** Without a byte before a ping, and from there until it is given up. */
  readonly silenceSeconds: number
  readonly pingSeconds: number
}

/** For whoever looks on: at speed 10 a second of not looking is ten of the drill. */
export const eager: Patience = {
  ...{ firstSeconds: 0.1, lastSeconds: 0.25, connectSeconds: 5 },
  ...{ silenceSeconds: 5, pingSeconds: 5 },
}

/**
 * For whoever stands for an engine: k8s.io/client-go v0.36.3 tools/cache/reflector.go (0.8 s to 30 s), transport/cache.go (30 s to dial),
 * k8s.io/apimachinery pkg/util/net/http.go (30 s of silence, 15 s for the ping).
 */
export const asClientGo: Patience = {
  ...{ firstSeconds: 0.8, lastSeconds: 30, connectSeconds: 30 },
  ...{ silenceSeconds: 30, pingSeconds: 15 },
}

export interface ApiConnection {
  /** `path` is that of a list, such as `/api/v1/pods`; it may have a query. */
  watch<Kind>(path: string, heard: Heard<Kind>): Watch
  close(): void
}

/** A watch with a connection of its own. */
export function watch<Kind>(server: ApiServer, path: string, heard: Heard<Kind>, patience: Patience = eager): Watch {
  const connection = connectionTo(server, patience)
  connection.watch(path, heard)
  return connection
}

export function connectionTo(server: ApiServer, patience: Patience = eager): ApiConnection {
  const sessions = sessionsTo(server, patience)
  const watches = new Set<Watch>()
  return {
    watch: (path, heard) => {
      const made = follow(sessions.get, path, heard, patience)
      watches.add(made)
      return {
        close: () => {
          watches.delete(made)
          made.close()
        },
      }
    },
    close: () => {
      for (const one of watches) one.close()
      watches.clear()
      sessions.close()
    },
  }
}

// ---------------------------------------------------------------------------------------------- the connection

interface Session {
  readonly http: ClientHttp2Session
  /** Something came over it. */
  readonly heard: () => void
}

function sessionsTo({ port, credentials }: ApiServer, patience: Patience) {
  let known: Promise<Session> | undefined
  let open: ClientHttp2Session | undefined

  const make = (): Promise<Session> =>
    new Promise((resolve, reject) => {
      const session = connect(`https://127.0.0.1:${port}`, credentials)
      open = session
      const forget = () => {
        if (open === session) [open, known] = [undefined, undefined]
      }
      const slow = setTimeout(() => session.destroy(new Error('no connection')), patience.connectSeconds * 1_000)
      session.once('connect', () => {
        clearTimeout(slow)
        resolve({ http: session, heard: keepAsking(session, patience) })
      })
      session.once('goaway', forget)
      session.once('close', () => {
        clearTimeout(slow)
        forget()
        reject(new Error('the connection was closed'))
      })
      session.on('error', reject)
    })

  return {
    get: (): Promise<Session> => {
      known ??= make()
      return known
    },
    close: () => open?.destroy(),
  }
}

/** Pinged when nothing was heard for a while. Gives what is called when something is. */
function keepAsking(session: ClientHttp2Session, { silenceSeconds, pingSeconds }: Patience): () => void {
  let heardAt = Date.now()
  let timer = setTimeout(ask, silenceSeconds * 1_000)
  function ask(): void {
    const left = heardAt + silenceSeconds * 1_000 - Date.now()
    if (left > 0) {
      timer = setTimeout(ask, left)
      return
    }
    timer = setTimeout(() => session.destroy(new Error('no answer to a ping')), pingSeconds * 1_000)
    if (session.destroyed) return
    session.ping(() => {
      clearTimeout(timer)
      if (session.destroyed) return
      heardAt = Date.now()
      timer = setTimeout(ask, silenceSeconds * 1_000)
    })
  }
  session.once('close', () => clearTimeout(timer))
  return () => {
    heardAt = Date.now()
  }
}

// ---------------------------------------------------------------------------------------------- one watch

interface Listed<Kind> {
  readonly metadata: { readonly resourceVersion: string }
  readonly items: readonly Kind[] | null
}

interface Versioned {
  readonly metadata: { readonly resourceVersion: string }
}

type Line =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: Versioned }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly message?: string } }

/** What was missed is forgotten already: all of it has to be listed again. */
const gone = 410

function follow<Kind>(session: () => Promise<Session>, path: string, heard: Heard<Kind>, patience: Patience): Watch {
  const ending = new AbortController()
  const { signal } = ending
  let inTouch = false
  let stream: ClientHttp2Stream | undefined

  const touch = (now: boolean): void => {
    if (now === inTouch || signal.aborted) return
    inTouch = now
    heard.onTouch?.(now)
  }

  /** The lines of an answer as they come; ends with it. */
  const ask = async (query: string, onStart: () => void, onText: (text: string) => void): Promise<void> => {
    const { http, heard: cameIn } = await session()
    if (signal.aborted) return
    await new Promise<void>((resolve, reject) => {
      const asked = http.request({
        ':path': `${path}${query === '' ? '' : path.includes('?') ? '&' : '?'}${query}`,
        accept: 'application/json',
      })
      stream = asked
      const decoder = new StringDecoder('utf8')
      let status = 0
      let refusal = ''
      asked.once('response', (headers) => {
        status = Number(headers[':status'])
        if (status < 300) onStart()
      })
      asked.on('data', (part: Buffer) => {
        cameIn()
        const text = decoder.write(part)
        if (status < 300) onText(text)
        else refusal += text
      })
      asked.once('error', reject)
      asked.once('close', () => {
        stream = undefined
        if (status >= 300) reject(new KubeError(status, `GET ${path}: ${refusal.trim().slice(0, 300)}`))
        else if (status === 0 || asked.rstCode !== 0) reject(new Error(`GET ${path}: the answer broke off`))
        else resolve()
      })
    })
  }

  const list = async (): Promise<string> => {
    let text = ''
    await ask(
      '',
      () => undefined,
      (part) => {
        text += part
      },
    )
    const { metadata, items } = JSON.parse(text) as Listed<Kind>
    if (!signal.aborted) heard.onSync(items ?? [])
    return metadata.resourceVersion
  }

  /** Gives the version reached. */
  const changesSince = async (version: string, reached: (version: string) => void): Promise<void> => {
    let rest = ''
    const seconds = 300 + Math.floor(Math.random() * 300)
    await ask(
      `watch=true&allowWatchBookmarks=true&resourceVersion=${version}&timeoutSeconds=${seconds}`,
      () => touch(true),
      (part) => {
        const lines = (rest + part).split('\n')
        rest = lines.pop() ?? ''
        for (const text of lines) {
          if (signal.aborted || text.trim() === '') continue
          const line = JSON.parse(text) as Line
          if (line.type === 'ERROR') {
            const { code = 0, message = 'an error' } = line.object
            stream?.destroy(new KubeError(code, `GET ${path}: ${message}`))
            return
          }
          reached(line.object.metadata.resourceVersion)
          if (line.type !== 'BOOKMARK') heard.onObject(line.type, line.object as Kind)
        }
      },
    )
  }

  const run = async (): Promise<void> => {
    let version: string | undefined
    let wait = patience.firstSeconds
    while (!signal.aborted) {
      let since = Date.now()
      try {
        if (version === undefined) version = await list()
        since = Date.now()
        let lines = 0
        await changesSince(version, (next) => {
          version = next
          lines += 1
          wait = patience.firstSeconds
        })
        // one that ends as it begins is no watch: client-go, too, waits before the next
        if (lines > 0 || Date.now() - since > 1_000) continue
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof KubeError && error.status === gone) version = undefined
        touch(false)
        heard.onError?.(error instanceof Error ? error : new Error(String(error)))
      }
      if (Date.now() - since > 2 * 60_000) wait = patience.firstSeconds
      await pause(wait * (1 + Math.random()) * 1_000, undefined, { signal }).catch(() => undefined)
      wait = Math.min(patience.lastSeconds, wait * 2)
    }
  }
  void run()

  return {
    close: () => {
      ending.abort()
      stream?.destroy()
    },
  }
}
