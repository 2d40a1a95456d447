// Why an app runs where it runs: from the line that declares it to the object on the cluster.

import type { Fleet, Manifest, Placement } from '../model/fleet.ts'
import type { Position } from '../model/origin.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import type { Assignment, Plan } from '../model/plan.ts'
import { assert } from '../model/refusal.ts'

export interface PlacementLink {
  readonly what: 'declaration' | 'assignment' | 'object' | 'rule'
  readonly text: string
  readonly at?: Position
}

export interface PlacementExplanation {
  readonly app: string
  readonly copies: readonly {
    readonly site: string
    readonly cluster: string
    readonly namespace: string
    readonly replicas: number
    readonly chain: readonly PlacementLink[]
  }[]
}

export function explainPlacement(plan: Plan, appName: string): PlacementExplanation {
  const app = plan.fleet.apps.find((it) => it.name === appName)
  assert(app !== undefined, `no app ${appName} in the plan's fleet`)
  const copies = plan.placement.filter((it) => it.app === appName)
  return {
    app: appName,
    copies: copies.map((copy) => ({
      site: copy.site,
      cluster: copy.cluster,
      namespace: copy.namespace,
      replicas: copy.replicas,
      chain: chain(
        plan.fleet,
        copy,
        app.placement.find(
          (it) =>
            it.namespace === copy.namespace &&
            (copy.federation === undefined ? it.site === copy.site : it.federation === copy.federation),
        ),
      ),
    })),
  }
}

function chain(fleet: Fleet, copy: Assignment, placement: Placement | undefined): readonly PlacementLink[] {
  const links: PlacementLink[] = []
  if (placement !== undefined) {
    links.push({
      what: 'declaration',
      text:
        copy.federation === undefined
          ? `${labelOf(placement.origin)} asks for ${copy.replicas} at ${copy.site}`
          : `${labelOf(placement.origin)} asks for ${placement.replicas} over the members of ${copy.federation}`,
      at: positionOf(fleet.sources, placement.origin),
    })
  }
  links.push({
    what: 'assignment',
    text: `${copy.site} is on the cluster ${copy.cluster}, namespace ${copy.namespace}: ${copy.why}`,
  })
  for (const manifest of placement?.manifests ?? []) {
    if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(manifest.kind)) links.push(workload(fleet, manifest))
  }
  links.push({
    what: 'rule',
    text: rule(copy, placement),
    ...(placement === undefined ? {} : { at: positionOf(fleet.sources, placement.origin, 'pinned') }),
  })
  return links
}

function rule(copy: Assignment, placement: Placement | undefined): string {
  if (copy.federation !== undefined)
    return `Karmada of ${copy.federation} decides again only when replicas or placement change, or a member is lost; nothing moves back by itself`
  return placement?.pinned === false
    ? `its pods may move to any node of ${copy.cluster}`
    : `its pods may only run on nodes of ${copy.site}: while none is ready they stay Pending`
}

function workload(fleet: Fleet, manifest: Manifest): PlacementLink {
  return { what: 'object', text: `${manifest.kind} ${manifest.name}`, at: positionOf(fleet.sources, manifest.origin) }
}
