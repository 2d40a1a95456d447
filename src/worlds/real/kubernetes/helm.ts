// helm as a program that may hang: it has a limit of its own and one of ours, it is ended with the run that asked for it, and while it runs
// that is told.

import { spawn } from 'node:child_process'
import { Refusal } from '../../../model/refusal.ts'
import { safe } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'

export interface HelmLimits {
  /** What helm itself waits for, by its `--timeout`. */
  readonly ownSeconds: number
  /** Over that: helm does not keep its own limit while an API takes connections and does not answer. */
  readonly hardSeconds: number
  /** For what only looks. */
  readonly lookSeconds: number
  /** From SIGTERM, at which helm marks the release as failed, to SIGKILL. */
  readonly graceSeconds: number
  readonly tellSeconds: number
}

const usualLimits: HelmLimits = {
  ownSeconds: 600,
  hardSeconds: 900,
  lookSeconds: 120,
  graceSeconds: 10,
  tellSeconds: 5,
}

/** Those that know `--timeout`: https://helm.sh/docs/helm/helm_upgrade/, uninstall and rollback. */
const acting = new Set(['upgrade', 'uninstall', 'rollback'])

export const helmIn =
  (env: NodeJS.ProcessEnv, limits: Partial<HelmLimits> = {}): Ground['helm'] =>
  (args, input, told) => {
    const { ownSeconds, hardSeconds, lookSeconds, graceSeconds, tellSeconds } = { ...usualLimits, ...limits }
    const [verb = ''] = args
    const isActing = acting.has(verb)
    const limitSeconds = isActing ? hardSeconds : lookSeconds
    return new Promise((resolve, reject) => {
      if (told?.signal.aborted === true) return reject(told.signal.reason)
      const began = performance.now()
      const seconds = (): number => Math.round((performance.now() - began) / 1000)
      const child = spawn('helm', isActing ? [...args, '--timeout', `${ownSeconds}s`] : [...args], { env })
      const out: Buffer[] = []
      const err: Buffer[] = []
      let isTooLong = false
      let kill: NodeJS.Timeout | undefined
      const end = (): void => {
        child.kill('SIGTERM')
        kill ??= setTimeout(() => {
          child.kill('SIGKILL')
          // a child of helm may still hold its pipes
          child.stdout.destroy()
          child.stderr.destroy()
        }, graceSeconds * 1000)
      }
      const limit = setTimeout(() => {
        isTooLong = true
        end()
      }, limitSeconds * 1000)
      const telling = setInterval(() => told?.observe(`helm ${verb} has run for ${seconds()} s`), tellSeconds * 1000)
      told?.signal.addEventListener('abort', end)
      const done = (): void => {
        clearTimeout(limit)
        clearTimeout(kill)
        clearInterval(telling)
        told?.signal.removeEventListener('abort', end)
      }
      child.stdout.on('data', (part: Buffer) => out.push(part))
      child.stderr.on('data', (part: Buffer) => err.push(part))
      child.stdin.on('error', () => undefined)
      child.stdin.end(input ?? '')
      child.once('error', (error: NodeJS.ErrnoException) => {
        done()
        reject(
          error.code === 'ENOENT'
            ? new Refusal(
                'refused',
                'there is no helm on this machine',
                'install helm 3.13 or later (helm.sh), then run this again',
              )
            : failed(verb, error.message),
        )
      })
      child.once('close', (code, by) => {
        done()
        if (code === 0) return resolve(Buffer.concat(out).toString('utf8'))
        if (told?.signal.aborted === true) return reject(told.signal.reason)
        if (isTooLong)
          return reject(
            new Refusal(
              'world',
              `helm ${verb} had not ended after ${limitSeconds} seconds, and was ended`,
              'see whether the API and the repository of the chart answer, then run this again: what helm left half done is made good',
            ),
          )
        reject(failed(verb, safe(Buffer.concat(err).toString('utf8')) || `it ended with ${code ?? by}`))
      })
    })
  }

const failed = (verb: string, why: string): Refusal =>
  new Refusal('world', `helm ${verb} failed: ${why}`, 'see to that, then run this again')
