// Gives back what is still taken, as the journal has it, the last first: at the end of a drill, and before the next command, when a drill was
// killed. What is not there any more, or well again already, is no obstacle.

import { Refusal } from '../../../model/refusal.ts'
import type { EngineSpec, Owner } from '../engine.ts'
import { allWell } from '../outside/conditions.ts'
import { signal } from '../process.ts'
import { readState } from '../state.ts'
import type { Ended } from './bad.ts'
import { bringBack, thawEngine } from './engines.ts'
import { commitRelease } from './git.ts'
import { undoAt } from './hands.ts'
import type { Entry, FaultJournal } from './journal.ts'
import { faultJournal, readOpen } from './journal.ts'
import type { FaultsOptions, OutsideOfFaults } from './port.ts'
import { inTime } from './serial.ts'

export type HealOptions = Pick<
  FaultsOptions,
  'folder' | 'runner' | 'engines' | 'clients' | 'outside' | 'now' | 'afterLine'
>

/** The faults that were still in force, the oldest first. Throws when something of them remains: its entry stays, too. */
export async function heal(options: HealOptions): Promise<readonly string[]> {
  const { folder, runner, engines, outside } = options
  const journal = faultJournal(folder, options)
  const open = journal.open()
  const problems: string[] = []
  const attempt = async (entries: readonly Entry[], act: () => Promise<unknown>): Promise<void> => {
    try {
      await act()
      journal.crossOut(entries.map(({ number }) => number))
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
    }
  }

  // first the ways: what starts has to reach its API server over them
  await attempt(
    open.filter(({ undo }) => undo.kind === 'conditions'),
    async () => {
      if (open.some(({ undo }) => undo.kind === 'conditions')) await outside.setConditions(allWell)
    },
  )
  const ended = open.filter(({ undo }) => undo.kind === 'engine')
  await attempt(ended, async () => {
    const back = new Map<string, Ended>()
    for (const { undo } of ended)
      if (undo.kind === 'engine') {
        thawEngine(runner.ledger.state(), undo)
        back.set(undo.id, 'killed')
      }
    await bringBack(runner, engines, back)
  })
  for (const entry of open.toReversed())
    if (entry.undo.kind !== 'engine' && entry.undo.kind !== 'conditions' && entry.undo.kind !== 'fault')
      await attempt([entry], () => undone(options, entry))
  await attempt(
    open.filter(({ undo }) => undo.kind === 'fault'),
    async () => undefined,
  )

  if (problems.length > 0)
    throw new Refusal(
      'world',
      'not all that a drill took away could be given back',
      'run skerry up, which gives back the rest; or skerry down',
      problems.map((message) => ({ message })),
    )
  return titlesOf(open)
}

const titlesOf = (entries: readonly Entry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ fault, undo }) => (undo.kind === 'fault' ? [fault] : []))),
]

/** What needs an engine that is not part of this layout is not there to be undone. */
async function undone({ engines, clients }: HealOptions, { undo }: Entry): Promise<void> {
  if (undo.kind === 'commit') {
    await commitRelease(undo, undefined)
    return
  }
  const owner = ownerOf(undo)
  if (owner === undefined || !engines.some(({ id }) => id === apiOf(owner))) return
  await inTime(undoAt(clients.of(owner), undo) ?? Promise.resolve(), undoMs)
}

const undoMs = 60_000

function ownerOf(undo: Entry['undo']): Owner | undefined {
  if (undo.kind === 'release') return undo.owner
  return 'cluster' in undo ? { kind: 'cluster', name: undo.cluster } : undefined
}

const apiOf = ({ kind, name }: Owner): string =>
  `${kind}/${name}/${kind === 'cluster' ? 'kube-apiserver' : 'karmada-apiserver'}`

// ---------------------------------------------------------------------------------------------- for up and down

/** What a fault froze goes on, so that it can be asked, or told to end. Needs no plan, and no state that can be read. */
export function thaw(folder: string): void {
  const open = readOpen(folder).flatMap(({ undo }) => (undo.kind === 'engine' ? [undo] : []))
  if (open.length === 0) return
  const engines = stateAt(folder)
  for (const undo of open) {
    if (engines !== undefined) thawEngine(engines, undo)
    if (undo.process !== undefined && undo.token !== undefined) signal(undo.process, undo.token, 'SIGCONT')
  }
}

function stateAt(folder: string) {
  try {
    return readState(folder)
  } catch {
    return undefined
  }
}

export interface HealingUpOptions extends Pick<HealOptions, 'folder' | 'clients' | 'now'> {
  readonly outside: () => (OutsideOfFaults & { audiences(running: boolean): Promise<void> }) | undefined
}

export interface HealingUp {
  /** The faults that were in force. */
  readonly faults: readonly string[]
  /** That engine runs and is ready: what waited for it is given back. */
  ready(spec: EngineSpec): Promise<void>
  /**
   * Everything runs: what is left was about something that is not part of the fleet any more, and users ask no more, as those of a drill
   * that was killed still do. What could not be undone all the same, in sentences; it stays in the journal.
   */
  done(): Promise<readonly string[]>
}

/** For an `up`, which starts what is dead anyway, and waits for nodes that must be on for that. */
export function healingUp({ folder, outside, clients, now }: HealingUpOptions): HealingUp {
  thaw(folder)
  const journal: FaultJournal = faultJournal(folder, { now })
  const open = journal.open()
  const crossOut = (entries: readonly Entry[]): void => journal.crossOut(entries.map(({ number }) => number))
  const commits = open.flatMap((entry) => (entry.undo.kind === 'commit' ? [{ entry, undo: entry.undo }] : []))
  const problems = new Map<Entry, string>()
  const released = Promise.all(
    commits.toReversed().map(async ({ entry, undo }) => {
      try {
        await commitRelease(undo, undefined)
        crossOut([entry])
      } catch (error) {
        problems.set(entry, `${entry.fault}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }),
  )
  return {
    faults: titlesOf(open),
    ready: async (spec) => {
      if (open.length === 0) return
      await released
      crossOut(open.filter(({ undo }) => undo.kind === 'engine' && undo.id === spec.id))
      const conditions = open.filter(({ undo }) => undo.kind === 'conditions')
      if (spec.name === 'outside' && conditions.length > 0) {
        await outside()?.setConditions(allWell)
        crossOut(conditions)
      }
      for (const entry of open.toReversed()) {
        const owner = ownerOf(entry.undo)
        if (owner === undefined || apiOf(owner) !== spec.id) continue
        await inTime(undoAt(clients.of(owner), entry.undo) ?? Promise.resolve(), undoMs)
        crossOut([entry])
      }
    },
    done: async () => {
      await released
      crossOut(open.filter((entry) => !problems.has(entry)))
      await outside()?.audiences(false)
      return [...problems.values()]
    },
  }
}
