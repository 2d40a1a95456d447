import { inTouch } from '../reach.ts'
import type { Judge } from './judge.ts'

/** What only a control plane that is there can write. */
const written = new Set(['ready', 'endpoints', 'pending', 'deleted', 'noSchedule', 'noExecute', 'disruption'])

export const causality: Judge = {
  id: 'causality',
  title: 'nothing happens before its cause, and nobody learns what could not have reached him',
  onEvent(world, event) {
    const before = world.log.events[event.id - 1]
    if (before !== undefined && before.at > event.at) return `time runs backwards to ${event.at}`
    const cause = event.cause === undefined ? undefined : world.log.events[event.cause]
    if (event.cause !== undefined && (cause === undefined || cause.id >= event.id || cause.at > event.at)) {
      return `${event.subject} ${event.what} comes before its cause`
    }
    const [kind, site, name] = event.subject.split('/')
    if (kind === 'node' && event.what === 'ready' && event.to === 'True') {
      const node = world.sites.get(site ?? '')?.nodes.find((one) => one.name === name)
      if (node !== undefined && !inTouch(node))
        return `${event.subject} is called Ready while nobody can have heard of it`
    }
    if (written.has(event.what)) {
      const clusters = [...world.clusters.values()].filter(
        (cluster) =>
          cluster.subject === event.subject ||
          cluster.copies.some((copy) => copy.subject === event.subject) ||
          cluster.nodes.some((node) => node.subject === event.subject),
      )
      if (clusters.some((cluster) => !cluster.up))
        return `${event.subject} ${event.what} is written while its API server is gone`
    }
    return undefined
  },
}
