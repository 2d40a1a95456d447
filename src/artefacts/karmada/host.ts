// Karmada on its host cluster: the chart at one version, installed by Flux, with the volumes that its etcd keeps its data on.

import type { Federation } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { goDuration, sourceApi } from '../flux/objects.ts'
import { at } from '../workloads/fields.ts'
import { karmadaBundle, karmadaVersion, systemNamespace } from './names.ts'
import type { Installation } from './values.ts'
import { etcdClass, karmadaPatches, karmadaValues } from './values.ts'

const chart = { name: 'karmada', url: 'https://raw.githubusercontent.com/karmada-io/karmada/master/charts' } as const

const interval = goDuration(600)

export function hostBundle(plan: Plan, ground: Ground, federation: Federation): readonly Bundle[] {
  const host = ground.find.cluster(federation.host)
  if (host === undefined) return []
  const step = plan.steps.find(
    ({ kind, subject, change }) =>
      kind === 'federation.start' && subject.federation === federation.name && change !== 'remove',
  )
  const volumeType = at(step?.intent.etcd, 'volumeType')
  const installation: Installation = {
    federation,
    host,
    apps: plan.fleet.apps.filter(({ placement }) => placement.some((copy) => copy.federation === federation.name)),
    volumeType: typeof volumeType === 'string' ? volumeType : undefined,
  }
  const { etcd } = federation
  return [
    {
      name: bundleName(plan, federation),
      layer: 'infrastructure',
      namespace: systemNamespace,
      base: [
        {
          file: 'namespace.yaml',
          objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: systemNamespace } }],
        },
        ...(installation.volumeType === undefined
          ? []
          : [{ file: 'storage-class.yaml', objects: [storageClass(installation.volumeType)] }]),
        { file: 'repository.yaml', objects: [repository] },
        { file: 'release.yaml', objects: [release(installation)] },
        ...((etcd?.replicas ?? 3) > 1 ? [{ file: 'pod-disruption-budget.yaml', objects: [etcdBudget] }] : []),
      ],
      overlays: [],
      targets: [{ cluster: host.name, values: {} }],
      needs: [],
    },
  ]
}

/** One Karmada is the rule; with several each is named after its federation. */
export const bundleName = ({ fleet }: Plan, { name }: Federation): string =>
  fleet.federations.length > 1 ? `${karmadaBundle}-${name}` : karmadaBundle

const repository: KubernetesObject = {
  apiVersion: sourceApi,
  kind: 'HelmRepository',
  metadata: { name: chart.name },
  spec: { interval, url: chart.url },
}

function release(installation: Installation): KubernetesObject {
  const patches = karmadaPatches(installation)
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name: chart.name },
    spec: {
      interval,
      timeout: interval,
      releaseName: chart.name,
      chart: {
        spec: {
          chart: chart.name,
          // the published charts carry the v of the tag (hack/package-helm-chart.sh, charts/index.yaml)
          version: `v${(installation.federation.version ?? karmadaVersion).replace(/^v/, '')}`,
          sourceRef: { kind: 'HelmRepository', name: chart.name },
        },
      },
      install: { remediation: { retries: 3 } },
      upgrade: { remediation: { retries: 3 } },
      values: karmadaValues(installation),
      ...(patches.length > 0 && { postRenderers: [{ kustomize: { patches } }] }),
    },
  }
}

/** A volume is made where its pod is, and outlives the claim: what Karmada knows of the fleet is on it. */
const storageClass = (type: string): KubernetesObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: etcdClass },
  provisioner: 'ebs.csi.aws.com',
  parameters: { type, encrypted: 'true' },
  reclaimPolicy: 'Retain',
  allowVolumeExpansion: true,
  volumeBindingMode: 'WaitForFirstConsumer',
})

/** The chart has a budget for each component but etcd, whose majority a drain must not break. */
const etcdBudget: KubernetesObject = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'etcd' },
  spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'etcd' } } },
}
