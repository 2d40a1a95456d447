// Which DNS zone holds a name, and who serves it: Route 53 where the zone is in an account of AWS, a server of one's own elsewhere.

import type { App, DnsZone, Fleet, Network } from './fleet.ts'

/** The zone that owns a name: the one with the longest name that it ends in; of two alike, the one that the app's users see. */
export function zoneOf(fleet: Fleet, host: string, isPrivate: boolean): DnsZone | undefined {
  const rank = (zone: DnsZone) => zone.name.length * 2 + (zone.private === isPrivate ? 1 : 0)
  const owning = fleet.dnsZones.filter((zone) => host === zone.name || host.endsWith(`.${zone.name}`))
  return owning.reduce<DnsZone | undefined>(
    (best, zone) => (best === undefined || rank(zone) > rank(best) ? zone : best),
    undefined,
  )
}

/**
 * A zone without an account is served elsewhere, unless the fleet names no account at all and runs on AWS by what credentials there are.
 * A private zone is made for a VPC, and without one nobody could ask for its names.
 */
export function isOnRoute53(fleet: Fleet, zone: DnsZone): boolean {
  if (zone.existing !== undefined) return true
  if (zone.private && vpcsOf(fleet, zone).length === 0) return false
  if (zone.account !== undefined) return true
  return fleet.accounts.length === 0 && fleet.clusters.some(({ kind }) => kind === 'eks' || kind === 'eksOutpost')
}

/** A server of one's own (PowerDNS) checks from where it stands, and sees what the checkers of Route 53 on the internet cannot. */
export function isServedByOwn(fleet: Fleet, { expose }: Pick<App, 'expose'>): boolean {
  const zone = expose && zoneOf(fleet, expose.host, expose.scheme === 'internal')
  return zone !== undefined && !isOnRoute53(fleet, zone)
}

/** The VPCs from which a private zone is seen: those of its account. */
export const vpcsOf = ({ networks }: Fleet, { account }: Pick<DnsZone, 'account'>): readonly Network[] =>
  networks.filter((network) => network.account === account && network.region !== undefined)
