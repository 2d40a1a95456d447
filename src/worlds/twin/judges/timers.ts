import { timerEntry } from '../../../timers/index.ts'
import type { Judge } from './judge.ts'

/** Times are kept to the millisecond, and sums of them lose a little more. */
const tolerance = 0.002

export const timers: Judge = {
  id: 'timers',
  title: 'the time between an event and its cause lies within the bounds of the timer that it names',
  onEvent(world, event) {
    if (event.cause === undefined) return undefined
    if (event.timer === undefined) return `${event.subject} ${event.what} has a cause and no timer`
    const cause = world.log.events[event.cause]
    if (cause === undefined) return `${event.subject} ${event.what} has a cause that is not written`
    const seconds = event.at - cause.at
    const { id, minSeconds, maxSeconds } = event.timer
    if (timerEntry(id) === undefined) return `no timer is called ${id}`
    if (seconds >= minSeconds - tolerance && seconds <= maxSeconds + tolerance) return undefined
    return `${event.subject} ${event.what}: ${seconds.toFixed(3)} s lie outside ${id} [${minSeconds}, ${maxSeconds}]`
  },
}
