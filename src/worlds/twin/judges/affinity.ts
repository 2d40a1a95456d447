import type { Copy, Node } from '../state.ts'
import type { Judge } from './judge.ts'

export const affinity: Judge = {
  id: 'affinity',
  title: 'a pod runs only on nodes of its cluster, and of its site where it is pinned to it',
  atEnd(world, timeline) {
    const event = timeline.events.length - 1
    const started = world.starts.map(({ pod, node }) => ({ pod, node }))
    const bound = [...world.copies.values()].flatMap((copy) => copy.pods.map((pod) => ({ pod, node: pod.node })))
    return [...started, ...bound].flatMap(({ pod, node }) =>
      node === undefined || mayRun(pod.copy, node)
        ? []
        : [{ event, text: `${pod.name} of ${pod.copy.subject} is on ${node.subject}` }],
    )
  },
}

const mayRun = (copy: Copy, node: Node): boolean =>
  node.cluster === copy.cluster && (!copy.pinned || node.site === copy.site)
