// What up and down share: the lock, the ledger, the carrying out.

import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { hostname, userInfo } from 'node:os'
import type { Where } from './aws/where.ts'
import { carry } from './carry.ts'
import type { Ground } from './ground.ts'
import type { Ledger, Shelf } from './ledger.ts'
import { openLedger } from './ledger.ts'
import type { DoneWork, Verb, Watch } from './report.ts'
import { bucketShelf, folderShelf } from './shelves.ts'
import { knownClusters } from './undeclared.ts'
import type { Kept, Work } from './work.ts'

export interface RunOptions {
  readonly signal: AbortSignal
  readonly watch: Watch
  /** How much runs side by side in one Region. */
  readonly atOnce?: number
  /** `s3://bucket/prefix`; undefined: the folder of the ground. */
  readonly ledger?: string
  readonly takeOver?: boolean
  readonly digest?: string
}

/** The folder of the ground, or `s3://bucket/prefix`. */
export function shelfFor(ground: Ground, ledger: string | undefined): Shelf {
  if (ledger === undefined) return folderShelf(ground.folder)
  const { fleet } = ground.plan
  const region = fleet.networks.find((it) => it.region !== undefined)?.region ?? 'us-east-1'
  return bucketShelf(ground.aws.s3({ account: fleet.accounts[0]?.name, region }), ledger, fleet.name)
}

export function ledgerFor(
  ground: Ground,
  verb: Verb | 'drill',
  { ledger, takeOver, digest }: Pick<RunOptions, 'ledger' | 'takeOver' | 'digest'>,
  places: readonly Where[] = [],
): Promise<Ledger> {
  return openLedger(shelfFor(ground, ledger), {
    fleet: ground.plan.fleet.name,
    ...(digest !== undefined && { digest }),
    places,
    clusters: knownClusters(ground.plan.fleet),
    holder: { run: randomBytes(8).toString('hex'), who: userInfo().username, host: hostname(), pid: process.pid, verb },
    now: ground.now,
    ...(takeOver !== undefined && { takeOver }),
  })
}

export interface Carried {
  readonly work: readonly DoneWork[]
  /** What stays on purpose, each once. */
  readonly kept: readonly Kept[]
}

export async function carried(
  ground: Ground,
  works: readonly Work[],
  ledger: Ledger,
  options: RunOptions,
): Promise<Carried> {
  const { watch, signal, atOnce } = options
  const kept = new Map<string, Kept>()
  watch.begins(works)
  // each piece of work that waits listens
  const stop = new AbortController()
  setMaxListeners(0, stop.signal)
  for (const one of [signal, ledger.lost]) {
    if (one.aborted) stop.abort(one.reason)
    else one.addEventListener('abort', () => stop.abort(one.reason), { once: true, signal: stop.signal })
  }
  const went = await carry(works, {
    signal: stop.signal,
    now: ground.now,
    ...(atOnce !== undefined && { atOnce }),
    begins: async (work) => {
      await ledger.begins(work.id)
      watch.began(work)
    },
    observed: watch.observed,
    kept: (it) => void kept.set(`${it.at} ${it.kind} ${it.id}`, it),
    ended: async (work, how) => {
      watch.ended(work, how)
      // it only hints, and what was done is done: the next run looks
      await ledger.ended(work.id, how).catch(() => watch.say(`the ledger could not be written after ${work.id}`))
    },
  })
  // the interrupted is told as what a person did; this is another run's doing
  if (ledger.lost.aborted && !signal.aborted) throw ledger.lost.reason
  return {
    work: works.map((work) => ({
      id: work.id,
      title: work.title,
      steps: work.steps,
      at: work.at,
      went: went.get(work.id) ?? { kind: 'interrupted' },
    })),
    kept: [...kept.values()],
  }
}
