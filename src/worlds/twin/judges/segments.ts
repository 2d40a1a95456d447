import type { Recovery } from '../../../model/timeline.ts'
import type { Judge } from './judge.ts'

const tolerance = 0.002

export const segments: Judge = {
  id: 'segments',
  title: 'the segments of a recovery add up to it, and each lies within the bounds of its timer',
  atEnd: (_world, timeline) =>
    timeline.recoveries.flatMap((recovery) => {
      const wrong = wrongIn(recovery)
      return wrong === undefined
        ? []
        : [{ event: recovery.fault, text: `${recovery.app} for ${recovery.audience}: ${wrong}` }]
    }),
}

function wrongIn({ seconds, segments: parts }: Recovery): string | undefined {
  if (seconds === undefined) return undefined
  const sum = parts.reduce((total, part) => total + part.seconds, 0)
  if (Math.abs(sum - seconds) > tolerance) return `its segments add up to ${sum.toFixed(3)} s instead of ${seconds} s`
  const outside = parts.find(
    (part) => part.seconds < part.minSeconds - tolerance || part.seconds > part.maxSeconds + tolerance,
  )
  return outside === undefined
    ? undefined
    : `${outside.timer} took ${outside.seconds} s, outside [${outside.minSeconds}, ${outside.maxSeconds}]`
}
