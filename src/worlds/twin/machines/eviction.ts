// The taint eviction controller: pods tolerate a lost node for a time, counted from when the controller saw the taint; then all
// of a node are deleted at once, as fast as its client may. A node that is out of reach goes on running what was deleted.

import { eviction, requestsPerEviction } from '../../../timers/eviction.ts'
import { clientLimit, requestSeconds } from '../../../timers/node-lifecycle.ts'
import { atOnce } from '../../../timers/timer.ts'
import { markDeleted } from '../pods.ts'
import { powered } from '../reach.ts'
import type { Cause, Copy, Node, Pod, World } from '../state.ts'
import { byCopy, pods as podsText, tellReady } from './pod-events.ts'

export function startToleration(world: World, node: Node, cause: Cause): void {
  const observed = world.queue.now + world.chance.latency(0.005, 0.04, node.subject, 'taint observed')
  const times = new Set([...node.pods].filter((pod) => !pod.deleted).map((pod) => pod.copy.tolerationSeconds))
  for (const seconds of times) {
    node.evictions.push(world.queue.at(observed + seconds, () => evict(world, node, seconds, cause)))
  }
}

export function cancelToleration(world: World, node: Node): void {
  for (const entry of node.evictions.splice(0)) world.queue.cancel(entry)
}

function evict(world: World, node: Node, tolerationSeconds: number, cause: Cause): void {
  const due = [...node.pods].filter((pod) => !pod.deleted && pod.copy.tolerationSeconds === tolerationSeconds)
  if (due.length === 0) return
  const load = loadOf(node, world.queue.now, due.length)
  const deletedAt = deletions(world, node, due.length)
  for (const [copy, group] of byCopy(due)) {
    const last = Math.max(...group.map((pod) => deletedAt[due.indexOf(pod)] ?? world.queue.now))
    world.queue.at(last, () => deletePods(world, node, copy, group, { cause, tolerationSeconds, load }))
  }
}

/** These pods, and those of other nodes that the same client has not done with. */
function loadOf({ cluster: { monitor } }: Node, now: number, count: number): number {
  const perPod = (requestsPerEviction + 1) / clientLimit.perSecond
  const until = Math.max(now, monitor.evictedUntil) + count * perPod
  monitor.evictedUntil = until
  return Math.ceil((until - now) / perPod)
}

/** All pods are read, then all patched, then all deleted: every one is its own worker, and the client limit makes them queue. */
function deletions(world: World, node: Node, count: number): readonly number[] {
  const client = node.cluster.monitor.evictionClient
  let done = new Array<number>(count).fill(world.queue.now)
  for (let request = 0; request < requestsPerEviction; request += 1) {
    done = done.map((at) => client.grant(at) + world.pace.fixed(requestSeconds))
  }
  client.owe(count, world.queue.now)
  return done
}

interface Reason {
  readonly cause: Cause
  readonly tolerationSeconds: number
  readonly load: number
}

function deletePods(world: World, node: Node, copy: Copy, group: readonly Pod[], reason: Reason): void {
  if (!node.noExecute || !node.cluster.up) return
  const { cause, tolerationSeconds, load } = reason
  const gone = group.filter((pod) => !pod.deleted && !pod.gone)
  if (gone.length === 0) return
  const wereReady = gone.filter((pod) => pod.ready)
  for (const pod of gone) markDeleted(pod)
  copy.evicted += gone.length
  const timer = eviction({ pods: load, tolerationSeconds })
  const id = world.log.emit({
    subject: copy.subject,
    what: 'deleted',
    from: copy.evicted - gone.length,
    to: copy.evicted,
    because: { cause, timer },
    decidedBy: node.cluster.lifecycle.decidedBy,
    text: `${podsText(gone.length)} of ${copy.app.name} at ${copy.site.site.name} deleted in the API, as ${node.name} is marked for eviction${node.connected || !powered(node) ? '' : gone.length === 1 ? '; out of reach, it runs on' : '; out of reach, they run on'}`,
    site: copy.site.site.name,
    app: copy.app.name,
  })
  if (wereReady.length > 0) tellReady(world, copy, wereReady, { cause: id, timer: atOnce }, 'they are being deleted')
  else world.tell.podsChanged(copy, id)
  world.tell.podsDeleted(gone, id)
  world.tell.replicas(copy, id)
}
