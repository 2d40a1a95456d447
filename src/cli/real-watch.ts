// A run on real places as it is told on stderr: on a terminal a tree that is drawn again and again, elsewhere a line where something begins
// or ends, and now and then one of what takes long.

import { progressTree, runningText } from '../report/real-progress.ts'
import type { Watch } from '../worlds/real/report.ts'
import type { Went, Work } from '../worlds/real/work.ts'
import type { Shell } from './command.ts'

const drawMilliseconds = 500
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
  const timer = live === undefined ? undefined : setInterval(draw, drawMilliseconds)
  timer?.unref()
  return {
    say: (what) => (live === undefined ? undefined : live.draw(`looking: ${what}`)),
    begins: (all) => {
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
    quiet: () => live?.clear(),
    over: () => {
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
