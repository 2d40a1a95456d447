// The nodes themselves: power, boot, containers, and the way back to an API server that was out of reach. A kubelet needs nobody
// to keep running what runs; it needs its API server to start anything after a reboot, and to hear that a pod was deleted.

import type { Failure } from '../../../timers/kubelet.ts'
import { deletedPodStopped, nodeBoot, nodeStatus, statusBatch, watchReconnect } from '../../../timers/kubelet.ts'
import { leaseSeconds, renewalOf } from '../../../timers/node-lifecycle.ts'
import { atOnce } from '../../../timers/timer.ts'
import { setServing } from '../pods.ts'
import { inTouch, powered } from '../reach.ts'
import { reconnectDelay } from '../reconnect.ts'
import type { Cause, Node, Pod, World } from '../state.ts'
import { forget, misreported, reportTruth, retryPulls, startPods, stopDeleted } from './containers.ts'
import { byCopy, tellReady, tellServing } from './pod-events.ts'

/** Looks at nodes again whose power, link or control plane changed. */
export function reviewNodes(world: World, nodes: readonly Node[], cause: Cause): void {
  const stopped: Pod[] = []
  for (const node of nodes) {
    if (powered(node)) startBoot(world, node, cause)
    else stopped.push(...powerOff(world, node))
  }
  for (const [copy, pods] of byCopy(stopped)) {
    tellServing(world, copy, pods, { cause, timer: atOnce }, 'their nodes lost power')
  }
  for (const node of nodes) reviewTouch(world, node, cause)
  for (const node of nodes) retryPulls(world, node, cause)
}

function powerOff(world: World, node: Node): readonly Pod[] {
  world.queue.cancel(node.booting)
  node.booting = undefined
  if (!node.kubelet) return []
  node.kubelet = false
  node.rebooted = true
  const stopped: Pod[] = []
  for (const pod of node.pods) {
    forget(pod)
    pod.waitsForImage = false
    if (pod.serving) {
      setServing(pod, false)
      stopped.push(pod)
    }
  }
  return stopped
}

function startBoot(world: World, node: Node, cause: Cause): void {
  if (node.kubelet || node.booting !== undefined) return
  node.booting = world.queue.at(world.queue.now + node.bootSeconds, () => {
    node.booting = undefined
    node.kubelet = true
    const booted = world.log.emit({
      subject: node.subject,
      what: 'kubelet',
      from: 'down',
      to: 'up',
      because: { cause, timer: nodeBoot(node.bootSeconds) },
      text: `node ${node.name} at ${node.site.site.name} has booted`,
      site: node.site.site.name,
    })
    node.disconnectedAt = world.queue.now
    reviewTouch(world, node, booted, true)
    world.tell.reach(node.site, undefined, booted)
  })
}

function reviewTouch(world: World, node: Node, cause: Cause, fresh = false): void {
  const now = inTouch(node)
  if (now === node.connected) return
  node.connected = now
  for (const entry of node.rejoining.splice(0)) world.queue.cancel(entry)
  if (now) rejoin(world, node, cause, fresh)
  else fallSilent(world, node, cause)
}

/** The last lease that the control plane saw is up to one period old. */
function fallSilent(world: World, node: Node, cause: Cause): void {
  node.disconnectedAt = world.queue.now
  node.watch = false
  const interval =
    renewalOf(node.cluster.lifecycle) * (1 + leaseSeconds.jitter * world.chance.draw(node.subject, 'lease jitter'))
  const age = interval * world.chance.draw(node.subject, 'lease age')
  node.lastRenewal = Math.max(node.lastRenewal, world.queue.now - age)
  node.silentCause = cause
  world.tell.nodeSilent(node)
}

/** `fresh`: the kubelet has just been started, and no attempt of it has failed yet. */
function rejoin(world: World, node: Node, cause: Cause, fresh: boolean): void {
  node.connectedCause = cause
  const { chance, queue } = world
  const how = howLost(node)
  const outage = queue.now - node.disconnectedAt
  const later = (seconds: number, act: () => void): void => {
    node.rejoining.push(queue.at(queue.now + seconds, act))
  }

  const hung = !fresh && how === 'blackhole' && chance.draw(node.subject, 'call hangs') < 0.5
  const status = chance.between(0.2, 10, node.subject, 'status phase')
  later(status + (hung ? chance.between(0, 10, node.subject, 'hung call') : 0), () =>
    reportReady(world, node, cause, how),
  )
  if (!fresh) later(chance.between(0, 10, node.subject, 'lease phase'), () => heard(world, node, cause))

  if (!fresh)
    later(chance.between(0.2, 10, node.subject, 'status flush') + (hung ? 5 : 0), () =>
      flushStatus(world, node, cause, how),
    )

  const delay = fresh
    ? chance.latency(0.2, 2, node.subject, 'first watch')
    : reconnectDelay(chance, node.subject, outage, how, world.pace)
  later(delay, () => watchAgain(world, node, cause, how))
}

const howLost = (node: Node): Failure =>
  node.cluster.controlPlane.since > node.site.link.since ? node.cluster.controlPlane.how : node.site.link.how

function heard(world: World, node: Node, cause: Cause): void {
  node.lastRenewal = world.queue.now
  world.tell.nodeHeard(node, cause)
}

function reportReady(world: World, node: Node, cause: Cause, how: Failure): void {
  if (node.ready === 'True') {
    heard(world, node, cause)
    return
  }
  node.lastRenewal = world.queue.now
  node.ready = 'True'
  node.newToMonitor = true
  node.readyCause = world.log.emit({
    subject: node.subject,
    what: 'ready',
    from: 'Unknown',
    to: 'True',
    because: { cause, timer: nodeStatus(how) },
    text: `node ${node.name} at ${node.site.site.name} is Ready to ${node.cluster.cluster.name} again`,
    site: node.site.site.name,
  })
  world.tell.nodeHeard(node, node.readyCause)
}

/** What changed on the node while it was out of touch needs no watch to be told. */
function flushStatus(world: World, node: Node, cause: Cause, how: Failure): void {
  const since = node.disconnectedAt
  const unsaid = [...node.pods].filter(
    (pod) => !pod.deleted && misreported(pod) && (world.log.events[pod.servingCause]?.at ?? 0) > since,
  )
  for (const pod of unsaid) reportTruth(pod)
  for (const [copy, pods] of byCopy(unsaid)) {
    tellReady(world, copy, pods, { cause, timer: statusBatch(how) }, `the kubelet of ${node.name} says so`)
  }
}

/** From here on the kubelet knows what the API wants of it. */
function watchAgain(world: World, node: Node, cause: Cause, how: Failure): void {
  node.watch = true
  const deleted = [...node.pods].filter((pod) => pod.deleted)
  const unstarted = [...node.pods].filter((pod) => !pod.deleted && !pod.serving && pod.starting === undefined)
  const differing = [...node.pods].filter((pod) => !pod.deleted && misreported(pod))
  node.watchCause = cause
  const restarted = node.rebooted
  if (deleted.length + unstarted.length + differing.length > 0 || restarted) {
    node.watchCause = world.log.emit({
      subject: node.subject,
      what: 'watch',
      from: 'lost',
      to: 'established',
      because: { cause, timer: watchReconnect(how) },
      text: `the kubelet of ${node.name} at ${node.site.site.name} hears from its API server again`,
      site: node.site.site.name,
    })
  }
  node.rebooted = false
  if (node.watchCause === cause) return
  if (restarted) world.tell.systemPods(node, node.watchCause)
  stopDeleted(world, node, deleted, node.watchCause, deletedPodStopped())
  startPods(world, node, unstarted, node.watchCause)
  const batch = world.chance.between(0, 10, node.subject, 'status batch')
  node.rejoining.push(world.queue.at(world.queue.now + batch, () => correctStatus(world, node, node.watchCause)))
}

/** What the control plane wrote about the pods, and what they are: the kubelet has the last word. */
function correctStatus(world: World, node: Node, cause: Cause): void {
  if (!node.connected) return
  const wrong = [...node.pods].filter((pod) => !pod.deleted && misreported(pod))
  for (const pod of wrong) reportTruth(pod)
  for (const [copy, pods] of byCopy(wrong)) {
    tellReady(world, copy, pods, { cause, timer: statusBatch() }, `the kubelet of ${node.name} says so`)
  }
}

/** The control plane marked pods of a node that is in touch, only not heard of yet: the kubelet sees it, and corrects it. */
export function podsMarked(world: World, node: Node, cause: Cause): void {
  if (!node.connected || !node.watch) return
  const batch = world.chance.between(0, 10, node.subject, 'status batch')
  node.rejoining.push(world.queue.at(world.queue.now + batch, () => correctStatus(world, node, cause)))
}
