// How a copy comes back: put back by GitOps, or when the loss is made good; from nodes that boot to users who are sent there again.

import type { Fleet, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import {
  containerNoticed,
  defaultBootSeconds,
  endpointSlice,
  kustomizationReconcile,
  nodeBoot,
  nodeStatus,
  noScheduleRemoved,
  replacement,
  scheduling,
  startup,
  targetRegistration,
  watchReconnect,
} from '../timers/index.ts'
import { siteAfter } from './after.ts'
import { answersSpread, upAgain } from './detection.ts'
import type { Assumptions } from './kubernetes.ts'
import type { Chain, Stage } from './path.ts'
import { chain, dependence, perhaps, segment, single, stage, way } from './path.ts'
import type { Copy, Question } from './question.ts'

/** What GitOps puts back by itself: the number of replicas, deleted objects. A crash is none of its business. */
export function repairOf({ fleet, app, loss }: Question, { site }: Copy): readonly Stage[] | undefined {
  const { gitops } = fleet
  if (gitops === undefined || (gitops.clusters !== undefined && !gitops.clusters.includes(site.cluster ?? '')))
    return undefined
  const own = loss.faults.filter((fault) => fault.app === app.name && fault.site === site.name)
  const puttable =
    own.length === loss.faults.length &&
    own.every((fault) => fault.scaleTo !== undefined || fault.delete === 'deployment' || fault.delete === 'service')
  return puttable
    ? [single(kustomizationReconcile(gitops.interval), [dependence(fleet, gitops.origin, 'interval', gitops.interval)])]
    : undefined
}

/** From a copy that is wanted, or whose nodes are back, to one that its front door answers with. */
export function startStages({ fleet, app }: Question, pods: 'new' | 'known'): readonly Stage[] {
  const registered = [containerNoticed(), endpointSlice(), targetRegistration()].map((timer) =>
    pods === 'new' ? timer : perhaps(timer),
  )
  return [
    ...(pods === 'new' ? [single(replacement({ pods: 10 })), single(scheduling({ pods: 10 }))] : []),
    single(startup(app.startup), [dependence(fleet, app.origin, 'startup', app.startup)]),
    stage('the load balancer is told', [
      way(
        'the load balancer is told',
        registered.map((timer) => segment(timer)),
      ),
    ]),
  ]
}

/** When the loss is made good: the copy comes up where it had to stop, its record turns healthy, the answers spread. */
export function failbackOf(question: Question, sites: readonly string[]): Chain | undefined {
  const { fleet, app, audience, copies, loss, assume } = question
  const chains = sites
    .flatMap((name) => copies.get(name) ?? [])
    .map(({ site, after, well }) => {
      const now = siteAfter(fleet, site, loss.faults)
      const restarts = well.pods > after.pods
      const boots = !now.power || now.nodes < 1
      const stages = boots
        ? [...bootStages(question, site), ...startStages(question, 'known')]
        : restarts
          ? startStages(question, 'new')
          : []
      if (audience.at !== undefined) return chain(stages)
      const up = upAgain(
        fleet,
        app,
        site,
        boots ? 'known' : restarts ? 'new' : 'healthy',
        after.checkSymptom ?? 'blackhole',
      )
      return chain([
        ...stages,
        ...(up === undefined ? [] : [up]),
        ...answersSpread(fleet, app, site, assume?.dnsPropagation),
      ])
    })
  return [...chains].sort((a, b) => b.maxSeconds - a.maxSeconds)[0]
}

/** Nodes come back and hear of their pods; those that were deleted meanwhile must be given a node first. */
function bootStages({ fleet, assume }: Question, site: Site): readonly Stage[] {
  const bootSeconds = bootOf(fleet, site, assume)
  const listens = way('the kubelet hears of its pods', [segment(watchReconnect())])
  const bound = way(
    'its node is ready, and pods that were deleted are bound to it',
    [nodeStatus(), noScheduleRemoved(), scheduling({ pods: 10 })].map((timer) => segment(perhaps(timer))),
  )
  return [
    single(nodeBoot(bootSeconds.seconds), bootSeconds.dependsOn),
    stage('pods are known to the node', [listens, bound], 'latest'),
  ]
}

function bootOf(fleet: Fleet, site: Site, assume: Assumptions) {
  const pools = lookup(fleet).poolsOf(site.name)
  const slowest = [...pools].sort((a, b) => (b.bootTime ?? defaultBootSeconds) - (a.bootTime ?? defaultBootSeconds))[0]
  if (slowest?.bootTime !== undefined)
    return { seconds: slowest.bootTime, dependsOn: [dependence(fleet, slowest.origin, 'bootTime', slowest.bootTime)] }
  return { seconds: assume?.nodeBoot ?? defaultBootSeconds, dependsOn: [] }
}
