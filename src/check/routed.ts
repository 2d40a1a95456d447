// The sites that a name leads to, each with the field of the app that says so, and whose rules its records follow.

import type { App, Fleet } from '../model/fleet.ts'
import { isOnRoute53, zoneOf } from '../model/zones.ts'

export function routedFields({
  routing,
}: NonNullable<App['expose']>): readonly { readonly site: string; readonly field: string }[] {
  const listed = (kind: 'failover' | 'latency' | 'multivalue') =>
    (routing[kind] ?? []).map((site, index) => ({ site, field: `expose/routing/${kind}/${index}` }))
  return [
    ...(routing.simple === undefined ? [] : [{ site: routing.simple, field: 'expose/routing/simple' }]),
    ...listed('failover'),
    ...listed('latency'),
    ...listed('multivalue'),
    ...Object.keys(routing.weighted ?? {}).map((site) => ({ site, field: `expose/routing/weighted/${site}` })),
    ...Object.entries(routing.geolocation ?? {}).map(([key, site]) => ({
      site,
      field: `expose/routing/geolocation/${key}`,
    })),
  ]
}

/** Whether Route 53 holds the records of a name, or nobody says who does; a server of one's own has no such limits. */
export function followsRoute53(fleet: Fleet, { host, scheme }: NonNullable<App['expose']>): boolean {
  const zone = zoneOf(fleet, host, scheme === 'internal')
  return zone === undefined || isOnRoute53(fleet, zone)
}
