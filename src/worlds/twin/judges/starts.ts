import type { Start } from '../state.ts'
import type { Judge } from './judge.ts'

export const starts: Judge = {
  id: 'starts',
  title: 'a container starts only where its image can be had and its kubelet has heard of it',
  atEnd(world, timeline) {
    return world.starts.flatMap((start) => {
      const wrong = wrongOf(start)
      if (wrong === undefined) return []
      const event = timeline.events.findLast((one) => one.at <= start.at)?.id ?? 0
      return [{ event, text: `${start.pod.name} starts on ${start.node.subject} at ${start.at} s ${wrong}` }]
    })
  },
}

function wrongOf({ cached, registry, mustPull, known }: Start): string | undefined {
  if (mustPull && !registry) return 'and must pull its image, with the registry out of reach'
  if (!cached && !registry) return 'without an image'
  return known ? undefined : 'though its kubelet, restarted while cut off, cannot know of it'
}
