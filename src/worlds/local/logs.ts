// skerry logs: what the engines of a cluster or a federation wrote, as files that may be read in part.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import { capLog } from './runner.ts'
import type { LocalState } from './state.ts'

export interface LogFile {
  readonly engine: string
  readonly path: string
}

/** By the name of a cluster, a federation, or the fleet, whose is the world outside; a cluster that only hosts Karmada has the logs of its federation. */
export function logFiles(
  folder: string,
  state: LocalState,
  name: string,
  engine: string | undefined,
): readonly LogFile[] {
  const all = filesOf(join(folder, 'logs'))
  const of = (kind: string, wanted: string) => all.filter((it) => it.kind === kind && it.name === wanted)
  const federation = state.expected.hosts[name]
  const found = [
    ...(name === state.fleet ? of('fleet', name) : []),
    ...of('cluster', name),
    ...of('federation', name),
    ...(federation === undefined || federation === name ? [] : of('federation', federation)),
  ]
  if (found.length === 0) {
    const names = [...Object.keys(state.expected.clusters), ...Object.keys(state.expected.federations)]
    throw new Refusal(
      'usage',
      `no engine of ${name} was started on this machine`,
      names.length === 0 ? 'start some: skerry up --only CLUSTER' : `there are ${listed(names)}`,
    )
  }
  const chosen = engine === undefined ? found : found.filter((it) => it.engine === engine)
  if (chosen.length === 0)
    throw new Refusal('usage', `${name} has no engine ${engine}`, `it has ${listed(found.map((it) => it.engine))}`)
  for (const { path } of chosen) capLog(path)
  return chosen.map(({ engine: own, path }) => ({ engine: own, path }))
}

function filesOf(folder: string) {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, kind, name, engine] = /^(cluster|federation|fleet)_([^_]+)_(.+)\.log$/.exec(file) ?? []
      return kind === undefined || name === undefined || engine === undefined
        ? []
        : [{ kind, name, engine, path: join(folder, file) }]
    })
}
