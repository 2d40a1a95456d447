// What all work of one run stands on, made from the environment: clients of AWS, the ways to the Kubernetes APIs, the clock.

import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { StackFile } from '../../artefacts/cloudformation/stacks.ts'
import type { Plan } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import type { AwsOptions } from './aws/clients.ts'
import { awsFor } from './aws/clients.ts'
import { safe } from './aws/errors.ts'
import { valuesOf } from './aws/values.ts'
import type { Ground } from './ground.ts'
import type { KubernetesOptions } from './kubernetes/index.ts'
import { kubeApis, kubeconfigFiles } from './kubernetes/index.ts'
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
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const values = valuesOf(plan, stacks, clients)
  const apis = kubeApis({ plan, aws: clients, valueOf: values, kubeconfigs: kubeconfigFiles(env) })
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
    },
  }
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

const helmIn =
  (env: NodeJS.ProcessEnv): Ground['helm'] =>
  (args, input) =>
    new Promise((resolve, reject) => {
      const child = execFile('helm', [...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout)
        const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
        reject(
          new Refusal(
            isMissing ? 'refused' : 'world',
            isMissing
              ? 'there is no helm on this machine'
              : `helm ${args[0] ?? ''} failed: ${safe(stderr) || safe(error.message)}`,
            isMissing ? 'install helm 3 (helm.sh), then run this again' : 'see to that, then run this again',
          ),
        )
      })
      child.stdin?.end(input ?? '')
      child.stdin?.on('error', () => undefined)
    })
