// What stands where, as far as faults ask: the nodes of a site with their zones and boot times, where a control plane stands, what runs on
// the nodes of a cluster. Places and traits decide it, as they do for the twin, so that a drill takes the same things away in both.

import type { Cluster, Drill, Fleet, Site } from '../../../model/fleet.ts'
import { groupBy } from '../../../model/group-by.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Assignment, Plan, Step } from '../../../model/plan.ts'
import { isClosed, traitsOf } from '../../../places/index.ts'
import { defaultBootSeconds } from '../../../timers/kubelet.ts'
import { siteOfMember } from '../copies.ts'
import { nodesOf } from '../nodes.ts'

export interface GroundNode {
  /** As timelines name it, such as `workers-0`. */
  readonly name: string
  /** As its API server names it; undefined: a machine that no pool lists. */
  readonly object: string | undefined
  readonly site: string
  readonly cluster: string
  /** The zone that its label says. */
  readonly zone: string
  readonly bootSeconds: number
  /** Kept for a control plane. */
  readonly closed: boolean
}

export interface Ground {
  readonly plan: Plan
  readonly fleet: Fleet
  readonly nodesAt: (site: string) => readonly GroundNode[]
  readonly nodesIn: (cluster: string) => readonly GroundNode[]
  /** The site at which the control plane of the cluster stands; undefined: in a Region, or nobody says. */
  readonly controlPlaneSite: (cluster: string) => string | undefined
  /** Copies of apps at the site, also one that a federation could place there and does not now. */
  readonly copiesAt: (site: string) => readonly Copy[]
  readonly copyAt: (app: string, site: string) => Copy | undefined
}

export type Copy = Omit<Assignment, 'why' | 'alternatives'>

export const nodeKey = ({ site, name }: GroundNode): string => `${site}/${name}`

export function groundOf(plan: Plan, drill: Drill | undefined): Ground {
  const { fleet } = plan
  const find = lookup(fleet)
  const joins = groupBy(
    plan.steps.filter(({ kind }) => kind === 'pool.join'),
    ({ subject }) => `${subject.site}/${subject.pool}`,
  )
  const rows = groupBy(plan.placement, ({ site }) => site)
  const bySite = remembered((name: string): readonly GroundNode[] => {
    const site = find.site(name)
    if (site === undefined) return []
    const first = (cluster: string | undefined): number => Number(cluster !== site.cluster)
    const pools = find
      .poolsOf(name)
      .map((pool) => ({ pool, cluster: pool.cluster ?? site.cluster }))
      .sort((a, b) => first(a.cluster) - first(b.cluster))
    const boot = drill?.assume?.nodeBoot ?? defaultBootSeconds
    // a cluster of machines that no pool lists still has the one that it runs on
    if (!pools.some(({ cluster }) => cluster === site.cluster) && site.cluster !== undefined)
      return [{ ...nowhere(site, site.cluster), bootSeconds: boot }, ...pools.flatMap(poolNodes)]
    return pools.flatMap(poolNodes)

    function poolNodes({ pool, cluster = '' }: (typeof pools)[number]): readonly GroundNode[] {
      const step: Step | undefined = joins.get(`${name}/${pool.name}`)?.[0]
      const objects = step === undefined ? [] : nodesOf(fleet, step, '')
      return Array.from({ length: pool.replicas }, (_, index) => ({
        name: `${pool.name}-${index}`,
        object: objects[index]?.metadata.name,
        ...{ site: name, cluster },
        zone: objects[index]?.metadata.labels?.[zoneLabel] ?? '',
        bootSeconds: pool.bootTime ?? boot,
        closed: isClosed(fleet, pool),
      }))
    }
  })
  const copies = remembered((site: string): readonly Copy[] => {
    const placed = rows.get(site) ?? []
    const known = new Set(placed.map(({ app }) => app))
    const members = new Map(
      fleet.federations.map((federation) => [
        federation.name,
        federation.memberClusters.find((member) => siteOfMember(fleet, member) === site),
      ]),
    )
    const possible = fleet.apps.flatMap(({ name: app, placement }) =>
      known.has(app)
        ? []
        : placement.flatMap(({ federation = '', namespace }): readonly Copy[] => {
            const cluster = members.get(federation)
            return cluster === undefined ? [] : [{ app, site, cluster, namespace, replicas: 0, federation }]
          }),
    )
    return [...placed, ...possible]
  })
  return {
    plan,
    fleet,
    nodesAt: bySite,
    nodesIn: (cluster) =>
      find.sitesOf(cluster).flatMap(({ name }) => bySite(name).filter((node) => node.cluster === cluster)),
    controlPlaneSite: (name) => {
      const cluster = find.cluster(name)
      return cluster === undefined ? undefined : (cluster.at ?? standsAt(cluster, find.sitesOf(name)))
    },
    copiesAt: copies,
    copyAt: (app, site) => copies(site).find((copy) => copy.app === app),
  }
}

const zoneLabel = 'topology.kubernetes.io/zone'

const nowhere = (site: Site, cluster: string): Omit<GroundNode, 'bootSeconds'> => ({
  ...{ name: 'machine-0', object: undefined, site: site.name, cluster },
  zone: site.place.zone ?? '',
  closed: false,
})

function standsAt(cluster: Cluster, [first]: readonly Site[]): string | undefined {
  if (first === undefined) return undefined
  return traitsOf(first.place, cluster.kind, cluster).controlPlaneAt.value === 'site' ? first.name : undefined
}

function remembered<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, Value>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const fresh = make(key)
    known.set(key, fresh)
    return fresh
  }
}
