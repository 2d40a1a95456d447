// What is said of the pods of a copy, truth and API alike, one event for all that change at once.

import type { Timer } from '../../../timers/timer.ts'
import type { Cause, Copy, Node, Pod, World } from '../state.ts'

export interface Because {
  readonly cause: Cause
  readonly timer: Timer
}

/** Truth: how many pods would answer. */
export function tellServing(world: World, copy: Copy, changed: readonly Pod[], because: Because, why: string): Cause {
  const { app, site } = copy
  const count = copy.counts.serving
  const from = copy.told.serving
  if (count === from) return because.cause
  copy.told.serving = count
  const cause = world.log.emit({
    subject: copy.subject,
    what: 'serving',
    from,
    to: count,
    because,
    decidedBy: 'standIn',
    text: `${pods(Math.abs(count - from))} of ${app.name} at ${site.site.name} ${Math.abs(count - from) === 1 ? 'answers' : 'answer'} ${count > from ? 'again' : 'no more'}: ${why}`,
    site: site.site.name,
    app: app.name,
  })
  for (const pod of changed) pod.servingCause = cause
  world.tell.serving(copy, cause)
  return cause
}

/** The API: how many pods are ready and not being deleted. Pods may change without the count; that is told as their status. */
export function tellReady(world: World, copy: Copy, changed: readonly Pod[], because: Because, why: string): Cause {
  const { app, site } = copy
  if (changed.length === 0) return because.cause
  const count = copy.counts.ready
  const from = copy.told.ready
  copy.told.ready = count
  const says =
    count === from
      ? { what: 'status', from: null, to: changed.length, text: `the API knows better of ${pods(changed.length)}` }
      : {
          what: 'ready',
          from,
          to: count,
          text: `the API counts ${copy.replicas === 0 ? 'no pod' : `${count} of ${copy.replicas} pods`}`,
        }
  const cause = world.log.emit({
    subject: copy.subject,
    ...says,
    because,
    text: `${says.text} of ${app.name} at ${site.site.name}${count === from ? '' : ' ready'}: ${why}`,
    site: site.site.name,
    app: app.name,
  })
  world.tell.podsChanged(copy, cause)
  return cause
}

/** The API: how many pods wait for a node. */
export function tellPending(world: World, copy: Copy, because: Because, why: string): Cause {
  const { app, site } = copy
  const count = copy.counts.pending
  const from = copy.told.pending
  if (count === from) return because.cause
  copy.told.pending = count
  return world.log.emit({
    subject: copy.subject,
    what: 'pending',
    from,
    to: count,
    because,
    text: `${pods(count)} of ${app.name} at ${site.site.name} ${count === 1 ? 'waits' : 'wait'} for a node: ${why}`,
    site: site.site.name,
    app: app.name,
  })
}

export const pods = (count: number): string => (count === 1 ? '1 pod' : `${count} pods`)

/** Pods that served nobody are gone for good. */
export function tellRemoved(world: World, copy: Copy, count: number, because: Because): Cause {
  const { app, site } = copy
  return world.log.emit({
    subject: copy.subject,
    what: 'removed',
    from: null,
    to: count,
    because,
    text: `${pods(count)} of ${app.name} at ${site.site.name} ${count === 1 ? 'is' : 'are'} gone for good`,
    site: site.site.name,
    app: app.name,
  })
}

/** Pods by the copy that they belong to, in the order of the copies. */
export const byCopy = (items: Iterable<Pod>): ReadonlyMap<Copy, readonly Pod[]> => grouped(items, (pod) => pod.copy)

/** Pods by the node that they are on; those that wait for one by undefined. */
export const byNode = (items: Iterable<Pod>): ReadonlyMap<Node | undefined, readonly Pod[]> =>
  grouped(items, (pod) => pod.node)

function grouped<Key>(items: Iterable<Pod>, keyOf: (pod: Pod) => Key): ReadonlyMap<Key, readonly Pod[]> {
  const groups = new Map<Key, Pod[]>()
  for (const pod of items) {
    const group = groups.get(keyOf(pod))
    if (group === undefined) groups.set(keyOf(pod), [pod])
    else group.push(pod)
  }
  return groups
}
