// Replicas and the scheduler: a Deployment has the number of pods that it asks for, and a pod that fits no node waits for one.
// All that wait go to the first node that opens, as they were measured to do.

import { podDeleted, replacement, scheduling } from '../../../timers/pods.ts'
import { active, addPod, bindPod, isPending, markDeleted } from '../pods.ts'
import type { Cause, ClusterState, Copy, Node, Pod, World } from '../state.ts'
import { pods as podsText, tellPending, tellReady } from './pod-events.ts'

export const wanted = (copy: Copy): number =>
  copy.deletedObjects.has('deployment') || copy.deletedObjects.has('namespace') ? 0 : copy.replicas

/** A pod being deleted no longer counts for a Deployment; a StatefulSet waits until it is gone. */
export const counted = (copy: Copy): number => (copy.stateful ? copy.pods.length : active(copy))

export function reviewReplicas(world: World, copy: Copy, cause: Cause): void {
  if (!copy.cluster.up) return
  const missing = wanted(copy) - counted(copy)
  if (missing > 0) {
    world.queue.at(world.queue.now + world.chance.latency(0.03, 0.08, copy.subject, 'replace'), () =>
      create(world, copy, cause),
    )
  } else remove(world, copy, active(copy) - wanted(copy), cause)
}

function create(world: World, copy: Copy, cause: Cause): void {
  if (!copy.cluster.up) return
  const missing = wanted(copy) - counted(copy)
  if (missing <= 0) return
  const broken = brokenMissing(copy)
  for (let count = 0; count < missing; count += 1) addPod(copy, undefined, false, count < broken)
  const made = tellPending(
    world,
    copy,
    { cause, timer: replacement({ pods: missing }) },
    `${podsText(missing)} made in their place`,
  )
  schedule(world, copy, made)
}

/** Each version has a ReplicaSet of its own, which replaces its own. */
const brokenMissing = ({ release, pods }: Copy): number =>
  release === undefined ? 0 : Math.max(0, release.pods - pods.filter((pod) => pod.broken && !pod.deleted).length)

/** Those that wait go first, then those that are not ready. */
function remove(world: World, copy: Copy, surplus: number, cause: Cause): void {
  if (surplus <= 0) return
  const rank = (pod: Pod): number => (pod.node === undefined ? 0 : pod.ready ? 2 : 1)
  const going = copy.pods
    .filter((pod) => !pod.deleted)
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, surplus)
  take(world, copy, going, cause)
}

/** Takes pods away; what is then missing is made anew. */
export function take(world: World, copy: Copy, going: readonly Pod[], cause: Cause): void {
  const wereReady = going.filter((pod) => pod.ready)
  for (const pod of going) markDeleted(pod)
  const because = { cause, timer: podDeleted() }
  tellPending(world, copy, because, 'the rest is not wanted any more')
  tellReady(world, copy, wereReady, because, 'the rest is being deleted')
  world.tell.podsDeleted(going, cause)
}

/** Binds what waits, if a node is open to it. */
export function schedule(world: World, copy: Copy, cause: Cause): void {
  if (copy.scheduling !== undefined || copy.counts.pending === 0) return
  if (openNodes(copy).length === 0) return
  copy.scheduling = world.queue.at(world.queue.now + world.chance.latency(0.01, 0.05, copy.subject, 'schedule'), () => {
    copy.scheduling = undefined
    bind(world, copy, cause)
  })
}

function bind(world: World, copy: Copy, cause: Cause): void {
  if (!copy.cluster.up) return
  const open = openNodes(copy)
  if (open.length === 0) return
  const bound = copy.pods.filter(isPending)
  const crowd = new Map(open.map((node) => [node, 0]))
  for (const { node, deleted } of copy.pods) {
    const count = node === undefined || deleted ? undefined : crowd.get(node)
    if (node !== undefined && count !== undefined) crowd.set(node, count + 1)
  }
  for (const pod of bound) {
    const node = emptiest(crowd)
    if (node === undefined) return
    crowd.set(node, (crowd.get(node) ?? 0) + 1)
    bindPod(pod, node)
  }
  const id = tellPending(
    world,
    copy,
    { cause, timer: scheduling({ pods: bound.length }) },
    `${podsText(bound.length)} bound to a node`,
  )
  world.tell.podsBound(bound, id)
}

/** Open nodes that the copy may run on: those of its site, or of its whole cluster when it is not pinned. */
function openNodes(copy: Copy): readonly Node[] {
  const open = copy.nodes.filter((node) => node.ready === 'True' && !node.noSchedule)
  const here = open.filter((node) => node.site === copy.site)
  return copy.pinned || here.length > 0 ? here : open
}

function emptiest(crowd: ReadonlyMap<Node, number>): Node | undefined {
  let best: Node | undefined
  let fewest = Number.POSITIVE_INFINITY
  for (const [node, count] of crowd) {
    if (count >= fewest) continue
    best = node
    fewest = count
  }
  return best
}

/** A node opened: whoever waits in its cluster tries. */
export function scheduleWaiting(world: World, cluster: ClusterState, cause: Cause): void {
  for (const copy of cluster.copies) schedule(world, copy, cause)
}
