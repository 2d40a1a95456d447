// What all work on real places stands on: who asks AWS, how a Kubernetes API is reached, and the clock. Made once for a run.

import type { Plan } from '../../model/plan.ts'
import type { KubeClient } from '../kube/client.ts'
import type { Aws, Where } from './aws/clients.ts'
import type { Told } from './work.ts'

/** Whose API: of a cluster, or Karmada's of a federation. */
export type Api =
  | { readonly kind: 'cluster'; readonly name: string; readonly undeclared?: UndeclaredCluster }
  | { readonly kind: 'federation'; readonly name: string }

/** How a cluster is reached that the fleet does not declare any more: by EKS, or by a context of the kubeconfig. */
export type UndeclaredCluster = { readonly eksAt: Where } | { readonly context: string; readonly kubeconfig?: string }

export interface Ground {
  readonly plan: Plan
  readonly aws: Aws
  /** Undefined: it is not there yet. Throws a Refusal where it is there and is not reached from here (a private endpoint), with the way round it. */
  readonly api: (of: Api) => Promise<KubeClient | undefined>
  /** Values that only stacks know, by their variable (`fleet_vpc_main`); undefined while the stack is not there. */
  readonly valueOf: (variable: string) => Promise<string | undefined>
  /** Runs `helm` with those arguments and input; the answer is its stdout. Throws a Refusal. Ended with the run that asks, or at its limit. */
  readonly helm: (args: readonly string[], input?: string, told?: Told) => Promise<string>
  /** Private (0700) and this fleet's own: its ledger and what the run must remember. Never a secret. */
  readonly folder: string
  readonly now: () => Date
  /** Ends early when the signal is aborted. */
  readonly pause: (milliseconds: number, signal?: AbortSignal) => Promise<void>
}
