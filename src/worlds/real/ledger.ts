// What a run writes down before each piece of work and after it, and who may run at all. It only hints: lost, nothing is lost but the hint,
// since every run looks at what is there. A file by default; in a bucket where a team shares the fleet.

import { Refusal } from '../../model/refusal.ts'
import { placesOf } from './aws/fleet-accounts.ts'
import type { Where } from './aws/where.ts'
import type { Went } from './work.ts'

export interface LedgerEntry {
  readonly state: 'begun' | Went['kind']
  readonly at: string
  /** Of a failure, one line. */
  readonly what?: string
}

export interface LedgerState {
  readonly version: 1
  readonly fleet: string
  /** Of the fleet as it was carried out last. */
  readonly digest?: string
  readonly verb: 'up' | 'down'
  /** Where it ever had stacks: the file may name some of these no more. */
  readonly places?: readonly Where[]
  /** Clusters that it did not make and put something onto. */
  readonly clusters?: readonly KnownCluster[]
  readonly work: Readonly<Record<string, LedgerEntry>>
}

/** A cluster by its context in a kubeconfig. */
export interface KnownCluster {
  readonly name: string
  readonly context: string
  readonly kubeconfig?: string
}

export interface Holder {
  /** Drawn for each run: nobody takes another's lock for its own. */
  readonly run: string
  readonly who: string
  readonly host: string
  readonly pid: number
  readonly verb: 'up' | 'down' | 'drill'
  readonly since: string
  /** When it was last heard of. */
  readonly renewed: string
}

/** Where the words lie: a folder of this machine, or a prefix of a bucket. */
export interface Shelf {
  /** For people. */
  readonly place: string
  readonly read: (name: string) => Promise<Stored | undefined>
  /** `ifMatch`: only over that very version; `'none'`: only where there is nothing. False: somebody was first. */
  readonly write: (name: string, text: string, ifMatch?: string) => Promise<boolean>
  readonly remove: (name: string) => Promise<void>
  /** Whether the holder is known to be gone, as a process of this machine can be. */
  readonly isGone: (holder: Holder) => boolean
}

export interface Stored {
  readonly text: string
  readonly version: string
}

export interface Ledger {
  /** What earlier runs wrote; undefined: nothing, or it is lost. */
  readonly before: LedgerState | undefined
  readonly begins: (id: string) => Promise<void>
  readonly ended: (id: string, went: Went) => Promise<void>
  /** Aborted when another run has taken the lock over: this one may begin nothing more. The reason is a Refusal. */
  readonly lost: AbortSignal
  /** Lets the next run in. `isOver`: nothing is left that a ledger could tell of. */
  readonly close: (isOver?: boolean) => Promise<void>
}

export interface LedgerOptions {
  readonly fleet: string
  readonly digest?: string
  readonly holder: Omit<Holder, 'since' | 'renewed'>
  readonly now: () => Date
  /** Takes a lock over though its holder was heard of lately. */
  readonly takeOver?: boolean
  /** Where the fleet has stacks now, and onto which clusters of others it puts something; those of earlier runs are kept beside them. */
  readonly places?: readonly Where[]
  readonly clusters?: readonly KnownCluster[]
  readonly renewEverySeconds?: number
}

const lockName = 'lock.json'
const stateName = 'ledger.json'
/** A holder that was not heard of for so long is told to be stale. */
const staleAfterSeconds = 15 * 60

export async function openLedger(shelf: Shelf, options: LedgerOptions): Promise<Ledger> {
  const { now, holder, renewEverySeconds = 60 } = options
  await lock(shelf, options)
  const renewal = setInterval(() => void renewed().catch(() => undefined), renewEverySeconds * 1000)
  renewal.unref()
  const lost = new AbortController()
  let isClosed = false
  const before = await stateIn(shelf)
  const work = new Map(Object.entries(before?.verb === holder.verb ? before.work : {}))
  const places = placesOf([...(before?.places ?? []), ...(options.places ?? [])])
  const clusters = [
    ...new Map([...(before?.clusters ?? []), ...(options.clusters ?? [])].map((it) => [it.name, it])).values(),
  ]
  let writing: Promise<void> = Promise.resolve()

  async function renewed(): Promise<void> {
    const held = await shelf.read(lockName)
    const other = held === undefined ? undefined : holderIn(held)
    if (held === undefined || other?.run !== holder.run) {
      if (!isClosed) lost.abort(takenOver(shelf, other))
      return
    }
    await shelf.write(lockName, textOf({ ...other, renewed: now().toISOString() }), held.version)
  }
  const put = (id: string, entry: LedgerEntry): Promise<void> => {
    work.set(id, entry)
    // one after the other: two writes side by side would race, and the later must win
    writing = writing
      .catch(() => undefined)
      .then(async () => {
        // it is another's now
        if (lost.signal.aborted) return
        const state: LedgerState = {
          version: 1,
          fleet: options.fleet,
          ...(options.digest !== undefined && { digest: options.digest }),
          verb: holder.verb === 'down' ? 'down' : 'up',
          ...(places.length > 0 && { places }),
          ...(clusters.length > 0 && { clusters }),
          work: Object.fromEntries([...work].sort(([a], [b]) => (a < b ? -1 : 1))),
        }
        await shelf.write(stateName, textOf(state))
      })
    return writing
  }
  return {
    before,
    lost: lost.signal,
    begins: (id) => put(id, { state: 'begun', at: now().toISOString() }),
    ended: (id, went) =>
      put(id, {
        state: went.kind,
        at: now().toISOString(),
        ...(went.kind === 'failed' && { what: went.error instanceof Error ? went.error.message : String(went.error) }),
      }),
    close: async (isOver = false) => {
      isClosed = true
      clearInterval(renewal)
      await writing.catch(() => undefined)
      if (isOver && !lost.signal.aborted) await shelf.remove(stateName)
      const held = await shelf.read(lockName)
      if (held !== undefined && holderIn(held)?.run === holder.run) await shelf.remove(lockName)
    },
  }
}

async function lock(shelf: Shelf, { holder, now, takeOver = false }: LedgerOptions): Promise<void> {
  const at = now().toISOString()
  const mine = textOf({ ...holder, since: at, renewed: at } satisfies Holder)
  for (let tries = 0; tries < 3; tries++) {
    if (await shelf.write(lockName, mine, 'none')) return
    const held = await shelf.read(lockName)
    if (held === undefined) continue
    const other = holderIn(held)
    // an earlier request arrived though its answer did not, and the lock that stands in the way is this run's own
    if (other?.run === holder.run) return
    if (other !== undefined && !takeOver && !shelf.isGone(other)) throw heldBy(shelf, other, now())
    if (await shelf.write(lockName, mine, held.version)) return
  }
  throw new Refusal(
    'refused',
    `others take the lock of this fleet in ${shelf.place} at this very moment`,
    'run this again',
  )
}

function heldBy(shelf: Shelf, { who, host, pid, verb, since, renewed }: Holder, now: Date): Refusal {
  const silentSeconds = Math.round((now.getTime() - Date.parse(renewed)) / 1000)
  const isStale = silentSeconds > staleAfterSeconds
  return new Refusal(
    'refused',
    `${who} on ${host} carries out skerry ${verb} for this fleet since ${since} (process ${pid}; the lock is in ${shelf.place})${isStale ? `, and was not heard of for ${Math.round(silentSeconds / 60)} minutes` : ''}`,
    isStale
      ? 'where that run is surely gone, take its lock over: --take-over'
      : 'wait for it; where that run is surely gone, --take-over',
  )
}

const takenOver = ({ place }: Shelf, other: Holder | undefined): Refusal =>
  new Refusal(
    'refused',
    `${other === undefined ? 'somebody' : `${other.who} on ${other.host}`} took the lock of this fleet over${other === undefined ? ', and let it go' : ` at ${other.since} for skerry ${other.verb} (process ${other.pid})`}: this run begins nothing more (the lock is in ${place})`,
    'see what that run does; when it has ended, run this again: it goes on from what is there',
  )

/** What earlier runs wrote, for whoever only looks. */
export async function stateIn(shelf: Shelf): Promise<LedgerState | undefined> {
  const stored = await shelf.read(stateName)
  try {
    const state = stored === undefined ? undefined : (JSON.parse(stored.text) as LedgerState)
    if (state?.version !== 1 || typeof state.work !== 'object') return undefined
    const { places, clusters, ...rest } = state
    return {
      ...rest,
      ...(Array.isArray(places) && { places }),
      ...(Array.isArray(clusters) && { clusters }),
    }
  } catch {
    // half a file, or another's: it only hints
    return undefined
  }
}

function holderIn({ text }: Stored): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Partial<Holder>
    return typeof holder.run === 'string' ? (holder as Holder) : undefined
  } catch {
    return undefined
  }
}

const textOf = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`
