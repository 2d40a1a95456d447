// What many tell, as one timeline: in order of time, in drill time, counted once, each event with its cause. What is told late by one of
// them must not come before what was given out already, so that the last moments are held back until everybody has been heard.

import type { EventValue, TimelineEvent } from '../../../model/timeline.ts'
import { causeOf } from './causes.ts'
import type { Ground } from './ground.ts'
import type { Told } from './told.ts'
import { isCount, isState } from './told.ts'

export interface Weaver {
  /** Gives a handle, by which a later event may name it as its cause. */
  tell(told: Told): number
  /** How things stand when the drill begins: what is told again with that value is no event. */
  stands(subject: string, what: string, value: EventValue): void
  /** The same, told as the first thing of the drill. */
  begins(told: Omit<Told, 'atMs' | 'from'>): void
  /** Everything told so far that happened before then is an event now. */
  commit(untilMs: number): readonly TimelineEvent[]
  events(): readonly TimelineEvent[]
}

export interface WeaverOptions {
  readonly drill: string
  /** When the drill began. */
  readonly beganMs: number
  readonly speed: number
  readonly ground: Ground
}

const ofKubelets = /^(kubelet|node|app)\./

/** Pods that change within that real time are told of in one event. */
const togetherMs = 40

export function weaver({ drill, beganMs, speed, ground }: WeaverOptions): Weaver {
  const events: TimelineEvent[] = []
  const values = new Map<string, EventValue>()
  const numbers = new Map<number, number>()
  let waiting: { readonly handle: number; readonly told: Told }[] = []
  let handles = 0
  let last = 0

  const began: TimelineEvent = {
    id: 0,
    at: 0,
    subject: `drill/${drill}`,
    what: 'began',
    from: null,
    to: true,
    decidedBy: 'standIn',
    text: 'everything runs as planned',
  }
  events.push(began)

  function take(handle: number, { atMs, root, cause, timer, ...told }: Told): void {
    const key = `${told.subject} ${told.what}`
    const known = values.get(key)
    if (isState(told)) {
      if (known === told.to) {
        sameAs(handle, told)
        return
      }
      values.set(key, told.to)
    }
    // clocks of two processes on one machine agree, but what is told late is told now
    last = Math.max(last, secondsAt(atMs))
    const from = isCount(told) && known !== undefined ? known : told.from
    const event = { id: events.length, at: last, ...told, from }
    const named = cause === undefined ? undefined : numbers.get(cause)
    const led =
      root === true
        ? undefined
        : named !== undefined && timer !== undefined
          ? { cause: named, timer }
          : causeOf(event, events, ground)
    numbers.set(handle, event.id)
    // an API server tells of it, and what decided it are the stages by which KWOK plays our kubelets
    const played = led !== undefined && ofKubelets.test(led.timer.id)
    events.push({ ...event, ...led, ...(played && { decidedBy: 'standIn' }) })
  }

  /** A second teller of one thing: whoever names it as a cause means the first. */
  function sameAs(handle: number, { subject, what, to }: Omit<Told, 'atMs'>): void {
    const first = events.findLast((one) => one.subject === subject && one.what === what && one.to === to)
    if (first !== undefined) numbers.set(handle, first.id)
  }

  const secondsAt = (atMs: number): number =>
    Math.max(0, Math.round(((atMs - beganMs) / 1_000) * speed * 1_000) / 1_000)

  return {
    tell: (told) => {
      const handle = handles
      handles += 1
      waiting.push({ handle, told })
      return handle
    },
    stands: (subject, what, value) => {
      values.set(`${subject} ${what}`, value)
    },
    begins: (told) => {
      values.set(`${told.subject} ${told.what}`, told.to)
      const { cause: _cause, timer: _timer, root: _root, ...event } = told
      events.push({ id: events.length, at: 0, ...event, from: null })
    },
    commit: (untilMs) => {
      const before = events.length
      const due = waiting.filter(({ told }) => told.atMs <= untilMs)
      waiting = waiting.filter(({ told }) => told.atMs > untilMs)
      due.sort((a, b) => a.told.atMs - b.told.atMs || a.handle - b.handle)
      for (const [index, { handle, told }] of due.entries()) {
        if (isFollowed(due, index)) continue
        take(handle, told)
      }
      return events.slice(before)
    },
    events: () => events,
  }
}

/** The same count goes on changing the same way within a moment: only where it ends is told. */
function isFollowed(due: readonly { readonly told: Told }[], index: number): boolean {
  const told = due[index]?.told
  if (told === undefined || !isCount(told)) return false
  const direction = Math.sign(Number(told.to) - Number(told.from ?? 0))
  for (let next = index + 1; next < due.length; next += 1) {
    const later = due[next]?.told
    if (later === undefined || later.atMs - told.atMs > togetherMs) return false
    if (later.subject !== told.subject || later.what !== told.what) continue
    return Math.sign(Number(later.to) - Number(later.from ?? 0)) === direction
  }
  return false
}
