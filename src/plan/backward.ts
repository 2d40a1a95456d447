// The clean-up: what undoes a plan, in an order in which it can be carried out. In general it is the plan backwards, and that gives
// most of the order of the founding documents (facts 42 and 134) by itself: records, then health checks, then the zone; the Ingress
// while its controller still runs, so that its load balancer goes with it (LB008); nodes before control planes before networks.
//
// Where it deviates from them, on purpose:
//  - 134 deletes records and apps first and Flux last. Flux would put the apps back within its interval, so its Kustomizations are
//    suspended before anything else (GIT009). The Kustomizations only: a HelmRelease that is suspended goes without uninstalling its chart.
//  - 134 deletes the hosted zone with the records and the health checks after it. Here the zone goes last of the three, and only when
//    it is the fleet's own: a zone that holds records is refused.
//  - 42 detaches the policies of the roles first. Here they go with the nodes and the cluster that use them: a node without its
//    policies cannot finish what its controllers are told to clean up.
//  - 42 takes the DNS stack away after the apps; here names stop pointing at a copy before it goes.
//  - 42 forgets the OIDC provider, and deletes the operator's user, role and policy. Here the provider goes, for skerry made it; the
//    operator's identity stays, for skerry did not.
//  - 156 deletes the cluster before the interface endpoints. Here they go between its nodes and itself: they carry its security group
//    (146), which cannot go while somebody carries it.
//  - Nobody opts out of a zone group: AWS does that on request only.

import type { Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import type { Step, StepSubject, UndoStep } from '../model/plan.ts'
import { waitsBackward } from './diff.ts'

const undoes = (step: Step): boolean =>
  !step.existing && step.inverse.kind !== 'keep' && step.inverse.kind !== 'zone.keep'

export const undoId = (step: Pick<Step, 'id'>): string => `undo/${step.id}`

/** `steps` in their order, and only those that shall be there. */
export function backwardOf(fleet: Fleet, steps: readonly Step[]): readonly UndoStep[] {
  const waits = waitsBackward(steps, undoes)
  const isProtected = protection(fleet)
  const suspended = new Map<string, string>()
  const suspends = steps
    .filter((step) => step.kind === 'gitops.start')
    .map((step): UndoStep => {
      const id = `suspend/${step.id}`
      suspended.set(step.subject.cluster ?? '', id)
      return {
        id,
        kind: 'gitops.suspend',
        title: `Suspend the Kustomizations of Flux on ${step.subject.cluster}, so that nothing that is removed comes back`,
        subject: step.subject,
        needs: [],
        undoes: step.id,
        protected: isProtected(step.subject),
      }
    })
  const undone = [...steps].reverse().filter(undoes)
  // in this order what undoes a step stands after what undoes all that needed it
  return [
    ...suspends,
    ...undone.map((step): UndoStep => {
      const suspend =
        step.intent.by === 'flux' || step.kind === 'gitops.start' ? suspended.get(fluxOf(step)) : undefined
      return {
        id: undoId(step),
        kind: step.inverse.kind,
        title: step.inverse.title,
        subject: step.subject,
        needs: [...(suspend === undefined ? [] : [suspend]), ...waits(step.id).map((id) => undoId({ id }))],
        undoes: step.id,
        protected: isProtected(step.subject),
      }
    }),
  ]
}

/** The cluster whose Flux would put it back: a workload cluster is applied by its management cluster. */
const fluxOf = ({ kind, subject, intent }: Step): string =>
  kind === 'cluster.create' ? String(intent.managementCluster ?? '') : (subject.cluster ?? '')

/** Whether something is taken from a site or cluster that is marked `protect`, or from what carries one. Sites are, unless they say no. */
function protection(fleet: Fleet): (subject: StepSubject) => boolean {
  const find = lookup(fleet)
  const clusters = new Map(
    fleet.clusters.map((cluster) => [
      cluster.name,
      cluster.protect ?? find.sitesOf(cluster.name).some((site) => site.protect),
    ]),
  )
  const networks = new Map<string, boolean>()
  const mark = (network: string | undefined, value: boolean): void => {
    if (network !== undefined && value) networks.set(network, true)
  }
  for (const cluster of fleet.clusters) mark(cluster.network, clusters.get(cluster.name) === true)
  for (const site of fleet.sites) mark(find.networkOf(site)?.name, site.protect)
  const apps = new Map(
    fleet.apps.map((app) => [
      app.name,
      app.placement.some(({ site }) => site === undefined || find.site(site)?.protect === true),
    ]),
  )
  const anySite = fleet.sites.some((site) => site.protect)
  return ({ site, cluster, network, app }) => {
    if (site !== undefined) return find.site(site)?.protect === true
    if (cluster !== undefined) return clusters.get(cluster) === true
    if (network !== undefined) return networks.get(network) === true
    if (app !== undefined) return apps.get(app) === true
    return anySite
  }
}
