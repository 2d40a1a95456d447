// What tests with real engines share: a place of their own on this machine, and the traces that something of it is left.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enginesOfMachine } from '../binaries.ts'
import { folderOf } from '../folder.ts'
import type { LocalState } from '../state.ts'
import { readState } from '../state.ts'

export interface Machine {
  /** Everything that a test may leave behind is in here. */
  readonly root: string
  readonly env: NodeJS.ProcessEnv
  readonly source: string
  readonly folder: string
  readonly state: () => LocalState
  readonly remove: () => void
}

export function machine(fleet: string, source: string): Machine {
  const root = mkdtempSync(join(tmpdir(), 'skerry-local-'))
  // the engines themselves stay where they were built
  const env = { ...process.env, SKERRY_STATE: root }
  const folder = folderOf(env, fleet, source)
  return {
    root,
    env,
    source,
    folder,
    state: () => {
      const state = readState(folder)
      if (state === undefined) throw new Error('there is no state')
      return state
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** For `needs`: true, or what to type. */
export function hasEngines(names: readonly string[]): true | string {
  const engines = enginesOfMachine(process.env)
  const missing = names.filter((name) => engines.find(name) === undefined)
  return missing.length === 0 || `${missing.join(', ')} not built: skerry engines install`
}

export const controlPlaneEngines = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok']
export const karmadaEngines = [
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
]

/** Processes whose command line or environment names the folder: found without asking skerry's own records. */
export function processesOf(root: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return []
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const environ = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return command.includes(root) || environ.includes(root) ? [`${pid} ${command.slice(0, 80)}`] : []
    } catch {
      return []
    }
  })
}

export const allPorts = ({ ports }: LocalState): readonly number[] =>
  Object.values(ports).flatMap((it) => Object.values(it))

/** Those on which somebody listens. */
export async function listening(ports: readonly number[]): Promise<readonly number[]> {
  const answers = await Promise.all(
    ports.map(
      (port) =>
        new Promise<number | undefined>((resolve) => {
          const socket = createConnection({ host: '127.0.0.1', port })
          socket.once('connect', () => {
            socket.destroy()
            resolve(port)
          })
          socket.once('error', () => resolve(undefined))
        }),
    ),
  )
  return answers.filter((port) => port !== undefined)
}

/** Every file and folder below, and of the places in which engines write when nobody tells them otherwise. */
export function filesOf(root: string): readonly string[] {
  const elsewhere = [
    '/var/run/kubernetes',
    join(process.env.HOME ?? '/root', '.kwok'),
    join(process.env.HOME ?? '/root', '.kube'),
  ]
  const list = (folder: string): readonly string[] => {
    try {
      return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file))
    } catch {
      return []
    }
  }
  return [root, ...elsewhere].flatMap(list).sort()
}
