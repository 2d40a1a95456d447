// The catalogue of timers: what each one is, in a sentence, for `explain failover` and for reports that meet its id in a
// timeline. The figures shown are those of the default configuration.

import { clusterDnsBack, clusterDnsLost } from './cluster-dns.ts'
import { controllersStart, controlPlaneBoot } from './control-plane.ts'
import { endpointSlice, proxySync } from './endpoints.ts'
import { eviction, evictionRequests, nodeEviction, toleration } from './eviction.ts'
import { dependencyRetry, kustomizationReconcile, sourceFetch } from './flux.ts'
import {
  agentBack,
  appUnhealthy,
  bindingEviction,
  bindingScheduled,
  directWait,
  gracefulPurge,
  gracefulTimeout,
  karmadaSeconds,
  karmadaStart,
  memberBack,
  memberLost,
  memberLostByAgent,
  memberTaint,
  workHealth,
  workRetry,
  workSync,
} from './karmada.ts'
import {
  containerNoticed,
  deletedPodStopped,
  leaseReconnect,
  nodeBoot,
  nodeStatus,
  pullBackoff,
  restartBackoff,
  statusBatch,
  watchReconnect,
} from './kubelet.ts'
import {
  rejoinedRegistration,
  retriedRegistration,
  targetFirstHealthy,
  targetHealthy,
  targetRegistration,
  targetUnhealthy,
} from './load-balancer.ts'
import {
  busyPass,
  leaseRenewal,
  monitorPass,
  nodeDetection,
  noExecuteRemoved,
  noExecuteTaint,
  noScheduleRemoved,
  noScheduleTaint,
  podsNotReady,
  upstream,
  zoneState,
} from './node-lifecycle.ts'
import { clusterCertificates, nodeCredentials, offlinePromise, podCredentials, registryToken } from './offline.ts'
import { podDeleted, released, replacement, scheduling, startup } from './pods.ts'
import { serverAnswer, serverCheckDown, serverCheckUp } from './powerdns.ts'
import { cacheExpiry, overstayedCache } from './resolver.ts'
import { alarmDown, alarmUp, evaluateTargetHealth, healthCheckDown, healthCheckUp, propagation } from './route53.ts'
import { drillGoesOn, faultLasts, loadBalancerMade, powerHoldUp } from './site.ts'
import type { Timer } from './timer.ts'
import { atOnce } from './timer.ts'

export * from './bounds.ts'
export * from './cluster-dns.ts'
export * from './control-plane.ts'
export * from './endpoints.ts'
export * from './eviction.ts'
export * from './flux.ts'
export * from './karmada.ts'
export * from './kubelet.ts'
export * from './load-balancer.ts'
export * from './node-lifecycle.ts'
export * from './offline.ts'
export * from './pods.ts'
export * from './powerdns.ts'
export * from './resolver.ts'
export * from './route53.ts'
export * from './site.ts'
export * from './timer.ts'

export interface TimerEntry {
  /** With the figures of the default configuration. */
  readonly timer: Timer
  /** What it is, in one sentence. */
  readonly about: string
}

const onePod = { pods: 1, nodes: 1 }
const everyThirty = { intervalSeconds: 30, failureThreshold: 3 }
const entry = (timer: Timer, about: string): TimerEntry => ({ timer, about })

/** Every timer that a timeline or a forecast may name, in the order of a failure and its repair. */
export const catalogue: readonly TimerEntry[] = [
  entry(atOnce, 'An effect that needs no time: what a fault takes away is gone when the fault begins.'),
  entry(faultLasts(0), 'What only the end of the fault can mend waits for it.'),
  entry(drillGoesOn(0), 'What happens next was brought about by another fault or repair of the drill.'),
  entry(powerHoldUp(0), 'A site with a battery or a generator goes on for a while without mains.'),
  entry(leaseRenewal(), 'Every node says that it is alive by renewing a lease in the API.'),
  entry(monitorPass(upstream), 'The node controller walks over all nodes, and starts again 5 s after it has finished.'),
  entry(nodeDetection(upstream), 'A node whose lease and status stay old for longer than the grace period is Unknown.'),
  entry(
    busyPass(onePod),
    'While it marks pods one by one the node controller sees nothing else; many pods make it late.',
  ),
  entry(
    podsNotReady(onePod),
    'The pods of an Unknown node are marked NotReady in turn, so that services stop choosing them.',
  ),
  entry(noScheduleTaint(onePod), 'A taint keeps new pods off a node that is not Ready.'),
  entry(
    noExecuteTaint(upstream, { position: 1 }),
    'A second taint starts the eviction; each zone gives out one in ten seconds.',
  ),
  entry(zoneState(onePod), 'How many nodes of a zone are lost decides how fast it is evicted, or whether at all.'),
  entry(toleration(), 'Every pod tolerates a lost node for a time, five minutes when nobody says otherwise.'),
  entry(
    evictionRequests({ pods: 1 }),
    'When the time is up each pod is read, patched and deleted, all through one client limit.',
  ),
  entry(eviction({ pods: 1 }), 'The two together: from the taint to pods that are gone from the API.'),
  entry(nodeEviction(upstream, { pods: 1 }), 'From the loss of a node to the deletion of its pods in the API.'),
  entry(replacement(), 'A Deployment replaces a pod as soon as it is marked for deletion.'),
  entry(scheduling(), 'A waiting pod goes to the first node that fits; if there is none it waits for one.'),
  entry(startup(30), 'What the app itself needs, from scheduled to ready.'),
  entry(podDeleted(), 'A pod deleted on a node that is in touch leaves the endpoints and stops.'),
  entry(released(), 'A release that somebody applies reaches each cluster that answers.'),
  entry(endpointSlice(), 'The endpoints of a service follow the readiness of its pods.'),
  entry(proxySync(), 'Every connected node follows the endpoints; one that is cut off keeps what it last knew.'),
  entry(targetUnhealthy(), 'The load balancer checks its targets itself, whatever the control plane believes.'),
  entry(targetHealthy(), 'A target that failed must pass several checks before it gets requests again.'),
  entry(targetFirstHealthy(), 'A new target needs one passed check.'),
  entry(targetRegistration(), 'A controller in the cluster tells the load balancer which pods are its targets.'),
  entry(
    rejoinedRegistration(),
    'A controller that was itself out of touch first gets its watch back, then catches up.',
  ),
  entry(
    retriedRegistration(600),
    'After an outage of the APIs that it needs, that controller tries again ever more seldom.',
  ),
  entry(
    healthCheckDown(everyThirty),
    'Checkers around the world ask each for itself; an endpoint is down when few still get an answer.',
  ),
  entry(
    healthCheckUp(everyThirty),
    'An endpoint is up again as soon as a few checkers have got their answers in a row.',
  ),
  entry(
    alarmDown(3),
    'Where public checkers cannot reach an endpoint, a check can follow an alarm on its metrics instead.',
  ),
  entry(alarmUp(), 'The same on the way back.'),
  entry(evaluateTargetHealth(), 'An alias record can take over what the load balancer knows of its targets.'),
  entry(propagation(), 'Name servers everywhere must hear of a verdict before their answers change.'),
  entry(
    serverCheckDown(everyThirty),
    'A name server of one’s own checks by itself, all addresses in one pass, from where it stands.',
  ),
  entry(serverCheckUp(everyThirty), 'One check that passes is enough for it to answer with an address again.'),
  entry(serverAnswer(), 'What that server found is in its very next answer: there is nobody to tell.'),
  entry(cacheExpiry(60), 'A resolver goes on giving the old answer until its time to live is over.'),
  entry(overstayedCache(3600), 'About one resolver in eleven holds answers longer than their time to live.'),
  entry(nodeBoot(), 'From power to a kubelet that runs.'),
  entry(controlPlaneBoot(120), 'A control plane that stands at a site boots with its machines.'),
  entry(controllersStart(), 'Controllers that start have forgotten what they had timed, and begin anew.'),
  entry(nodeStatus(), 'A kubelet whose API server is back reports its node Ready with its next status.'),
  entry(leaseReconnect(), 'The lease is renewed again once the call that hangs and its back-off are over.'),
  entry(
    watchReconnect(),
    'A client that lost its API server tries again ever more seldom, in the end about once a minute.',
  ),
  entry(noScheduleRemoved(), 'The taint that keeps new pods off goes as soon as the node is Ready.'),
  entry(noExecuteRemoved(upstream), 'The taint that evicts goes at the next pass that finds the node Ready.'),
  entry(statusBatch(), 'The kubelet corrects what the control plane wrote about its pods, in batches.'),
  entry(containerNoticed(), 'The kubelet sees a container end at its next look, and reports it.'),
  entry(restartBackoff(2), 'A container that keeps failing is started again after ever longer waits.'),
  entry(pullBackoff(), 'A container whose image must be pulled, and cannot be, waits with the same back-off.'),
  entry(deletedPodStopped(), 'Pods that were deleted during a cut run on until their kubelet hears of it.'),
  entry(
    kustomizationReconcile(600),
    'Flux applies what it last fetched again and again, and so undoes changes by hand.',
  ),
  entry(loadBalancerMade(), 'An Ingress that was deleted and put back gets a new load balancer.'),
  entry(sourceFetch(0, 60), 'Flux asks Git for new commits; after errors it asks less and less often.'),
  entry(
    offlinePromise(0),
    'How long a site must go on alone is a wish of the fleet; nothing ends by itself when it is over.',
  ),
  entry(registryToken(), 'A token for the registry is of no use without the line, and too old when the line is back.'),
  entry(
    podCredentials(),
    'A role of a service account gives credentials for an hour; without STS there are no new ones.',
  ),
  entry(
    nodeCredentials(),
    'A hybrid node gets its own credentials from AWS, and cannot renew them when it is cut off.',
  ),
  entry(clusterCertificates(), 'A cluster that nobody upgrades for a year stops trusting its own parts.'),
  entry(
    clusterDnsLost(),
    'A site without cluster DNS of its own asks across its link, and soon finds nobody when that is cut.',
  ),
  entry(clusterDnsBack(), 'A lookup that was not answered is tried again within seconds.'),
  entry(
    memberLost('push', 'refuse'),
    'Karmada asks every member that it pushes to every 10 s, and believes a refusal after 30 s.',
  ),
  entry(
    memberLost('push', 'blackhole'),
    'Where packets vanish each question costs 32 s, so that believing it takes twice as long.',
  ),
  entry(memberLost('pull'), 'A member that pulls renews a lease on the host; after 40 s without it is Unknown.'),
  entry(
    memberLostByAgent('refuse'),
    'An agent whose own API server is gone goes on renewing its lease, and reports what it finds.',
  ),
  entry(
    memberTaint(),
    'A lost member gets nothing new, and where all four switches are on it has to give up what it has.',
  ),
  entry(
    bindingEviction({ bindings: 1 }),
    'A workload leaves when its toleration is over and one of three workers gets to it.',
  ),
  entry(
    bindingScheduled(),
    'The scheduler looks at a workload whose sum is not what it should be, and at a duplicated one always.',
  ),
  entry(workSync(), 'What the scheduler decided becomes a Work, and the Work an object on the member.'),
  entry(
    workRetry(karmadaSeconds.retryMax),
    'A Work for a member that was away is tried again with a back-off that grew while it was away.',
  ),
  entry(
    directWait(),
    'With purge directly the new copy is made only when the old one is gone, which a lost member cannot confirm.',
  ),
  entry(workHealth(), 'Karmada hears from the member whether what it placed there is healthy.'),
  entry(
    appUnhealthy(),
    'With application failover a copy that stays unhealthy is taken off its member, though the member is well.',
  ),
  entry(gracefulPurge(), 'The old copy stays until every member that is wanted has reported its own as healthy.'),
  entry(gracefulTimeout(), 'When its grace is over the old copy is let go whether a new one is healthy or not.'),
  entry(memberBack(), 'A member counts as well again when it has answered for half a minute.'),
  entry(
    agentBack(300),
    'An agent that lost Karmada has ended; it is started again, waits for its own old lease, and is believed at once.',
  ),
  entry(karmadaStart(), 'While Karmada is away nothing is moved, and what runs runs on.'),
  entry(dependencyRetry(), 'A Kustomization that waits for an artifact or another one looks again every 30 s.'),
]

const byId = new Map(catalogue.map((item) => [item.timer.id, item]))

/** What a timer of a timeline is; undefined for an id of a later version. */
export const timerEntry = (id: string): TimerEntry | undefined => byId.get(id)
