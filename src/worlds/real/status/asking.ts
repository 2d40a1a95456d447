// How the parts of a status ask: all side by side, each with a patience of its own, so that a site that is not reached keeps nobody else
// waiting. Whoever does not answer in time, or refuses, is silent, with the reason; what it last said is told with its age.

import { setMaxListeners } from 'node:events'
import { logical, stackNames } from '../../../artefacts/cloudformation/names.ts'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import { stacksOf } from '../../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../../model/plan.ts'
import type { Age, Heard } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Where } from '../aws/clients.ts'
import { awsRefusal, concernsAll } from '../aws/errors.ts'
import type { Ground } from '../ground.ts'

export interface Asking {
  readonly ground: Ground
  readonly heard: Heard
  /** When the question was asked. */
  readonly asked: Date
  readonly patienceSeconds: number
}

export type Said<T> = { readonly kind: 'said'; readonly value: T } | { readonly kind: 'silent'; readonly why: string }

export async function answerOf<T>(
  { patienceSeconds }: Pick<Asking, 'patienceSeconds'>,
  what: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<Said<T>> {
  const ended = new AbortController()
  setMaxListeners(0, ended.signal)
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<Said<T>>((resolve) => {
    timer = setTimeout(() => {
      ended.abort()
      resolve({ kind: 'silent', why: `${what}: no answer within ${patienceSeconds} s` })
    }, patienceSeconds * 1_000)
  })
  const answer = ask(ended.signal).then(
    (value): Said<T> => ({ kind: 'said', value }),
    (error: unknown): Said<T> => {
      // it is about who asks: every other part would say the same
      if (concernsAll(error)) throw awsRefusal(error, 'nothing of AWS can be looked at')
      return { kind: 'silent', why: awsRefusal(error, what).message }
    },
  )
  try {
    return await Promise.race([answer, over])
  } finally {
    clearTimeout(timer)
  }
}

/** Notes what was said now; of one who is silent, gives what it last said. */
export function remembered<T>(
  { heard, asked }: Pick<Asking, 'heard' | 'asked'>,
  key: string,
  said: Said<T>,
): { readonly value: T | undefined; readonly age: Age; readonly heard: boolean; readonly why: string | undefined } {
  if (said.kind === 'silent')
    return { value: heard.said<T>(key), age: ageOf(heard.at(key), asked), heard: false, why: said.why }
  heard.note(key, asked.toISOString(), said.value)
  return { value: said.value, age: ageOf(asked.toISOString(), asked), heard: true, why: undefined }
}

// ---------------------------------------------------------------------------------------------- what is declared

const made = new WeakMap<Plan, readonly StackFile[]>()

/** Synthesised once for a plan: a watch looks again and again. */
export function declaredStacks(plan: Plan): readonly StackFile[] {
  const known = made.get(plan) ?? stacksOf(plan)
  made.set(plan, known)
  return known
}

/** Where the API of EKS is asked for the cluster; undefined: it is no cluster of AWS. */
export function whereOfCluster({ fleet }: Plan, name: string): Where | undefined {
  const cluster = fleet.clusters.find((it) => it.name === name)
  const network = fleet.networks.find((it) => it.name === cluster?.network)
  const region = cluster?.region ?? network?.region
  if (cluster === undefined || region === undefined || cluster.kind === 'eksAnywhere') return undefined
  return { account: cluster.account ?? network?.account ?? fleet.accounts[0]?.name, region }
}

export const named = ({ fleet }: Plan): ReturnType<typeof stackNames> => stackNames(fleet.name)

export const checkLogicalId = (id: string): string => `HealthCheck${logical(id)}`
