// A management cluster that is asked for hours, while it makes clusters: that it is not heard of for a while fails nothing that it makes.

import { Refusal } from '../../../model/refusal.ts'
import { KubeError } from '../../kube/client.ts'
import type { Ground } from '../ground.ts'
import { Denied } from '../kubernetes/asking.ts'
import type { Outcome, Told } from '../work.ts'

/** How long what is waited for may take, seconds, and how often it is looked at. */
export interface FloorPatience {
  /** Its controller looks again every 10 seconds at a cluster that is not ready (controllers/cluster_controller.go). */
  readonly everySeconds: number
  /** A failure that is told for so long does not pass by itself. */
  readonly failingSeconds: number
  /** From a commit to the Cluster that Flux makes of it. */
  readonly broughtSeconds: number
  /** Without an answer of the management cluster. */
  readonly unheardSeconds: number
  /** An API that says no for a moment: a kind that is not served yet, a conflict. */
  readonly answerSeconds: number
  readonly goneSeconds: number
  /** In place of the limit of the provider. */
  readonly limitSeconds?: number
}

export const usualFloorPatience: FloorPatience = {
  everySeconds: 10,
  failingSeconds: 120,
  broughtSeconds: 1200,
  unheardSeconds: 600,
  answerSeconds: 180,
  goneSeconds: 3600,
}

export interface Floor {
  readonly ground: Ground
  readonly patience: FloorPatience
}

/** It did not answer for so long that nobody should wait here: what was begun goes on there. */
export class NotHeard extends Error {}

const isSilence = ({ status }: KubeError): boolean => [0, 401, 429].includes(status) || status >= 500

/** What an admission webhook or policy refuses stays refused: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/ */
export const isRefusedByWebhook = (text: string): boolean => /denied (?:the )?request/.test(text)

/** Asks until it is answered. What the API refuses is told in its words, at once where a webhook said no. */
export async function persist<T>(
  floor: Floor,
  told: Told,
  manager: string,
  what: string,
  ask: () => Promise<T>,
): Promise<T> {
  const { ground, patience } = floor
  const began = ground.now().getTime()
  let heardAt = began
  for (;;) {
    told.signal.throwIfAborted()
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      const now = ground.now().getTime()
      if (isSilence(error)) {
        told.observe(`${manager} is not heard of: ${error.message}`)
        if (now - heardAt >= patience.unheardSeconds * 1000) throw new NotHeard(error.message)
      } else {
        heardAt = now
        const passes = [403, 404, 409].includes(error.status) && !isRefusedByWebhook(error.message)
        if (!passes || now - began >= patience.answerSeconds * 1000)
          throw new Denied(
            'world',
            `${manager} refuses it, so that it cannot be that ${what}`,
            refusedNext(error.message),
            [{ message: error.message }],
          )
        told.observe(error.message)
      }
    }
    await ground.pause(patience.everySeconds * 1000, told.signal)
  }
}

const refusedNext = (text: string): string =>
  /immutable/.test(text)
    ? 'EKS Anywhere changes that only by making the cluster anew: declare again what is there, or delete the cluster first (docs: Cluster spec, immutable fields)'
    : 'its words are below: put the declaration right, then run this again'

export const waitsFor = (manager: string, why: string): Outcome => ({
  kind: 'person',
  what: `${manager} is not heard of (${why}): what it has begun goes on there, and is looked at when it answers again`,
  commands: [`kubectl --context ${manager} get --raw /readyz`],
})

/** Silence of a management cluster makes what it manages wait; everything else is told as it is. */
export async function unlessSilent(manager: string, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof NotHeard) return waitsFor(manager, error.message)
    throw error
  }
}

export const refusal = (message: string, next: string, words: readonly string[] = []): Refusal =>
  new Refusal(
    'world',
    message,
    next,
    words.map((it) => ({ message: it })),
  )
