// The three honest states of a part, and of an app what its copies come to together.

import type { Age } from './heard.ts'

/** As wanted; behind what is wanted; or not heard of, since when its age says. */
export type Standing = 'asWanted' | 'behind' | 'notHeardOf'

export interface CopyStatus extends Age {
  readonly cluster: string
  /** Undefined for a member of a federation: Karmada divides over clusters. */
  readonly site: string | undefined
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly wanted: number
  /** As last heard. */
  readonly ready: number
  /** `since`: not heard of since then. */
  readonly state: Standing
}

export interface AppStatus {
  readonly app: string
  readonly federation: string | undefined
  readonly state: Standing
  readonly wanted: number
  /** Over all copies, as last heard. */
  readonly ready: number
  readonly copies: readonly CopyStatus[]
}

/** `divided`: how many a federation has to divide. */
export function appOf(
  app: string,
  federation: string | undefined,
  copies: readonly CopyStatus[],
  divided = 0,
): AppStatus {
  const sum = (of: (copy: CopyStatus) => number): number => copies.reduce((all, copy) => all + of(copy), 0)
  // with a duplicated app each member has as many as are wanted
  const wanted = Math.max(
    divided,
    sum((copy) => copy.wanted),
  )
  const ready = sum((copy) => copy.ready)
  const state = copies.some((copy) => copy.state === 'notHeardOf')
    ? 'notHeardOf'
    : ready < wanted || copies.some((copy) => copy.state === 'behind')
      ? 'behind'
      : 'asWanted'
  return { app, federation, state, wanted, ready, copies }
}
