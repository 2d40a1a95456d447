// Where users reach a copy that no load balancer of AWS is in front of: an address that its Service asks for, else one of the pool that
// MetalLB hands out on its cluster, from the low end and in the order of the apps. Elsewhere it is known only when the copy runs.

import { expandCidr } from 'cidr-tools'
import type { App, Cluster, Fleet, Placement } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { siteTraits } from '../../places/index.ts'

/** https://metallb.io/usage/#requesting-specific-ips, and its older name. */
const asking = ['metallb.io/loadBalancerIPs', 'metallb.universe.tf/loadBalancerIPs', 'kube-vip.io/loadbalancerIPs']

/** Undefined where nobody knows it before the copy runs. */
export function addressOf(fleet: Fleet, app: string, site: string): string | undefined {
  const find = lookup(fleet)
  const cluster = find.cluster(find.site(site)?.cluster)
  const copy = find.placementsAt(site).find((each) => each.app.name === app)
  const asked = copy === undefined ? undefined : askedFor(copy.app, copy.placement)
  if (asked !== undefined) return asked
  const pool = cluster?.eksAnywhere?.metallbPool
  if (cluster === undefined || pool === undefined) return undefined
  const index = frontsOn(fleet, cluster).indexOf(app)
  return index < 0 ? undefined : nth(pool, index)
}

function askedFor({ expose }: App, { annotations, manifests }: Placement): string | undefined {
  const services = manifests.filter(({ kind }) => kind === 'Service').map(({ object }) => object as ServiceObject)
  const all = [annotations, expose?.annotations, ...services.map(({ metadata }) => metadata?.annotations)]
  const text =
    all.flatMap((each) => asking.flatMap((key) => each?.[key] ?? []))[0] ??
    services.flatMap(({ spec }) => spec?.loadBalancerIP ?? [])[0]
  return text?.split(',')[0]?.trim()
}

interface ServiceObject {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec?: { readonly loadBalancerIP?: string }
}

/** Apps with a front from MetalLB on the cluster, in the order of the fleet: copies that are placed there, and those that a federation puts there. */
function frontsOn(fleet: Fleet, cluster: Cluster): readonly string[] {
  const sites = new Set(
    lookup(fleet)
      .sitesOf(cluster.name)
      .map(({ name }) => name),
  )
  const federated = new Set(
    fleet.federations.flatMap(({ name, memberClusters }) => (memberClusters.includes(cluster.name) ? name : [])),
  )
  return fleet.apps.flatMap((app) => {
    const { expose } = app
    if (expose === undefined) return []
    const routed = new Set(sitesOf(expose))
    const copies = app.placement.filter(({ site, federation }) =>
      site === undefined
        ? federated.has(federation ?? '') && [...sites].some((name) => routed.has(name))
        : sites.has(site),
    )
    const place = lookup(fleet).sitesOf(cluster.name)[0]
    const kind = expose.loadBalancer ?? (place && siteTraits(fleet, place).loadBalancers.value[0])
    return kind === 'metallb' && copies.some((copy) => askedFor(app, copy) === undefined) ? app.name : []
  })
}

const sitesOf = ({ routing }: NonNullable<App['expose']>): readonly string[] => [
  ...(routing.simple === undefined ? [] : [routing.simple]),
  ...(routing.failover ?? []),
  ...Object.keys(routing.weighted ?? {}),
  ...(routing.latency ?? []),
  ...Object.values(routing.geolocation ?? {}),
  ...(routing.multivalue ?? []),
]

/** Of `10.0.0.200-10.0.0.219`, `10.0.0.16/28`, or several of them with commas between. */
function nth(pool: string, index: number): string | undefined {
  let left = index
  for (const part of pool.split(',').map((text) => text.trim())) {
    const [first = '', last] = part.split('-').map((text) => text.trim())
    if (last === undefined && part.includes('/')) {
      for (const address of expandCidr(part)) {
        if (left === 0) return address
        left -= 1
      }
      continue
    }
    const from = numberOf(first)
    const to = numberOf(last ?? first)
    if (from + left <= to) return textOf(from + left)
    left -= to - from + 1
  }
  return undefined
}

const numberOf = (address: string): number => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)
const textOf = (address: number): string =>
  [16_777_216, 65_536, 256, 1].map((size) => Math.floor(address / size) % 256).join('.')
