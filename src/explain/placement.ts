// Why an app runs where it runs: from the line that declares it to the object on the cluster.

import type { App, Fleet, Manifest, Placement } from '../model/fleet.ts'
import { groupBy } from '../model/group-by.ts'
import { byLabels } from '../model/labels.ts'
import { lookup } from '../model/lookup.ts'
import type { Position } from '../model/origin.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import type { Assignment, Plan } from '../model/plan.ts'
import { assert } from '../model/refusal.ts'

export interface PlacementLink {
  readonly what: 'declaration' | 'assignment' | 'object' | 'rule'
  readonly text: string
  readonly at?: Position
}

/** A copy, or all of a class that are placed by one line with as many replicas: the first of them, and what tells them apart. */
export interface PlacedCopy {
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  readonly replicas: number
  readonly chain: readonly PlacementLink[]
  readonly class?: {
    readonly name: string
    readonly sites: number
    readonly last: string
    readonly by: readonly {
      readonly label: string
      readonly groups: readonly { readonly value: string; readonly sites: number }[]
    }[]
  }
}

export interface PlacementExplanation {
  readonly app: string
  readonly copies: readonly PlacedCopy[]
}

export function explainPlacement(plan: Plan, appName: string): PlacementExplanation {
  const app = plan.fleet.apps.find((it) => it.name === appName)
  assert(app !== undefined, `no app ${appName} in the plan's fleet`)
  const { site } = lookup(plan.fleet)
  const groups = groupBy(
    plan.placement.filter((it) => it.app === appName),
    (copy) => {
      const name = site(copy.site)?.class
      return name === undefined
        ? copy.site
        : JSON.stringify([name, copy.namespace, copy.replicas, copy.federation, declared(app, copy)?.origin.pointer])
    },
  )
  return { app: appName, copies: [...groups.values()].flatMap((copies) => placedCopy(plan.fleet, app, copies)) }
}

function placedCopy(fleet: Fleet, app: App, copies: readonly Assignment[]): readonly PlacedCopy[] {
  const [first] = copies
  const last = copies.at(-1)
  if (first === undefined || last === undefined) return []
  const { site, cluster, namespace, replicas } = first
  const placement = declared(app, first)
  const name = lookup(fleet).site(site)?.class
  if (name === undefined || copies.length === 1)
    return [{ site, cluster, namespace, replicas, chain: chain(fleet, first, placement, [first]) }]
  const sites = copies.flatMap((copy) => lookup(fleet).site(copy.site) ?? [])
  return [
    {
      site,
      cluster,
      namespace,
      replicas,
      chain: chain(fleet, first, placement, copies),
      class: {
        name,
        sites: sites.length,
        last: last.site,
        by: byLabels(sites, ({ labels }) => labels).map(({ label, groups }) => ({
          label,
          groups: groups.map(({ value, items }) => ({ value, sites: items.length })),
        })),
      },
    },
  ]
}

const declared = (app: App, copy: Assignment): Placement | undefined =>
  app.placement.find(
    (it) =>
      it.namespace === copy.namespace &&
      (copy.federation === undefined ? it.site === copy.site : it.federation === copy.federation),
  )

/** Of the first of many that are alike: what is said of it is said of each. */
function chain(
  fleet: Fleet,
  copy: Assignment,
  placement: Placement | undefined,
  copies: readonly Assignment[],
): readonly PlacementLink[] {
  const links: PlacementLink[] = []
  const many = copies.length > 1
  if (placement !== undefined) {
    links.push({
      what: 'declaration',
      text:
        copy.federation === undefined
          ? `${many ? fieldOf(placement) : labelOf(placement.origin)} asks for ${copy.replicas} at ${many ? 'each' : copy.site}`
          : `${labelOf(placement.origin)} asks for ${placement.replicas} over the members of ${copy.federation}`,
      at: positionOf(fleet.sources, placement.origin),
    })
  }
  links.push({
    what: 'assignment',
    text: many
      ? `each is on ${new Set(copies.map(({ cluster }) => cluster)).size === 1 ? `the cluster ${copy.cluster}` : 'a cluster of its own'}, namespace ${copy.namespace}; of ${copy.site}: ${copy.why}`
      : `${copy.site} is on the cluster ${copy.cluster}, namespace ${copy.namespace}: ${copy.why}`,
  })
  for (const manifest of placement?.manifests ?? []) {
    if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(manifest.kind)) links.push(workload(fleet, manifest))
  }
  links.push({
    what: 'rule',
    text: rule(copy, placement, many),
    ...(placement === undefined ? {} : { at: positionOf(fleet.sources, placement.origin, 'pinned') }),
  })
  return links
}

/** The line that places them all, without the site that it was expanded for. */
const fieldOf = ({ origin }: Placement): string => origin.label.slice(0, origin.label.lastIndexOf('.'))

function rule(copy: Assignment, placement: Placement | undefined, many: boolean): string {
  if (copy.federation !== undefined)
    return `Karmada of ${copy.federation} decides again only when replicas or placement change, or a member is lost; nothing moves back by itself`
  return placement?.pinned === false
    ? `its pods may move to any node of ${many ? 'its cluster' : copy.cluster}`
    : `its pods may only run on nodes of ${many ? 'its site' : copy.site}: while none is ready they stay Pending`
}

function workload(fleet: Fleet, manifest: Manifest): PlacementLink {
  return { what: 'object', text: `${manifest.kind} ${manifest.name}`, at: positionOf(fleet.sources, manifest.origin) }
}
