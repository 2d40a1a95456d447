import { counted, wanted } from '../machines/scheduler.ts'
import { active } from '../pods.ts'
import type { Copy, World } from '../state.ts'
import type { Judge, Objection } from './judge.ts'

/** Events after which a copy has other pods than before. */
const changesPods = new Set(['pending', 'deleted', 'removed'])

export const replicas: Judge = {
  id: 'replicas',
  title:
    'the pods of a copy are ready, not ready or waiting, never more than asked for; those being deleted count apart',
  onEvent(world, event) {
    if (!changesPods.has(event.what) || !event.subject.startsWith('copy/')) return undefined
    const copy = copyOf(world, event.subject)
    if (copy === undefined) return undefined
    const most = Math.max(copy.replicas, copy.declared, copy.assignment.replicas)
    return active(copy) > most ? `${event.subject} has ${active(copy)} pods where ${most} were asked for` : undefined
  },
  atEnd(world, timeline) {
    const event = timeline.events.length - 1
    const found: Objection[] = []
    for (const copy of world.copies.values()) {
      for (const text of miscounted(copy)) found.push({ event, text: `${copy.subject} ${text}` })
      const settled = copy.cluster.up && copy.cluster.monitor.running && !world.queue.busy
      // a StatefulSet waits for a pod that is being deleted on a node that nobody reaches
      const wrong = active(copy) > wanted(copy) || counted(copy) < wanted(copy)
      if (settled && wrong)
        found.push({ event, text: `${copy.subject} ends with ${active(copy)} pods instead of ${wanted(copy)}` })
    }
    return found
  },
}

/** Counted anew, one by one. */
function miscounted(copy: Copy): readonly string[] {
  const { pods, counts, told } = copy
  const found: string[] = []
  const check = (what: 'serving' | 'ready' | 'pending', truth: number): void => {
    if (counts[what] !== truth || told[what] !== truth)
      found.push(`is told to have ${told[what]} ${what} pods where there are ${truth}`)
  }
  check('serving', pods.filter((pod) => pod.serving).length)
  check('ready', pods.filter((pod) => pod.ready && !pod.deleted).length)
  check('pending', pods.filter((pod) => !pod.deleted && pod.node === undefined).length)
  if (pods.some((pod) => pod.node !== undefined && !pod.node.pods.has(pod)))
    found.push('has a pod that its node does not know')
  return found
}

const copyOf = (world: World, subject: string): Copy | undefined => world.copies.get(subject.slice('copy/'.length))
