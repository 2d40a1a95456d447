// skerry down --on local: stops every engine of the fleet, in order, and removes its folder. From any state: after a kill in the middle of
// up or down, without records, with records of processes that are gone, or whose pid is another program's by now, with a state that cannot be
// read, and on a disk that nothing can be written on.

import { existsSync } from 'node:fs'
import { Refusal } from '../../model/refusal.ts'
import { thaw } from './faults/heal.ts'
import { removeFolder, sweep, Unusable } from './folder.ts'
import { holdOrGoOn } from './holder.ts'
import { write } from './journal.ts'
import { titleOf } from './layout.ts'
import type { Stopped } from './runner.ts'
import { stopEngines } from './runner.ts'
import type { Ledger, LocalState } from './state.ts'
import { freshState, ledgerAt, orphansOf, readState, recovered } from './state.ts'

export interface DownReport {
  readonly folder: string
  readonly stopped: readonly Stopped[]
  readonly seconds: number
}

export interface DownOptions {
  readonly folder: string
  readonly say: (line: string) => void
  readonly now: () => Date
}

/** Undefined where there was nothing. */
export async function down({ folder, say, now }: DownOptions): Promise<DownReport | undefined> {
  ifWritable(() => sweep(folder))
  if (!existsSync(folder) && orphansOf(folder).length === 0) return undefined
  const begun = now().getTime()
  const release = await holdOrGoOn(folder, 'down', now, ({ message }) => say(`${message}: going on without a claim`))
  try {
    const state = readable(folder, say)
    const ledger = forgiving(ledgerAt(folder, recovered(state ?? freshState('', folder, folder))))
    ifWritable(() => write(folder, { at: now().toISOString(), verb: 'down', step: 'stop', phase: 'begin' }))
    const told = (it: Stopped) => {
      if (it.how !== 'gone') say(`${it.how === 'killed' ? 'killed ' : 'stopped'}  ${titleOf(it.id)}`)
    }
    // what a drill froze hears nothing, and an API server whose etcd stands still does not end
    thaw(folder)
    const stopped = [...(await stopEngines({ ledger }, Object.values(ledger.state().engines), told))]
    // one that was being started by a run that died meanwhile, or whose state somebody removed, stands in no record
    for (let round = 0; round < 3; round += 1) stopped.push(...(await stopEngines({ ledger }, orphansOf(folder), told)))
    const left = orphansOf(folder).flatMap(({ process: it }) => it?.pid ?? [])
    if (left.length > 0)
      throw new Refusal(
        'world',
        `process ${left.join(', ')} does not end`,
        'end it by hand, then run skerry down again',
      )
    removeFolder(folder)
    return { folder, stopped, seconds: (now().getTime() - begun) / 1_000 }
  } finally {
    release()
  }
}

/** Undefined where there is none, or none that can be believed: the engines carry the mark of the folder in their environment. */
function readable(folder: string, say: DownOptions['say']): LocalState | undefined {
  try {
    return readState(folder)
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    say(`${error.message}: its engines are found by what they carry in their environment`)
    return undefined
  }
}

/** Nobody needs what is written on the way out: the next `down` finds what is left without it. */
const forgiving = (ledger: Ledger): Ledger => ({
  ...ledger,
  change: (change) => ifWritable(() => ledger.change(change)),
})

function ifWritable(touch: () => void): void {
  try {
    touch()
  } catch (error) {
    if (!(error instanceof Unusable)) throw error
  }
}
