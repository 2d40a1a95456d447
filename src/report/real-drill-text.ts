// What is asked before a drill on real places: what it does, when and for how long, what it does instead where the fault itself cannot be
// had, what that risks and costs, and where it is written down until it is given back.

import { durationText } from '../model/duration.ts'
import type { Fault } from '../model/fleet.ts'
import type { Means, Risk } from '../worlds/real/drill/means.ts'

export interface DrillQuestion {
  readonly fleet: string
  readonly drill: string
  readonly seconds: number
  readonly all: readonly {
    readonly fault: Fault
    readonly means:
      | { readonly kind: 'means'; readonly means: Means; readonly standIn: string | undefined }
      | { readonly kind: 'notHere'; readonly why: string }
  }[]
  readonly riskOf: (means: Means) => Risk
  /** On this machine, and for a team where it shares the ledger. */
  readonly journal: { readonly path: string; readonly shared: string | undefined }
}

export const drillQuestion = ({ fleet, drill, seconds, all, riskOf, journal }: DrillQuestion): string =>
  [
    `The drill ${drill} breaks ${fleet} where its users are, for ${durationText(seconds)}:`,
    ...all.flatMap(({ fault, means }) => {
      if (means.kind === 'notHere') return [`  left out: ${means.why}`]
      const { what, risk, cost } = riskOf(means.means)
      const until = fault.for === undefined ? 'until its end' : `for ${durationText(fault.for)}`
      return [
        `  after ${durationText(fault.at)}, ${until}: ${what}`,
        ...(means.standIn === undefined ? [] : [`    instead: ${means.standIn}`]),
        `    risk: ${risk}`,
        `    cost: ${cost}`,
      ]
    }),
    'The undo is armed in the cloud before anything is taken away: it comes 2 min after its time, though this machine is gone.',
    journal.shared === undefined
      ? `What is taken is written down in ${journal.path}; where SKERRY_LEDGER names a bucket, other machines know of it too, and can give it back.`
      : `What is taken is written down in ${journal.shared}: any machine with that ledger can give it back.`,
    'Go on?',
  ].join('\n')
