// A run on real places while it goes on, as a tree: by Region, what runs with its time, what it waits for and how long that takes as a rule;
// what is done is only counted.

import { clockText, durationText } from '../model/duration.ts'
import type { Went, Work } from '../worlds/real/work.ts'

export interface Running {
  readonly work: Work
  readonly seconds: number
  readonly observed: string | undefined
}

export interface ProgressView {
  readonly seconds: number
  readonly works: readonly Work[]
  readonly running: readonly Running[]
  readonly went: ReadonlyMap<string, Went>
}

export function progressTree({ seconds, works, running, went }: ProgressView): string {
  const regions = [...new Set(works.map(({ at }) => at ?? 'elsewhere'))]
  const failed = [...went.values()].filter(({ kind }) => kind === 'failed').length
  return [
    `${clockText(seconds)}  ${went.size} of ${works.length} done${failed === 0 ? '' : `, ${failed} failed`}, ${running.length} running${estimate(works, running, went)}`,
    ...regions.flatMap((region) => {
      const own = works.filter(({ at }) => (at ?? 'elsewhere') === region)
      const now = running.filter(({ work }) => (work.at ?? 'elsewhere') === region)
      const over = own.filter(({ id }) => went.has(id)).length
      if (over === own.length) return [`  ✓ ${region}  ${over} of ${own.length}`]
      return [
        `  ${region}  ${over} of ${own.length}`,
        ...now.map((it, index) => `  ${index === now.length - 1 ? '└' : '├'} ${runningText(it)}`),
      ]
    }),
  ].join('\n')
}

export const runningText = ({ work, seconds, observed }: Running): string =>
  `${work.id}  ${clockText(seconds)}${work.expected === undefined ? '' : ` of ${usual(work.expected)}`}${observed === undefined ? '' : `  ${observed}`}`

const usual = ({ minSeconds, maxSeconds }: NonNullable<Work['expected']>): string =>
  minSeconds === maxSeconds
    ? `about ${durationText(maxSeconds)}`
    : `${durationText(minSeconds)} to ${durationText(maxSeconds)}`

/** The longest way through what is left, by what is published; what has no figure counts for nothing, so that it is told as a least. */
function estimate(works: readonly Work[], running: readonly Running[], went: ProgressView['went']): string {
  const byId = new Map(works.map((work) => [work.id, work]))
  const ran = new Map(running.map(({ work, seconds }) => [work.id, seconds]))
  const known = new Map<string, number>()
  const endsAfter = (id: string): number => {
    const work = byId.get(id)
    if (work === undefined || went.has(id)) return 0
    const before = known.get(id)
    if (before !== undefined) return before
    known.set(id, 0)
    const own = Math.max(0, (work.expected?.maxSeconds ?? 0) - (ran.get(id) ?? 0))
    const ends = own + Math.max(0, ...[...work.needs, ...(work.needsOneOf ?? [])].map(endsAfter))
    known.set(id, ends)
    return ends
  }
  const seconds = Math.max(0, ...works.map(({ id }) => endsAfter(id)))
  return seconds < 60 ? '' : `; some ${Math.ceil(seconds / 60)} min more as a rule`
}
