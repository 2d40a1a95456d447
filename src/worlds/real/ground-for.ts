// What all work of one run stands on, made from the environment: clients of AWS, the ways to the Kubernetes APIs, the clock.

import { setTimeout as wait } from 'node:timers/promises'
import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import type { AwsOptions } from './aws/clients.ts'
import { awsFor } from './aws/clients.ts'
import { valuesOf } from './aws/values.ts'
import { usableFolder } from './folder.ts'
import type { Ground } from './ground.ts'
import { helmIn } from './kubernetes/helm.ts'
import type { KubernetesOptions } from './kubernetes/index.ts'
import { kubeApis, kubeconfigFiles, removeStaleKubeconfigs } from './kubernetes/index.ts'
import type { OnPremisesOptions } from './on-premises/index.ts'

/** What tests give instead of the machine's own. */
export interface Means extends AwsOptions, KubernetesOptions, OnPremisesOptions {
  readonly helm?: Ground['helm']
  readonly pause?: Ground['pause']
}

export interface GroundOptions {
  readonly plan: Plan
  readonly stacks: readonly StackFile[]
  readonly env: NodeJS.ProcessEnv
  readonly folder: string
  readonly means?: Means
}

export interface OpenGround extends Ground {
  readonly close: () => void
}

export function groundFor({ plan, stacks, env, folder, means = {} }: GroundOptions): OpenGround {
  const clients = awsFor(plan.fleet, env, means)
  // whoever only looks writes nothing down
  if (means.role !== 'plan') {
    usableFolder(folder)
    removeStaleKubeconfigs(folder, new Date())
  }
  const values = valuesOf(plan, stacks, clients)
  const inside =
    means.role === 'plan' && !readersLookInside(plan) ? awsFor(plan.fleet, env, { ...means, role: 'deploy' }) : clients
  const apis = kubeApis({ plan, aws: inside, valueOf: values, kubeconfigs: kubeconfigFiles(env) })
  return {
    plan,
    aws: clients,
    api: apis.api,
    valueOf: values,
    helm: means.helm ?? helmIn(env),
    folder,
    now: () => new Date(),
    pause: means.pause ?? pauseIn(env),
    close: () => {
      apis.close()
      clients.close()
      if (inside !== clients) inside.close()
    },
  }
}

/**
 * EKS lets into a cluster who made it, and whom an access entry names (EKS User Guide, Grant IAM users access to Kubernetes with EKS access
 * entries): a role that may read all of AWS sees nothing of its nodes and copies, unless the fleet lets it in.
 */
function readersLookInside({ fleet }: Plan): boolean {
  const readers = new Set(fleet.accounts.flatMap(({ roles }) => roles?.plan ?? []))
  return (
    readers.size === 0 ||
    fleet.clusters
      .filter(({ kind }) => kind === 'eks' || kind === 'eksOutpost')
      .every(({ eks }) =>
        (eks?.accessEntries ?? []).some(({ principal }) => readers.has(principal.split('/').at(-1) ?? '')),
      )
  )
}

/** SKERRY_POLL_MS is for tests: no pause is longer. */
function pauseIn(env: NodeJS.ProcessEnv): Ground['pause'] {
  const most = env.SKERRY_POLL_MS === undefined ? Number.POSITIVE_INFINITY : Number(env.SKERRY_POLL_MS)
  return async (milliseconds, signal) => {
    try {
      await wait(Math.min(milliseconds, most), undefined, { ...(signal !== undefined && { signal }) })
    } catch {
      // aborted: whoever asked looks at the signal
    }
  }
}
