// The sites that a name leads to, each with the field of the app that says so.

import type { App } from '../model/fleet.ts'

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
