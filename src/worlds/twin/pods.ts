// Pods as data: what changes about them changes here, so that the counts of their copy stay right without counting again.

import type { Copy, Node, Pod } from './state.ts'

export function addPod(copy: Copy, node: Node | undefined, running: boolean, broken = false): Pod {
  const pod: Pod = {
    name: `${copy.app.name}-${copy.made}`,
    copy,
    broken,
    node: undefined,
    serving: false,
    servingCause: 0,
    starting: undefined,
    startAttempts: 0,
    waitsForImage: false,
    ready: false,
    containersReady: false,
    deleted: false,
    report: undefined,
    gone: false,
  }
  copy.made += 1
  copy.pods.push(pod)
  copy.counts.pending += 1
  if (node !== undefined) bindPod(pod, node)
  if (running && node !== undefined) {
    node.images.add(copy.image)
    setServing(pod, true)
    setReady(pod, true)
    pod.containersReady = true
  }
  return pod
}

export function bindPod(pod: Pod, node: Node): void {
  pod.node = node
  node.pods.add(pod)
  pod.copy.counts.pending -= 1
}

export function setServing(pod: Pod, serving: boolean): void {
  if (pod.serving === serving) return
  pod.serving = serving
  pod.copy.counts.serving += serving ? 1 : -1
}

/** Ready as the API counts it; pods that are being deleted do not count. */
export function setReady(pod: Pod, ready: boolean): void {
  if (pod.ready === ready) return
  pod.ready = ready
  if (!pod.deleted) pod.copy.counts.ready += ready ? 1 : -1
}

/** The API has its deletion; it may run on. */
export function markDeleted(pod: Pod): void {
  if (pod.deleted) return
  pod.deleted = true
  const { counts } = pod.copy
  counts.deleted += 1
  if (pod.ready) counts.ready -= 1
  if (pod.node === undefined) counts.pending -= 1
}

/** The object is gone from the API, and so is its container. */
export function removePod(pod: Pod): void {
  if (pod.gone) return
  setServing(pod, false)
  markDeleted(pod)
  pod.gone = true
  pod.copy.counts.deleted -= 1
  pod.node?.pods.delete(pod)
  const index = pod.copy.pods.indexOf(pod)
  if (index >= 0) pod.copy.pods.splice(index, 1)
}

export const isPending = (pod: Pod): boolean => !pod.deleted && pod.node === undefined

/** Pods that are not being deleted. */
export const active = (copy: Copy): number => copy.pods.length - copy.counts.deleted
