// The programs of the engines, as `skerry engines install` left them.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import type { Versions } from './answers.ts'
import { fluxEngines } from './delivery/flux.ts'
import { engineFiles, findEngine } from './install/cache.ts'
import { engineLocks, familyOf } from './install/locks.ts'
import type { Layout } from './layout.ts'
import { outsideProgram } from './outside/program.ts'

export interface Engines {
  readonly find: (name: string) => string | undefined
  /** Of one that is known to be there. */
  readonly binary: (name: string) => string
  /** The folder with the files of a family; '' where it is not there. */
  readonly files: (family: string) => string
  readonly versions: Versions
  /** Of the PowerDNS of this machine, as it says it; undefined where there is none. */
  readonly powerDnsVersion?: () => string | undefined
  /** What Node runs as the process outside. */
  readonly outsideProgram: () => string
}

export function enginesOfMachine(env: NodeJS.ProcessEnv): Engines {
  const find = (name: string) => (name === 'pdns_server' ? onPath(name, env) : findEngine(name, { env }))
  const version = (family: string) => engineLocks.find(({ name }) => name === family)?.version ?? ''
  return {
    find,
    // the process outside is ours, and runs on the very Node that runs this
    binary: (name) => (name === 'node' ? process.execPath : (find(name) ?? name)),
    files: (family) => engineFiles(family, { env }) ?? '',
    outsideProgram,
    versions: { kubernetes: version('kubernetes'), karmada: version('karmada') },
    powerDnsVersion: () => {
      const program = find('pdns_server')
      if (program === undefined) return undefined
      const { stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 })
      return /Authoritative Server (\d\S*)/.exec(`${stdout}${stderr}`)?.[1]
    },
  }
}

/** Of the system: servers lie where the paths of users often do not lead. */
function onPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): string | undefined {
  const folders = [...PATH.split(delimiter).filter((folder) => folder !== ''), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** What the layout runs, and what it reads. */
export function requireEngines({ find, files }: Pick<Engines, 'find' | 'files'>, layout: Layout): void {
  const federated = layout.federations.length > 0
  const programs = [
    ...(federated || layout.clusters.length > 0 ? ['etcd', 'kube-apiserver', 'kube-controller-manager'] : []),
    ...(layout.clusters.length > 0 ? ['kube-scheduler'] : []),
    ...(layout.clusters.some(({ pools }) => pools.size > 0) ? ['kwok'] : []),
    ...(federated
      ? ['aggregated-apiserver', 'controller-manager', 'scheduler', 'webhook'].map((name) => `karmada-${name}`)
      : []),
    ...(layout.clusters.some(({ flux }) => flux) ? fluxEngines : []),
    ...(layout.federations.some(({ members }) => members.some(({ sync }) => sync === 'pull')) ? ['karmada-agent'] : []),
  ]
  const missing = programs.filter((name) => find(name) === undefined)
  const families = new Set(missing.map((name) => familyOf(name)?.name ?? name))
  if (programs.includes('kwok') && files('kwok') === '') families.add('kwok')
  if (federated && files('karmada') === '') families.add('karmada')
  if (layout.clusters.some(({ flux }) => flux) && files('flux') === '') families.add('flux')
  if (families.size === 0) return
  throw new Refusal(
    'refused',
    missing.length > 0
      ? `${listed(missing)} ${missing.length === 1 ? 'is' : 'are'} not installed`
      : `the files of ${listed([...families])} are not installed`,
    `skerry engines install ${[...families].join(' ')}`,
  )
}
