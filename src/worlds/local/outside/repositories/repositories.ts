// What Flux fetches from: a Git repository and a folder of charts, over HTTP on the loopback, to be read by anybody on this machine who
// may reach the port. Whether a cluster reaches it is decided by its links.

import { createReadStream, existsSync, statSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { Part, Surroundings } from '../part.ts'
import type { RepositoriesConfig } from './config.ts'
import { repositoryPaths } from './config.ts'
import type { GitLimits } from './git.ts'
import { gitLimits, gitServer } from './git.ts'

export function repositories(
  { say, failed }: Pick<Surroundings, 'say' | 'failed'>,
  limits: GitLimits = gitLimits,
): Part<RepositoriesConfig | undefined> {
  let config: RepositoriesConfig | undefined
  let server: Server | undefined
  let charts = 0
  const git = gitServer(() => config?.git ?? '', say, limits)

  /** Whatever comes, and whatever becomes of a file meanwhile, nothing is thrown at the server. */
  function handle(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined)
    try {
      const url = urlOf(request)
      if (url === undefined) response.writeHead(400).end()
      else answer(url, request, response)
    } catch (error) {
      failed(error)
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end()
    }
  }

  function answer({ pathname, searchParams }: URL, request: IncomingMessage, response: ServerResponse): void {
    if (pathname.startsWith(`${repositoryPaths.git}/`) && existsSync(config?.git ?? '')) {
      if (git.answer(pathname.slice(repositoryPaths.git.length), searchParams, request, response)) return
    } else if (pathname.startsWith(`${repositoryPaths.charts}/`) && request.method === 'GET') {
      const name = pathname.slice(repositoryPaths.charts.length + 1)
      if (sendFile(config?.charts ?? '', name, response)) {
        charts += 1
        return
      }
    }
    response.writeHead(404).end()
  }

  async function stop(): Promise<void> {
    const old = server
    server = undefined
    if (old === undefined) return
    old.closeAllConnections()
    await new Promise<void>((closed) => old.close(() => closed()))
  }

  return {
    configure: async (given) => {
      const samePort = given?.port === config?.port
      config = given
      if (samePort && (server !== undefined || given === undefined)) return
      await stop()
      if (given === undefined) return
      const made = createServer(handle)
      server = made
      await new Promise<void>((listening, failed) => {
        made.once('error', failed)
        made.listen(given.port, '127.0.0.1', listening)
      })
      // such as too many open files
      made.on('error', ({ message }) => say(`repositories: ${message}`))
      say(`repositories on ${given.port}`)
    },
    conditionsChanged: () => undefined,
    state: () => ({ port: config?.port, fetches: git.served(), charts }),
    close: stop,
  }
}

/** Undefined for what is none, such as //. */
function urlOf({ url }: IncomingMessage): URL | undefined {
  try {
    return new URL(url ?? '/', 'http://localhost')
  } catch {
    return undefined
  }
}

/** A file right in the folder, by a plain name. */
function sendFile(folder: string, name: string, response: ServerResponse): boolean {
  if (!/^[A-Za-z0-9][\w.+-]*$/.test(name)) return false
  const path = join(folder, name)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() !== true) return false
  const type = name.endsWith('.yaml') ? 'text/yaml' : 'application/gzip'
  response.writeHead(200, { 'content-type': type, 'content-length': found.size })
  const file = createReadStream(path).on('error', () => response.destroy())
  // a client that goes away leaves no file open
  response.once('close', () => file.destroy())
  file.pipe(response)
  return true
}
