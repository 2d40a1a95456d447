// Containers on their nodes: started where their image can be had, restarted with a back-off, stopped when their pod is deleted
// and the kubelet has heard of it.

import { containerNoticed, crashBackoff, pullBackoff, restartBackoff } from '../../../timers/kubelet.ts'
import { podDeleted, startup } from '../../../timers/pods.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce } from '../../../timers/timer.ts'
import { removePod, setReady, setServing } from '../pods.ts'
import { registryReachable } from '../reach.ts'
import type { Cause, Copy, Node, Pod, World } from '../state.ts'
import { isAway } from '../state.ts'
import { byCopy, byNode, tellReady, tellRemoved, tellServing } from './pod-events.ts'

/** Pods were bound to nodes; a node that is in touch starts them, another one when it hears of them. */
export function podsBound(world: World, pods: readonly Pod[], cause: Cause): void {
  for (const [node, group] of byNode(pods)) {
    if (node?.watch === true && node.connected) startPods(world, node, group, cause)
  }
}

/** Pods were deleted in the API; a node that is in touch stops them. */
export function podsDeleted(world: World, pods: readonly Pod[], cause: Cause): void {
  for (const [node, group] of byNode(pods)) {
    if (node === undefined) for (const pod of group) removePod(pod)
    else if (node.watch && node.connected) stopDeleted(world, node, group, cause, podDeleted())
  }
}

export function stopDeleted(world: World, node: Node, pods: readonly Pod[], cause: Cause, timer: Timer): void {
  if (pods.length === 0) return
  world.queue.at(world.queue.now + world.chance.latency(0.3, 2, node.subject, 'stop'), () => {
    if (!node.kubelet) return
    for (const [copy, group] of byCopy(pods.filter((pod) => !pod.gone))) {
      const serving = group.filter((pod) => pod.serving)
      for (const pod of group) {
        forget(pod)
        setServing(pod, false)
      }
      const because = { cause, timer }
      const told = tellServing(world, copy, serving, because, `the kubelet of ${node.name} stops what was deleted`)
      for (const pod of group) removePod(pod)
      const removed = serving.length > 0 ? told : tellRemoved(world, copy, group.length, because)
      world.tell.podsChanged(copy, removed)
      if (copy.stateful) world.tell.replicas(copy, removed)
    }
  })
}

/** A kubelet that was restarted with its node knows of no pod before it has heard of it from the API. */
const knows = (node: Node): boolean => node.watch || !node.rebooted

/** Starts containers, where their image can be had. */
export function startPods(world: World, node: Node, pods: readonly Pod[], cause: Cause): void {
  for (const [copy, group] of byCopy(pods)) {
    const cached = node.images.has(copy.image)
    const mustPull = copy.pullAlways || !cached
    const registry = registryReachable(world, node)
    if (mustPull && !registry) {
      for (const pod of group) {
        pod.waitsForImage = true
        pod.startAttempts = world.queue.now
      }
      continue
    }
    for (const pod of group)
      world.starts.push({ at: world.queue.now, pod, node, cached, registry, mustPull, known: knows(node) })
    node.images.add(copy.image)
    const start = world.queue.at(world.queue.now + copy.startupSeconds, () => {
      const up = group.filter((pod) => pod.starting === start)
      for (const pod of up) {
        pod.starting = undefined
        pod.startAttempts = world.queue.now
      }
      const well = up.filter((pod) => !pod.broken)
      if (!isAway(copy.crash) && well.length > 0) becomeServing(world, node, well, cause, startup(copy.startupSeconds))
    })
    for (const pod of group) {
      pod.waitsForImage = false
      pod.starting = start
    }
  }
}

function becomeServing(world: World, node: Node, pods: readonly Pod[], cause: Cause, timer: Timer): void {
  for (const pod of pods) setServing(pod, true)
  for (const [copy, group] of byCopy(pods)) {
    tellServing(world, copy, group, { cause, timer }, `they have started on ${node.name}`)
    report(world, node, copy, group)
  }
}

/** A container that changes on a node that is in touch is reported at once; `since`: what made the kubelet look. */
export function report(world: World, node: Node, copy: Copy, pods: readonly Pod[], since: Cause = 0): void {
  if (!node.connected) return
  const entry = world.queue.at(world.queue.now + world.chance.latency(0.2, 1.5, node.subject, 'report'), () => {
    if (!node.connected) return
    const changed = pods.filter((pod) => pod.report === entry && pod.ready !== pod.serving)
    for (const pod of changed) reportTruth(pod)
    const [first] = changed
    if (first === undefined) return
    tellReady(
      world,
      copy,
      changed,
      { cause: Math.max(first.servingCause, since), timer: containerNoticed() },
      `the kubelet of ${node.name} says so`,
    )
  })
  for (const pod of pods) pod.report = entry
}

/** The containers of a copy cannot live, or can again. */
export function reviewCrash(world: World, copy: Copy, cause: Cause): void {
  const ended = isAway(copy.crash)
  if (ended === copy.crashed) return
  copy.crashed = ended
  const stopped = ended ? copy.pods.filter((pod) => pod.serving) : []
  for (const pod of stopped) setServing(pod, false)
  tellServing(world, copy, stopped, { cause, timer: atOnce }, 'their containers end')
  for (const [node, group] of byNode(copy.pods)) {
    if (node === undefined || !node.kubelet || !knows(node)) continue
    if (ended) {
      for (const pod of group) pod.startAttempts = world.queue.now
      report(world, node, copy, group, cause)
    } else restartLater(world, node, group, cause)
  }
}

/** The kubelet tries again with a back-off that began when the container first ended. */
function restartLater(world: World, node: Node, pods: readonly Pod[], cause: Cause): void {
  for (const pod of pods.filter((one) => !one.serving && !one.deleted && one.starting === undefined)) {
    const { wait, attempt } = nextAttempt(world.queue.now - pod.startAttempts)
    const restart = world.queue.at(
      world.queue.now + wait + world.chance.latency(0.1, 1, node.subject, 'restart'),
      () => {
        if (pod.starting !== restart) return
        pod.starting = undefined
        if (isAway(pod.copy.crash)) return
        const restarted = world.log.emit({
          subject: pod.copy.subject,
          what: 'restarted',
          from: null,
          to: pod.name,
          // part of the wait is over when the fault ends
          because: { cause, timer: { ...restartBackoff(attempt), minSeconds: 0 } },
          text: `the kubelet of ${node.name} starts a container of ${pod.copy.app.name} at ${pod.copy.site.site.name} again`,
          site: pod.copy.site.site.name,
          app: pod.copy.app.name,
        })
        startPods(world, node, [pod], restarted)
      },
    )
    pod.starting = restart
  }
}

/** The attempts come at once, then after 10 s, doubled up to 300 s: the next one after that time. */
export function nextAttempt(elapsed: number): { readonly wait: number; readonly attempt: number } {
  let at = 0
  let wait: number = crashBackoff.firstSeconds
  let attempt = 1
  while (at < elapsed) {
    if (elapsed - at > 100 * crashBackoff.maxSeconds)
      at += Math.floor((elapsed - at) / crashBackoff.maxSeconds - 1) * crashBackoff.maxSeconds
    at += wait
    wait = Math.min(crashBackoff.maxSeconds, wait * 2)
    attempt += 1
  }
  return { wait: at - elapsed, attempt }
}

/** The registry, or the way to it, is back. */
export function retryPulls(world: World, node: Node, cause: Cause): void {
  if (!node.kubelet || !registryReachable(world, node)) return
  const waiting = [...node.pods].filter((pod) => pod.waitsForImage && !pod.deleted && pod.starting === undefined)
  for (const pod of waiting) {
    const { wait } = nextAttempt(world.queue.now - pod.startAttempts)
    const pull = world.queue.at(world.queue.now + wait + world.chance.latency(0, 1, node.subject, 'pull'), () => {
      if (pod.starting !== pull) return
      pod.starting = undefined
      if (!registryReachable(world, node)) return
      const pulled = world.log.emit({
        subject: pod.copy.subject,
        what: 'pulled',
        from: null,
        to: pod.name,
        because: { cause, timer: pullBackoff() },
        text: `the kubelet of ${node.name} pulls the image of ${pod.copy.app.name} at ${pod.copy.site.site.name}`,
        site: pod.copy.site.site.name,
        app: pod.copy.app.name,
      })
      startPods(world, node, [pod], pulled)
    })
    pod.starting = pull
  }
}

/** The registry changed: nodes with pods that wait for an image look again. */
export function registryChanged(world: World, cause: Cause): void {
  for (const cluster of world.clusters.values()) for (const node of cluster.nodes) retryPulls(world, node, cause)
}

/** What was about to happen to the pod on this node does not. */
export function forget(pod: Pod): void {
  pod.starting = undefined
  pod.report = undefined
}

/** Whether the API says otherwise than it is. */
export const misreported = (pod: Pod): boolean => pod.ready !== pod.serving || pod.containersReady !== pod.serving

export function reportTruth(pod: Pod): void {
  setReady(pod, pod.serving)
  pod.containersReady = pod.serving
}
