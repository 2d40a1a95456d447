// Which links a layout asks for: one for each connection between sites that an engine of ours opens, with the hops that it crosses. Who
// administers (skerry itself, the watches of a drill) takes no link.

import type { Cluster, Fleet } from '../../../../model/fleet.ts'
import { lookup } from '../../../../model/lookup.ts'
import { traitsOf } from '../../../../places/index.ts'
import { apiServerOf } from '../../clients.ts'
import type { Owner } from '../../engine.ts'
import { outsideId } from '../../engines/outside.ts'
import type { Layout } from '../../layout.ts'
import type { Hop } from '../conditions.ts'
import { controlPlaneHopOf, gitHop, powerOf, registryHop, serviceLinkOf } from '../conditions.ts'

export interface LinkWanted {
  /** Its name among the ports of the process outside. */
  readonly id: string
  /** The engine that it leads to, and the name of the port there. */
  readonly to: readonly [engine: string, port: string]
  readonly crosses: readonly Hop[]
}

export const linkId = {
  /** From the nodes of a site, and from all else that runs on them. */
  nodes: (site: string, cluster: string): string => `site/${site}>cluster/${cluster}`,
  push: (federation: string, member: string): string => `federation/${federation}>cluster/${member}`,
  pull: (member: string, federation: string): string => `cluster/${member}>federation/${federation}`,
  git: (cluster: string): string => `cluster/${cluster}>git`,
  charts: (cluster: string): string => `cluster/${cluster}>charts`,
} as const

export function linksOf({ plan, owner: outsideOwner, clusters, federations }: Layout): readonly LinkWanted[] {
  const { fleet } = plan
  const repositories = [outsideId(outsideOwner), 'repositories'] as const
  return [
    ...clusters.flatMap(({ owner, cluster, pools, flux }): readonly LinkWanted[] => {
      const stands = controlPlaneSite(fleet, cluster)
      return [
        ...[...pools.keys()].map(
          (site): LinkWanted => ({
            id: linkId.nodes(site, owner.name),
            to: api(owner),
            crosses: between([site], siteList(stands)),
          }),
        ),
        ...(flux
          ? [
              { id: linkId.git(owner.name), to: repositories, crosses: [gitHop, ...endsAt(stands)] },
              { id: linkId.charts(owner.name), to: repositories, crosses: [registryHop, ...endsAt(stands)] },
            ]
          : []),
      ]
    }),
    ...federations.flatMap(({ owner, step, members }) => {
      const host = sitesWithNodes(fleet, step.subject.cluster)
      return members.map(({ cluster: name, sync }): LinkWanted => {
        const member: Owner = { kind: 'cluster', name }
        if (sync === 'pull')
          return {
            id: linkId.pull(name, owner.name),
            to: api(owner),
            crosses: between(sitesWithNodes(fleet, name), host),
          }
        const cluster = lookup(fleet).cluster(name)
        return {
          id: linkId.push(owner.name, name),
          to: api(member),
          crosses: [controlPlaneHopOf(name), ...between(host, siteList(cluster && controlPlaneSite(fleet, cluster)))],
        }
      })
    }),
  ]
}

const api = (owner: Owner): LinkWanted['to'] => [apiServerOf(owner), 'https']

/** Undefined in a Region, which no site of the file stands for. */
export function controlPlaneSite(fleet: Fleet, cluster: Cluster): string | undefined {
  if (cluster.at !== undefined) return cluster.at
  const [first] = lookup(fleet).sitesOf(cluster.name)
  if (first === undefined) return undefined
  return traitsOf(first.place, cluster.kind, cluster).controlPlaneAt.value === 'site' ? first.name : undefined
}

/** What runs on nodes runs at one of these; without any in the file it is somewhere in its Region. */
const sitesWithNodes = (fleet: Fleet, cluster: string | undefined): readonly string[] =>
  lookup(fleet)
    .sitesOf(cluster ?? '')
    .map(({ name }) => name)

const siteList = (site: string | undefined): readonly string[] => (site === undefined ? [] : [site])

/**
 * From one of these sites to one of those. What may stand at several sites moves when one of them is lost, so that none of them is in the
 * way; and within a site there is no way that could be cut, but its power.
 */
function between(from: readonly string[], to: readonly string[]): readonly Hop[] {
  if (from.length === 1 && from[0] === to[0] && to.length === 1) return from.map(powerOf)
  return [from, to].flatMap((sites) => (sites.length === 1 ? endsAt(sites[0]) : []))
}

const endsAt = (site: string | undefined): readonly Hop[] =>
  site === undefined ? [] : [serviceLinkOf(site), powerOf(site)]
