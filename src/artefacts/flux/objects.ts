// The kinds of Flux that the repository is made of, at the versions that Flux 2.7 and later serve: older ones were removed (law GIT001).

import type { GitOps } from '../../model/fleet.ts'
import { revisionOf } from '../../plan/steps/gitops.ts'
import type { KubernetesObject } from '../artefact.ts'
import { fleetValues } from '../fleet-values.ts'

export const fluxNamespace = 'flux-system'
export const sourceApi = 'source.toolkit.fluxcd.io/v1'
export const kustomizeApi = 'kustomize.toolkit.fluxcd.io/v1'
export const buildApi = 'kustomize.config.k8s.io/v1beta1'

export interface SourceSpec {
  readonly name: string
  /** The ring whose revision it follows; left out, the branch. */
  readonly ring?: string | undefined
  /** Of the repository only these folders are kept: a shop's disk need not hold the rows of all others. */
  readonly only?: readonly string[]
}

export function gitRepository(gitops: GitOps, { name, ring, only }: SourceSpec): KubernetesObject {
  const revision = revisionOf(gitops, ring) ?? { kind: 'branch', of: gitops.branch }
  return {
    apiVersion: sourceApi,
    kind: 'GitRepository',
    metadata: { name, namespace: fluxNamespace },
    spec: {
      interval: goDuration(gitops.sourceInterval),
      url: withoutPassword(gitops.url),
      ref: { [revision.kind]: revision.of },
      ...(gitops.secretRef !== undefined && { secretRef: { name: secretName(gitops.secretRef) } }),
      ...(only !== undefined && { ignore: ['/*', ...only.map((folder) => `!/${folder}`), ''].join('\n') }),
    },
  }
}

export interface Delivery {
  readonly name: string
  /** From the root of the repository: `./apps/outposts`. */
  readonly path: string
  readonly source: string
  readonly dependsOn?: readonly string[]
  /** In line, stronger than what the ConfigMaps hold. */
  readonly values?: Readonly<Record<string, string>>
  /** ConfigMaps of values, the later ones stronger. */
  readonly valuesFrom?: readonly ValuesFrom[]
  readonly timeoutSeconds?: number
  /** Ready once all that it applied is ready; left out, as the fleet says. */
  readonly waits?: boolean
  /** How it is told that objects are ready which have no conditions. */
  readonly readyWhen?: readonly { readonly apiVersion: string; readonly kind: string; readonly current: string }[]
  /** What it applied stays when it is taken away itself. */
  readonly orphans?: boolean
  /** Applied to another API server than that of its cluster. */
  readonly kubeconfigSecret?: string
  /** Its files may hold Secrets that SOPS has encrypted. */
  readonly decrypts?: boolean
}

export interface ValuesFrom {
  readonly name: string
  readonly optional?: boolean
}

export const kustomization = (gitops: GitOps, delivery: Delivery): KubernetesObject => ({
  apiVersion: kustomizeApi,
  kind: 'Kustomization',
  metadata: { name: delivery.name, namespace: fluxNamespace },
  spec: kustomizationSpec(gitops, delivery),
})

export function kustomizationSpec(gitops: GitOps, delivery: Omit<Delivery, 'name'>): Readonly<Record<string, unknown>> {
  const { dependsOn = [], values = {}, valuesFrom = [], timeoutSeconds } = delivery
  const waits = delivery.waits ?? gitops.wait
  const substitutes = Object.keys(values).length > 0
  return {
    interval: goDuration(gitops.interval),
    // left out, a failed try is not repeated before the interval is over
    retryInterval: goDuration(Math.min(60, gitops.interval)),
    ...(timeoutSeconds !== undefined && { timeout: goDuration(timeoutSeconds) }),
    ...(dependsOn.length > 0 && { dependsOn: dependsOn.map((name) => ({ name })) }),
    path: delivery.path,
    prune: gitops.prune,
    ...(delivery.orphans === true && { deletionPolicy: 'Orphan' }),
    ...(waits && { wait: true }),
    ...(waits && delivery.readyWhen !== undefined && { healthCheckExprs: delivery.readyWhen }),
    sourceRef: { kind: 'GitRepository', name: delivery.source },
    ...(delivery.kubeconfigSecret !== undefined && { kubeConfig: { secretRef: { name: delivery.kubeconfigSecret } } }),
    ...((substitutes || valuesFrom.length > 0) && {
      postBuild: {
        ...(substitutes && { substitute: values }),
        ...(valuesFrom.length > 0 && {
          substituteFrom: valuesFrom.map(({ name, optional }) => ({
            kind: 'ConfigMap',
            name,
            ...(optional === true && { optional: true }),
          })),
        }),
      },
    }),
    ...(delivery.decrypts === true &&
      gitops.secrets !== undefined && {
        decryption: { provider: 'sops', secretRef: { name: gitops.secrets.keySecret } },
      }),
  }
}

export const helmRepository = (repository: {
  readonly name: string
  readonly url: string
  readonly intervalSeconds: number
}): KubernetesObject => ({
  apiVersion: sourceApi,
  kind: 'HelmRepository',
  metadata: { name: repository.name, namespace: fluxNamespace },
  spec: { interval: goDuration(repository.intervalSeconds), url: repository.url },
})

export const configMap = (name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: fluxNamespace },
  data,
})

export const fleetValuesFrom: ValuesFrom = { name: fleetValues.name }

/** As Go prints it, so that what is read back from a cluster is what was written: 600 → 10m0s. */
export function goDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = Math.round((seconds % 60) * 1000) / 1000
  return `${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${rest}s`
}

/** A password in an address never leaves the fleet file (law GIT008); neither does a token that stands where a user would. */
export const withoutPassword = (url: string): string =>
  url.replace(/^(https?:\/\/)[^/@]*@/i, '$1').replace(/^([a-z][a-z0-9+.-]*:\/\/[^:/@]*):[^/@]*@/i, '$1@')

/** A Secret is named as it is; of a path into a vault the Secret has the usual name. */
export const secretName = (reference: string): string =>
  /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(reference) ? reference : fluxNamespace
