// Copies of apps: pods that are made, bound, start, are marked, deleted and stop; endpoints that follow; what puts a copy back.

import { endpointSlice, proxySync } from '../../../timers/endpoints.ts'
import { defaultTolerationSeconds, eviction } from '../../../timers/eviction.ts'
import { kustomizationReconcile, sourceFetch } from '../../../timers/flux.ts'
import { workRetry, workSync } from '../../../timers/karmada.ts'
import { containerNoticed, deletedPodStopped, statusBatch, watchReconnect } from '../../../timers/kubelet.ts'
import {
  retriedRegistration,
  targetFirstHealthy,
  targetHealthy,
  targetRegistration,
  targetUnhealthy,
} from '../../../timers/load-balancer.ts'
import { podsNotReady } from '../../../timers/node-lifecycle.ts'
import { podDeleted, released, replacement, scheduling, startup } from '../../../timers/pods.ts'
import { loadBalancerMade } from '../../../timers/site.ts'
import { atOnce, inSequence } from '../../../timers/timer.ts'
import { defaultIntervalSeconds, loadAt } from './causes-of-nodes.ts'
import type { Happened } from './ground.ts'
import type { Here, Link, Table } from './link.ts'
import { falls, howOf, isBack, isLost, lossOfSite, outageBefore, rises, same, sameSubject, to } from './link.ts'

const ofItsSite = same('site')
const ofItsCopy = same('app', 'site')
const ofItsCluster = same('cluster')

/** Those that changed; the timers grow with them. */
const podsOf = ({ event }: Here): number => Math.max(1, Math.abs(Number(event.to) - Number(event.from ?? 0)))

const startupOf = ({ ground, about }: Here): number => ground.app(about.app)?.startup ?? defaultStartupSeconds
const defaultStartupSeconds = 30

const tolerationOf = ({ ground, about }: Here): number => {
  const cluster = ground.plan.fleet.clusters.find(({ name }) => name === about.cluster)
  return (
    ground.app(about.app)?.tolerations?.unreachable ?? cluster?.tolerations?.unreachable ?? defaultTolerationSeconds
  )
}

const interval = ({ ground }: Here): number => ground.plan.fleet.gitops?.interval ?? defaultIntervalSeconds

const workloads = (event: Happened): boolean => /\/(deployment|namespace)$/.test(event.subject)

/** Pods of the copy went because somebody asked for fewer, or for none. */
const fewer: readonly Link[] = [
  { on: ['copy replicas'], effect: falls, cause: falls, related: sameSubject, timer: () => podDeleted() },
  {
    on: ['object object'],
    effect: falls,
    cause: (event) => event.to === 'absent' && workloads(event),
    related: ofItsCopy,
    timer: () => podDeleted(),
  },
]

const startedBy: readonly Link[] = [
  {
    on: ['copy pending'],
    effect: rises,
    cause: falls,
    related: sameSubject,
    timer: (here) => startup(startupOf(here)),
  },
]

export const causesOfCopies: Table = {
  'copy replicas': [
    { on: ['binding targets', 'binding purged'], related: same('app'), timer: () => workSync() },
    {
      on: ['member ready'],
      cause: to('True'),
      related: ofItsCluster,
      timer: (here) => workRetry(lostFor(here)),
    },
    {
      on: ['copy replicas'],
      cause: (earlier) => earlier.from !== null,
      related: sameSubject,
      timer: (here) => (isFederated(here) ? workSync() : kustomizationReconcile(interval(here))),
    },
  ],
  'copy version': [
    {
      on: ['app release'],
      related: same('app'),
      timer: (here) =>
        isFederated(here) ? workSync() : isDelivered(here) ? sourceFetch(0, interval(here)) : released(),
    },
    { on: ['copy replicas'], related: sameSubject, timer: () => atOnce },
  ],
  'copy runs': [
    { on: ['copy version'], effect: to(false), related: sameSubject, timer: (here) => startup(startupOf(here)) },
    { on: ['copy version'], effect: to(true), related: sameSubject, timer: () => atOnce },
  ],
  'copy ready': [
    ...fewer,
    { on: ['copy version'], effect: falls, related: sameSubject, timer: () => podDeleted() },
    {
      on: ['node ready'],
      effect: falls,
      cause: to('Unknown', 'False'),
      related: ofItsSite,
      timer: (here) => podsNotReady(loadAt(here)),
    },
    { on: ['copy deleted'], effect: falls, cause: rises, related: sameSubject, timer: () => atOnce },
    { on: ['copy runs'], effect: falls, cause: to(false), related: sameSubject, timer: () => containerNoticed() },
    { on: ['copy serving'], effect: falls, cause: falls, related: sameSubject, timer: () => containerNoticed() },
    { on: ['copy serving'], effect: rises, cause: rises, related: sameSubject, timer: () => containerNoticed() },
    ...startedBy,
    {
      on: ['copy runs'],
      effect: rises,
      cause: to(true),
      related: sameSubject,
      timer: (here) => startup(startupOf(here)),
    },
    {
      on: ['node watch'],
      effect: rises,
      cause: to('established'),
      related: ofItsSite,
      timer: () => statusBatch(),
    },
    {
      on: ['node ready'],
      effect: rises,
      cause: to('True'),
      related: ofItsSite,
      timer: () => statusBatch('blackhole'),
    },
  ],
  'copy endpoints': [{ on: ['copy ready'], related: sameSubject, timer: () => endpointSlice() }],
  'copy pending': [
    {
      on: ['copy version'],
      effect: rises,
      related: sameSubject,
      timer: (here) => replacement({ pods: podsOf(here) }),
    },
    {
      on: ['copy pending'],
      effect: falls,
      cause: rises,
      related: sameSubject,
      timer: (here) => scheduling({ pods: podsOf(here) }),
    },
    {
      on: ['node noSchedule'],
      effect: falls,
      cause: to(false),
      related: ofItsCluster,
      timer: (here) => scheduling({ pods: podsOf(here) }),
    },
    {
      on: ['copy replicas'],
      effect: rises,
      cause: rises,
      related: sameSubject,
      timer: (here) => replacement({ pods: podsOf(here) }),
    },
    {
      on: ['copy deleted'],
      effect: rises,
      cause: rises,
      related: sameSubject,
      timer: (here) => replacement({ pods: podsOf(here) }),
    },
    {
      on: ['object object'],
      effect: rises,
      cause: (event) => event.to === 'present' && workloads(event),
      related: ofItsCopy,
      timer: (here) => replacement({ pods: podsOf(here) }),
    },
  ],
  'copy deleted': [
    {
      on: ['node noExecute'],
      effect: rises,
      cause: to(true),
      related: ofItsSite,
      timer: (here) => eviction({ pods: loadAt(here).pods, tolerationSeconds: tolerationOf(here) }),
    },
  ],
  'copy serving': [
    { on: ['copy version'], effect: falls, related: sameSubject, timer: () => podDeleted() },
    ...fewer.map((link): Link => ({ ...link, timer: () => podDeleted() })),
    { on: [...lossOfSite], effect: falls, cause: isLost, related: ofItsSite, timer: () => atOnce },
    { on: ['node power'], effect: falls, cause: to('off'), related: ofItsSite, timer: () => atOnce },
    { on: ['copy runs'], effect: falls, cause: to(false), related: sameSubject, timer: () => atOnce },
    { on: ['copy deleted', 'node watch'], effect: falls, related: ofItsSite, timer: () => deletedPodStopped() },
    {
      on: [...lossOfSite],
      effect: falls,
      cause: isBack,
      related: ofItsSite,
      // what was deleted meanwhile is heard of with the watch
      timer: (here, earlier) => {
        const { id, title } = deletedPodStopped()
        return inSequence(id, title, [watchReconnect(howOf(here, earlier)), deletedPodStopped()])
      },
    },
    ...startedBy,
    {
      on: ['node kubelet', 'node watch', 'copy runs'],
      effect: rises,
      cause: to('up', 'established', true),
      related: ofItsSite,
      timer: (here) => startup(startupOf(here)),
    },
    { on: [...lossOfSite], effect: rises, cause: isBack, related: ofItsSite, timer: () => atOnce },
  ],
  'object object': [
    {
      on: ['object object'],
      effect: to('present'),
      cause: to('absent'),
      related: sameSubject,
      timer: (here) => (isFederated(here) ? workSync() : kustomizationReconcile(interval(here))),
    },
  ],
  'door targets': [
    {
      on: ['copy endpoints', 'copy serving', 'copy ready'],
      related: ofItsCopy,
      timer: (here) => (isProxy(here) ? proxySync() : targetRegistration()),
    },
    { on: ['object object'], related: ofItsCopy, timer: () => targetRegistration() },
    {
      on: ['cluster controlPlane', 'site serviceLink'],
      cause: isBack,
      related: ofItsCluster,
      timer: (here, earlier) =>
        isProxy(here) ? watchReconnect(howOf(here, earlier)) : retriedRegistration(outageBefore(here, earlier)),
    },
  ],
  'door healthyTargets': [
    { on: ['door targets'], effect: falls, cause: falls, related: sameSubject, timer: () => atOnce },
    { on: ['door targets'], effect: rises, cause: rises, related: sameSubject, timer: () => targetFirstHealthy() },
    { on: ['copy serving'], effect: falls, cause: falls, related: ofItsCopy, timer: () => targetUnhealthy() },
    { on: [...lossOfSite, 'node power'], effect: falls, related: ofItsSite, timer: () => targetUnhealthy() },
    { on: ['copy serving'], effect: rises, cause: rises, related: ofItsCopy, timer: () => targetHealthy() },
    { on: [...lossOfSite], effect: rises, cause: isBack, related: ofItsSite, timer: () => targetHealthy() },
  ],
  'door answers': [
    {
      on: ['copy serving', 'door targets', 'door healthyTargets', 'copy endpoints'],
      related: ofItsCopy,
      timer: () => atOnce,
    },
    { on: [...lossOfSite], related: ofItsSite, timer: () => atOnce },
    { on: ['object object'], related: ofItsCopy, timer: () => atOnce },
  ],
  'door made': [{ on: ['object object'], cause: to('present'), related: ofItsCopy, timer: () => loadBalancerMade() }],
}

function isFederated({ ground, about }: Here): boolean {
  return ground.plan.placement.some(({ app, federation }) => app === about.app && federation !== undefined)
}

/** Flux brings it from Git. */
const isDelivered = ({ ground, about }: Here): boolean => {
  const { gitops } = ground.plan.fleet
  return gitops !== undefined && (gitops.clusters === undefined || gitops.clusters.includes(about.cluster ?? ''))
}

const isProxy = ({ ground, about }: Here): boolean => ground.app(about.app)?.expose?.loadBalancer === 'metallb'

/** How long Karmada held the member lost. */
function lostFor({ before, about, event }: Here): number {
  const lost = before.findLast(
    (one) =>
      one.what === 'ready' &&
      one.subject.startsWith('member/') &&
      one.subject.endsWith(`/${about.cluster}`) &&
      one.to !== 'True',
  )
  return lost === undefined ? 0 : event.at - lost.at
}
