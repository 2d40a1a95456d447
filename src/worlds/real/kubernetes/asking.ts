// Waiting for an API: it is asked again until it says what is wanted, what it said last is told, and when the time is over a person learns
// what was missing. An API that stumbles is asked again; one that says no is believed.

import { Refusal } from '../../../model/refusal.ts'
import { KubeError } from '../../kube/client.ts'
import type { Ground } from '../ground.ts'
import type { Told } from '../work.ts'

/** How long what is waited for may take, seconds, and how often it is looked at. */
export interface Patience {
  readonly everySeconds: number
  /** An API that answers, and lets in who asks: access entries take a while to count. */
  readonly answerSeconds: number
  readonly nodesSeconds: number
  readonly availableSeconds: number
  /** From an Ingress to the address of its load balancer. */
  readonly addressSeconds: number
  readonly reconciledSeconds: number
  readonly karmadaSeconds: number
  /** What is deleted is gone: load balancers, whatever holds them. */
  readonly goneSeconds: number
}

export const usualPatience: Patience = {
  everySeconds: 5,
  answerSeconds: 180,
  nodesSeconds: 900,
  availableSeconds: 600,
  addressSeconds: 600,
  reconciledSeconds: 1200,
  karmadaSeconds: 900,
  goneSeconds: 900,
}

export interface Kube {
  readonly ground: Ground
  readonly patience: Patience
}

/** Not so far: what was seen instead. */
export class Unfinished {
  readonly seen: string
  constructor(seen: string) {
    this.seen = seen
  }
}

export const unfinished = (seen: string): Unfinished => new Unfinished(seen)

export interface Awaited {
  /** `the nodes of los-angeles/edge are Ready` */
  readonly what: string
  readonly seconds: number
  /** What a person does when it does not come about. */
  readonly next: string
}

export async function awaited<T>(
  { ground, patience }: Kube,
  told: Told,
  { what, seconds, next }: Awaited,
  ask: () => Promise<T | Unfinished>,
): Promise<T> {
  const deadline = ground.now().getTime() + seconds * 1000
  for (;;) {
    told.signal.throwIfAborted()
    let seen: string
    try {
      const answer = await ask()
      if (!(answer instanceof Unfinished)) return answer
      seen = answer.seen
    } catch (error) {
      if (!isPassing(error)) throw refusalOf(error, what)
      seen = error instanceof Error ? error.message : String(error)
    }
    told.observe(seen)
    if (ground.now().getTime() >= deadline)
      throw new Refusal('world', `it did not come about in ${minutes(seconds)} that ${what}`, next, [{ message: seen }])
    await ground.pause(patience.everySeconds * 1000, told.signal)
  }
}

const minutes = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`

/** No answer, too many requests, a server or a webhook that starts, a conflict, credentials that do not count yet, a kind not known yet. */
export const isPassing = (error: unknown): boolean =>
  error instanceof KubeError && (error.status >= 500 || [0, 401, 403, 404, 409, 429].includes(error.status))

/** The API has it read and says no. */
export class Denied extends Refusal {}

export function refusalOf(error: unknown, what: string): unknown {
  if (!(error instanceof KubeError)) return error
  return new Denied('world', `the API refuses it, so that it cannot be that ${what}`, 'its words are below', [
    { message: error.message },
  ])
}

/** Asks once, and again while the API stumbles. */
export const asked = <T>(kube: Kube, told: Told, what: string, ask: () => Promise<T>): Promise<T> =>
  awaited(kube, told, { what, seconds: kube.patience.answerSeconds, next: unreachedHint }, ask)

export const unreachedHint =
  'see whether it answers: kubectl get --raw /readyz; then run this again, it goes on where it stopped'
