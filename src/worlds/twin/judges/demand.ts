import type { Service } from '../../../model/timeline.ts'
import type { Judge, Objection } from './judge.ts'

const tolerance = 1e-6

export const demand: Judge = {
  id: 'demand',
  title: 'every request is answered by one place or lost, at every moment, and availability is exactly that over time',
  atEnd(_world, timeline) {
    return timeline.services.flatMap((service) =>
      wrongIn(service, timeline.length).map(
        (text): Objection => ({
          event: timeline.events.length - 1,
          text: `${service.app} for ${service.audience}: ${text}`,
        }),
      ),
    )
  },
}

function wrongIn(service: Service, length: number): readonly string[] {
  const found: string[] = []
  let at = 0
  let lost = 0
  for (const { from, to, served, by } of service.spans) {
    if (Math.abs(from - at) > tolerance) found.push(`nothing is said from ${at} to ${from} s`)
    if (to < from) found.push(`the stretch from ${from} s ends before it begins`)
    if (served < -tolerance || served > 1 + tolerance) found.push(`${served} of the users are answered at ${from} s`)
    const sum = Object.values(by).reduce((total, share) => total + share, 0)
    if (Math.abs(sum - served) > tolerance) found.push(`the places at ${from} s answer ${sum}, not ${served}`)
    lost += (1 - served) * (to - from)
    at = to
  }
  if (Math.abs(at - length) > tolerance) found.push(`nothing is said after ${at} s`)
  if (Math.abs(lost - service.lostSeconds) > tolerance)
    found.push(`${service.lostSeconds} s are called lost instead of ${lost}`)
  if (length > 0 && Math.abs(service.availability - (1 - lost / length)) > tolerance)
    found.push(`availability is called ${service.availability}`)
  return found
}
