// How long a request takes to a site and back, estimated from where users and site are. An estimate for judging objectives before
// anything exists; a measurement on the spot is worth more.

import type { Location } from '../model/place.ts'

export const roundTrip = {
  /** Light in glass: 299,792 km/s over a refractive index of 1.47. */
  kilometresPerMillisecond: 204,
  /** Cables and routes are longer than the great circle. */
  pathFactor: 2.1,
  /** Access network, both ways. */
  lastMileMilliseconds: 10,
  source:
    'Dissecting Latency in the Internet’s Fiber Infrastructure (Bozkurt et al. 2018): line of sight × 2.1 over the speed of light in fibre; 10 ms for the access network are an assumption',
} as const

export function roundTripMilliseconds(from: Location, to: Location): number {
  return (
    (2 * kilometres(from, to) * roundTrip.pathFactor) / roundTrip.kilometresPerMillisecond +
    roundTrip.lastMileMilliseconds
  )
}

/** Along the great circle. */
export function kilometres(from: Location, to: Location): number {
  const rad = Math.PI / 180
  const half = (degrees: number) => Math.sin((degrees * rad) / 2) ** 2
  const share =
    half(to.latitude - from.latitude) +
    Math.cos(from.latitude * rad) * Math.cos(to.latitude * rad) * half(to.longitude - from.longitude)
  return 2 * 6371 * Math.asin(Math.sqrt(Math.min(1, share)))
}
