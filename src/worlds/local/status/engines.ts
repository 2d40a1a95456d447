// Each engine as it is now: it runs and answers; it is dead; its process is there and does not answer.

import type { EngineSpec, Owner } from '../engine.ts'
import { probe } from '../probe.ts'
import { isOurs, residentBytes } from '../process.ts'
import type { EngineRecord } from '../state.ts'
import type { Asking } from './asking.ts'
import { patienceMaxMs } from './asking.ts'
import type { Age } from './heard.ts'
import { ageOf, latest } from './heard.ts'

export interface EngineStatus extends Age {
  readonly id: string
  readonly engine: EngineSpec['name']
  readonly of: Owner
  /** `since` is the start where it runs, else when it last answered somebody who asked; undefined where nobody has heard of it. */
  readonly state: 'running' | 'dead' | 'notHeardOf' | 'notStarted'
  readonly pid: number | undefined
  readonly mebibytes: number
}

export const engineStatuses = (asking: Asking): Promise<readonly EngineStatus[]> =>
  Promise.all(
    Object.values(asking.state.engines)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map((record) => engineStatus(asking, record)),
  )

async function engineStatus({ clients, heard, asked, patience }: Asking, record: EngineRecord): Promise<EngineStatus> {
  const { id, name, owner, process: known, token, startedAt, readyAt, ready } = record
  const base = { id, engine: name, of: owner, pid: known?.pid }
  const last = ageOf(latest(heard.at(token), readyAt), asked)
  if (known === undefined || !isOurs(known, token))
    return { ...base, state: known === undefined ? 'notStarted' : 'dead', ...last, pid: undefined, mebibytes: 0 }
  const mebibytes = Math.round(residentBytes(known.pid) / 1024 / 1024)
  const said = await patience.inTime(
    probe(ready, clients.credentials(), patienceMaxMs, patience.signal).then((words) => ({ words })),
  )
  const answers = said !== undefined && said.words === undefined
  if (!answers) return { ...base, state: 'notHeardOf', ...last, mebibytes }
  heard.note(token, asked.toISOString())
  return { ...base, state: 'running', ...ageOf(startedAt, asked), mebibytes }
}
