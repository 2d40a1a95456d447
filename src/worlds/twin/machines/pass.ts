// The course of a busy pass of the node lifecycle controller: up to eight nodes side by side, for each its own status, then its
// pods one after the other, all through one client limit that event recorder and taint writers share.

import { monitorWorkers, requestSeconds as oneRequest } from '../../../timers/node-lifecycle.ts'
import type { ApiClient } from '../limits.ts'

export interface BusyPass<Pod> {
  readonly nodes: readonly NodeTimes<Pod>[]
  readonly end: number
}

export interface NodeTimes<_Pod> {
  readonly unknownAt: number
  readonly noScheduleAt: number
  /** By the order of the node's pods. */
  readonly notReadyAt: readonly number[]
}

/** `pods`: for each lost node those that must be marked, in the order in which nodes are taken; `requestSeconds`: what one takes. */
export function busyPassOf<Pod>(
  client: ApiClient,
  start: number,
  pods: readonly (readonly Pod[])[],
  requestSeconds: number = oneRequest,
): BusyPass<Pod> {
  const times = pods.map((group) => ({
    unknownAt: start,
    noScheduleAt: start,
    notReadyAt: new Array<number>(group.length).fill(start),
  }))
  // each actor makes one request at a time; the one that is free first asks first
  const workers = Array.from({ length: Math.min(monitorWorkers, pods.length) }, () => ({
    free: start,
    node: -1,
    pod: 0,
  }))
  const taints: { free: number; node: number; left: number }[] = []
  const recorder = { free: start, waiting: [] as number[] }
  let nextNode = 0
  for (const worker of workers) worker.node = nextNode++

  for (;;) {
    const worker = earliest(workers.filter((one) => one.node >= 0))
    if (worker === undefined) break
    const taint = earliest(taints)
    const waiting = recorder.waiting[0]
    const recorderFree = waiting === undefined ? Number.POSITIVE_INFINITY : Math.max(recorder.free, waiting)
    if (recorderFree < worker.free && recorderFree <= (taint?.free ?? Number.POSITIVE_INFINITY)) {
      recorder.waiting.shift()
      recorder.free = client.grant(recorderFree) + requestSeconds
      continue
    }
    if (taint !== undefined && taint.free < worker.free) {
      taint.free = client.grant(taint.free) + requestSeconds
      taint.left -= 1
      const node = times[taint.node]
      if (taint.left === 0) {
        taints.splice(taints.indexOf(taint), 1)
        if (node !== undefined) node.noScheduleAt = taint.free
      }
      continue
    }
    const done = client.grant(worker.free) + requestSeconds
    const node = times[worker.node]
    const group = pods[worker.node]
    if (node === undefined || group === undefined) break
    if (worker.pod === 0) {
      node.unknownAt = done
      taints.push({ free: done + requestSeconds, node: worker.node, left: 2 })
    } else {
      node.notReadyAt[worker.pod - 1] = done
    }
    recorder.waiting.push(done)
    worker.free = done
    worker.pod += 1
    if (worker.pod > group.length) {
      worker.node = nextNode < pods.length ? nextNode++ : -1
      worker.pod = 0
    }
  }
  const end = Math.max(start, ...workers.map((worker) => worker.free))
  for (const taint of taints) {
    let at = taint.free
    for (let left = taint.left; left > 0; left -= 1) at = client.grant(at) + requestSeconds
    const node = times[taint.node]
    if (node !== undefined) node.noScheduleAt = at
  }
  client.owe(recorder.waiting.length, end)
  return { nodes: times, end }
}

function earliest<Actor extends { readonly free: number }>(actors: readonly Actor[]): Actor | undefined {
  let first: Actor | undefined
  for (const actor of actors) if (first === undefined || actor.free < first.free) first = actor
  return first
}
