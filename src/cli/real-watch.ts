// A run on real places as it is told on stderr: on a terminal a tree that is drawn again and again, elsewhere a line where something begins
// or ends, and now and then one of what takes long.

import { progressTree, runningText } from '../report/real-progress.ts'
import type { Watch } from '../worlds/real/report.ts'
import type { Went, Work } from '../worlds/real/work.ts'
import type { Shell } from './command.ts'

const drawMilliseconds = 500
/** So long nothing is said of a look; then that it is waited for, again and again. */
const patienceSeconds = 5
/** A pipeline that hears nothing for ten minutes takes a job for dead. */
const lineSeconds = 60

export interface RealWatch extends Watch {
  /** Nothing is drawn until the next change. */
  readonly quiet: () => void
  readonly over: () => void
}

export function realWatch({ terminal }: Shell): RealWatch {
  const live = terminal.live()
  const start = performance.now()
  const running = new Map<Work, { readonly at: number; observed?: string; toldAt: number }>()
  const went = new Map<string, Went>()
  let works: readonly Work[] = []
  const seconds = (since: number): number => (performance.now() - since) / 1000
  const view = () => ({
    seconds: seconds(start),
    works,
    running: [...running].map(([work, { at, observed }]) => ({ work, seconds: seconds(at), observed })),
    went,
  })
  const draw = (): void => {
    if (works.length > 0) live?.draw(progressTree(view()))
  }
  const say = (text: string): void => {
    live?.clear()
    terminal.say(text)
  }
  let looking: NodeJS.Timeout | undefined
  /** An AWS that does not answer is asked again and again, for minutes: nobody shall take that for a hang. */
  const wait = (what: string, since: number): void => {
    clearTimeout(looking)
    const passed = seconds(since)
    looking = setTimeout(
      () => {
        const text = `looking: ${what}; no answer for ${Math.round(seconds(since))} s`
        if (live === undefined) terminal.say(text)
        else live.draw(text)
        wait(what, since)
      },
      (passed < patienceSeconds ? patienceSeconds : lineSeconds / 2) * 1000,
    )
    looking.unref()
  }
  const timer = live === undefined ? undefined : setInterval(draw, drawMilliseconds)
  timer?.unref()
  return {
    say: (what) => {
      live?.draw(`looking: ${what}`)
      wait(what, performance.now())
    },
    warn: say,
    begins: (all) => {
      clearTimeout(looking)
      works = all
    },
    began: (work) => {
      running.set(work, { at: performance.now(), toldAt: performance.now() })
      if (live === undefined) terminal.say(`begins  ${work.id}: ${work.title}`)
    },
    observed: (work, what) => {
      const known = running.get(work)
      if (known === undefined) return
      known.observed = what
      if (live !== undefined || seconds(known.toldAt) < lineSeconds) return
      known.toldAt = performance.now()
      terminal.say(`  ${runningText({ work, seconds: seconds(known.at), observed: what })}`)
    },
    ended: (work, how) => {
      running.delete(work)
      went.set(work.id, how)
      const text = endText(work, how)
      if (text !== undefined && (live === undefined || how.kind === 'failed' || how.kind === 'person')) say(text)
    },
    quiet: () => {
      clearTimeout(looking)
      live?.clear()
    },
    over: () => {
      clearTimeout(looking)
      clearInterval(timer)
      live?.clear()
    },
  }
}

function endText({ id }: Work, went: Went): string | undefined {
  switch (went.kind) {
    case 'done':
      return `✓ ${id}${went.changed ? '' : ': as it should be'}`
    case 'failed':
      return `✗ ${id}: ${went.error instanceof Error ? went.error.message : String(went.error)}`
    case 'person':
      return `· ${id}: ${went.what}`
    case 'waits':
    case 'interrupted':
      return undefined
  }
}
