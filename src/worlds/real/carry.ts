// Carries work out: what is ready begins, so many side by side in one Region; what failed stops only what needs it, everything else goes
// on. Nothing here knows what the work is.

import { assert } from '../../model/refusal.ts'
import type { Kept, Told, Went, Work } from './work.ts'

export interface CarryOptions {
  /** Aborted: nothing more begins, and what runs is told to end soon. */
  readonly signal: AbortSignal
  readonly now: () => Date
  /** How much runs side by side in one place. */
  readonly atOnce?: number
  /** Before it begins: what this writes down is there however the run ends. */
  readonly begins?: (work: Work) => Promise<void>
  readonly observed?: (work: Work, what: string) => void
  readonly kept?: (kept: Kept) => void
  readonly ended?: (work: Work, went: Went) => Promise<void>
}

const usualAtOnce = 8

export async function carry(works: readonly Work[], options: CarryOptions): Promise<ReadonlyMap<string, Went>> {
  const { signal, now, atOnce = usualAtOnce } = options
  const went = new Map<string, Went>()
  const byId = new Map(works.map((work) => [work.id, work]))
  assert(byId.size === works.length, `two pieces of work have one id: ${twice(works)}`)
  const left = new Set(works)
  const running = new Map<Work, Promise<void>>()

  const ran = (work: Work): Promise<Went> => {
    const began = now().getTime()
    const seconds = () => (now().getTime() - began) / 1000
    const told: Told = {
      signal,
      observe: (what) => options.observed?.(work, what),
      keep: (kept) => options.kept?.(kept),
    }
    return (async () => {
      try {
        await options.begins?.(work)
        const outcome = await work.run(told)
        return outcome.kind === 'done' ? { ...outcome, seconds: seconds() } : outcome
      } catch (error) {
        return signal.aborted ? { kind: 'interrupted' } : { kind: 'failed', error, seconds: seconds() }
      }
    })()
  }
  const settle = async (work: Work, how: Went): Promise<void> => {
    went.set(work.id, how)
    await options.ended?.(work, how)
  }

  for (;;) {
    const fates = await settleWhatCannot()
    if (!signal.aborted)
      for (const work of left) {
        if (fates.get(work) !== 'ready' || [...running.keys()].filter((it) => it.at === work.at).length >= atOnce)
          continue
        left.delete(work)
        running.set(
          work,
          ran(work)
            .then((how) => settle(work, how))
            .finally(() => running.delete(work)),
        )
      }
    if (running.size === 0) break
    await Promise.race(running.values())
  }
  for (const work of left) {
    assert(signal.aborted, `work waits for itself: ${work.id}`)
    await settle(work, { kind: 'interrupted' })
  }
  return went

  /** What waits for what has failed is told at once; its own dependents in the next round. */
  async function settleWhatCannot(): Promise<ReadonlyMap<Work, 'ready' | 'later'>> {
    const fates = new Map<Work, 'ready' | 'later'>()
    for (let again = true; again; ) {
      again = false
      for (const work of left) {
        const fate = fateOf(work)
        if (typeof fate === 'string') {
          fates.set(work, fate)
          continue
        }
        left.delete(work)
        fates.delete(work)
        again = true
        await settle(work, signal.aborted ? { kind: 'interrupted' } : { kind: 'waits', for: fate })
      }
    }
    return fates
  }

  function fateOf({ needs, needsOneOf = [] }: Work): 'ready' | 'later' | readonly string[] {
    const known = (ids: readonly string[]) => ids.filter((id) => byId.has(id))
    const bad = known(needs).filter((id) => went.has(id) && went.get(id)?.kind !== 'done')
    if (bad.length > 0) return bad
    if (known(needs).some((id) => !went.has(id))) return 'later'
    const some = known(needsOneOf)
    if (some.some((id) => !went.has(id))) return 'later'
    return some.length > 0 && some.every((id) => went.get(id)?.kind !== 'done') ? some : 'ready'
  }
}

const twice = (works: readonly Work[]): string =>
  works.find(({ id }, index) => works.findIndex((it) => it.id === id) !== index)?.id ?? ''
