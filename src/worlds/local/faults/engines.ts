// Engines that a fault ends, holds still, and brings back. Power that goes, and a control plane that refuses, is SIGKILL: nobody says
// good-bye. One from which nothing comes any more is SIGSTOP: its connections stay open and silent.

import { setTimeout as pause } from 'node:timers/promises'
import type { EngineSpec } from '../engine.ts'
import { stopOrder } from '../engine.ts'
import { isOurs, runs, signal } from '../process.ts'
import type { Runner } from '../runner.ts'
import { ensureRunning } from '../runner.ts'
import type { LocalState } from '../state.ts'
import { walk } from '../walk.ts'
import type { Ended } from './bad.ts'
import type { Undo } from './journal.ts'

export function undoOfEngine({ engines }: LocalState, id: string, how: Ended): Undo {
  const record = engines[id]
  return {
    ...{ kind: 'engine', id, how },
    ...(record?.process !== undefined && { process: record.process, token: record.token }),
  }
}

/** May be said again: what is dead stays dead, and what stands still stands still. So it is when this comes back. */
export async function endEngines(state: LocalState, ends: ReadonlyMap<string, Ended>): Promise<void> {
  const signalled = [...ends].flatMap(([id, how]) => {
    const record = state.engines[id]
    if (record?.process === undefined) return []
    const { process: it, token } = record
    return signal(it, token, how === 'killed' ? 'SIGKILL' : 'SIGSTOP') ? [{ it, token, how }] : []
  })
  for (const { it, token, how } of signalled)
    for (let left = 400; left > 0 && (how === 'killed' ? isOurs(it, token) : runs(it.pid)); left -= 1) await pause(5)
}

type Frozen = Pick<Extract<Undo, { kind: 'engine' }>, 'id' | 'process' | 'token'>

/**
 * What was frozen goes on. Controllers and schedulers do not: a real one gives up when it has not renewed its lease for ten seconds, and is
 * started anew with a fresh memory; one here keeps no lease, and would act on what it remembers.
 */
export function thawEngine({ engines }: LocalState, { id, process, token }: Frozen): void {
  const isClient = engines[id]?.stop.order === stopOrder.client
  for (const one of [engines[id], { process, token }])
    if (one?.process !== undefined && one.token !== undefined) {
      if (isClient) signal(one.process, one.token, 'SIGKILL')
      signal(one.process, one.token, 'SIGCONT')
    }
}

/** All of them run and are ready when this comes back, those that others need first. */
export async function bringBack(
  runner: Runner,
  specs: readonly EngineSpec[],
  back: ReadonlyMap<string, Ended>,
  done: (id: string) => void = () => undefined,
): Promise<void> {
  const state = runner.ledger.state()
  for (const [id, how] of back) if (how === 'frozen') thawEngine(state, { id })
  await walk(
    specs
      .filter(({ id }) => back.has(id))
      .map((spec) => ({
        id: spec.id,
        needs: spec.needs,
        run: async () => {
          await ensureRunning(runner, spec)
          done(spec.id)
        },
      })),
  )
}

export function isAlive({ engines }: LocalState, id: string): boolean {
  const record = engines[id]
  return record?.process !== undefined && isOurs(record.process, record.token)
}
