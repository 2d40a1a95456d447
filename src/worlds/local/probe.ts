// Asks an engine whether it is ready, over the loopback and with the fleet's own certificates.

import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import type { Credentials } from '../kube/client.ts'
import type { Probe } from './engine.ts'

/** Undefined when it is ready, else what it said instead. */
export function probe(
  what: Probe,
  credentials: Credentials,
  timeoutMs = 2_000,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    if (what.kind === 'tcp') {
      const socket = connect({ host: '127.0.0.1', port: what.port, timeout: timeoutMs })
      const end = (answer: string | undefined) => {
        socket.destroy()
        resolve(answer)
      }
      signal?.addEventListener('abort', () => end('no answer'))
      socket.once('connect', () => end(undefined))
      socket.once('timeout', () => end('no answer'))
      socket.once('error', (error) => end(error.message))
      return
    }
    const options = { host: '127.0.0.1', port: what.port, path: what.path, agent: false, signal }
    const asked = what.kind === 'https' ? httpsRequest({ ...options, ...credentials }) : httpRequest(options)
    // a time of our own: that of a socket begins anew when it is connected, and a frozen engine still connects
    const timer = setTimeout(() => asked.destroy(new Error('no answer')), timeoutMs)
    const end = (answer: string | undefined) => {
      clearTimeout(timer)
      resolve(answer)
    }
    asked.once('response', (response) => {
      response.resume()
      end(response.statusCode === what.status ? undefined : `status ${response.statusCode}`)
    })
    asked.once('error', (error) => end(error.message))
    asked.end()
  })
}
