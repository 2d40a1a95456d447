// What the engines hold in memory: measured, and estimated before anything is started.

import type { EngineName } from './engine.ts'
import { portsWanted } from './engines-of.ts'
import type { Layout } from './layout.ts'
import { residentBytes } from './process.ts'
import type { LocalState } from './state.ts'

export interface MemoryUse {
  readonly engine: EngineName
  readonly count: number
  readonly mebibytes: number
}

const mebibyte = 1024 * 1024

/** By kind of engine, the largest first. */
export function memoryUse(state: LocalState): readonly MemoryUse[] {
  const groups = new Map<EngineName, { count: number; bytes: number }>()
  for (const { name, process } of Object.values(state.engines)) {
    if (process === undefined) continue
    const { count, bytes } = groups.get(name) ?? { count: 0, bytes: 0 }
    groups.set(name, { count: count + 1, bytes: bytes + residentBytes(process.pid) })
  }
  return [...groups]
    .map(([engine, { count, bytes }]) => ({ engine, count, mebibytes: Math.round(bytes / mebibyte) }))
    .sort((a, b) => b.mebibytes - a.mebibytes)
}

/** Mebibytes of one process a minute after its start, measured on Linux with the versions of the locks; rounded up. */
const typical: Readonly<Record<string, number>> = {
  outside: 90,
  powerdns: 40,
  etcd: 70,
  'kube-apiserver': 260,
  'kube-controller-manager': 100,
  'kube-scheduler': 60,
  kwok: 60,
  'karmada-apiserver': 410,
  'karmada-kube-controller-manager': 90,
  'karmada-aggregated-apiserver': 90,
  'karmada-controller-manager': 100,
  'karmada-scheduler': 50,
  'karmada-webhook': 50,
  'karmada-agent': 60,
  'source-controller': 70,
  'kustomize-controller': 60,
  'helm-controller': 70,
}

export const estimatedMebibytes = (layout: Layout): number =>
  Object.keys(portsWanted(layout))
    .map((id) => (id.split('/')[2] ?? '').replace(/^kwok-.*/, 'kwok'))
    .reduce((sum, engine) => sum + (typical[engine] ?? 60), 0)
