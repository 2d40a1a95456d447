// A fleet on premises for tests: a management cluster and two that it makes, on vSphere, with or without Flux.

import { planOf } from '../../src/artefacts/eks-anywhere/fleets.case.ts'
import { plannedClusters } from '../../src/artefacts/eks-anywhere/view.ts'
import type { Plan } from '../../src/model/plan.ts'
import type { KubeClient, KubeObject } from '../../src/worlds/kube/client.ts'
import { carrierOf } from '../../src/worlds/real/on-premises/carriers.ts'
import { declaredBy } from '../../src/worlds/real/on-premises/declared.ts'
import type { FloorPatience } from '../../src/worlds/real/on-premises/index.ts'

interface Shape {
  readonly flux?: boolean
  readonly version?: string
  readonly workers?: number
  readonly podCidr?: string
  readonly licence?: boolean
  readonly packages?: boolean
}

export function floors({
  flux = false,
  version = '1.34',
  workers = 2,
  podCidr = '192.168.0.0/16',
  licence = false,
  packages = false,
}: Shape = {}): Plan {
  const common = (name: string) =>
    `provider: vsphere, release: 0.26.1, os: ubuntu, datacenter: { datacenter: plant, network: /plant/network/k8s, server: vcenter.example.com, thumbprint: "AA:BB" }, machine: { datastore: /plant/datastore/one, resourcePool: /plant/host/one/Resources, template: /plant/vm/ubuntu }${licence ? `, licenseToken: vault/${name}` : ''}`
  const made = (name: string, last: number) =>
    `  - { name: ${name}, eksAnywhere: { managementCluster: hq, version: "${version}", endpoint: 10.1.0.${last}, etcd: { replicas: 3 }, podCidr: ${podCidr}, ${packages ? 'packages: [metrics-server], ' : ''}${common(name)} } }\n`
  const site = (name: string, replicas: number) =>
    `  - { name: ${name}, place: { onPremises: vsphere }, cluster: ${name}, nodePools: [{ name: control-plane, replicas: 3 }, { name: line, replicas: ${replicas} }] }\n`
  return planOf(
    [
      flux ? 'gitops: { url: "ssh://git@git.example.com/fleet", path: fleets/all, clusters: [hq] }\n' : '',
      'clusters:\n',
      `  - { name: hq, eksAnywhere: { role: management, version: "1.34", endpoint: 10.1.0.10, ${common('hq')} } }\n`,
      made('plant', 11),
      made('dock', 12),
      'sites:\n',
      site('hq', 2),
      site('plant', workers),
      site('dock', workers),
    ].join(''),
  )
}

export const quickFloor: FloorPatience = {
  everySeconds: 0.01,
  failingSeconds: 0.15,
  broughtSeconds: 1,
  unheardSeconds: 0.6,
  answerSeconds: 1,
  goneSeconds: 10,
  limitSeconds: 15,
}

/** The objects of a cluster, as they are applied. */
export function objectsOf(plan: Plan, cluster: string): readonly KubeObject[] {
  const one = plannedClusters(plan).find(({ view }) => view.name === cluster)
  if (one === undefined) throw new Error(`no cluster ${cluster}`)
  return declaredBy(one.view) as readonly unknown[] as readonly KubeObject[]
}

export const clusterOf = (plan: Plan, cluster: string): KubeObject =>
  objectsOf(plan, cluster).find(({ kind }) => kind === 'Cluster') as KubeObject

const fluxSystem = '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations'

/** What Flux does once somebody has merged the files: its Kustomization is there, and what it brings bears its name. */
export async function fluxBrings(
  client: KubeClient,
  plan: Plan,
  cluster: string,
  message = 'Applied revision: main@sha1:1',
): Promise<void> {
  const carrier = carrierOf(plan, cluster) ?? ''
  for (const object of objectsOf(plan, cluster))
    await client.apply({
      ...object,
      metadata: { ...object.metadata, labels: { 'kustomize.toolkit.fluxcd.io/name': carrier } },
    })
  await fluxTells(client, carrier, message)
}

export async function fluxTells(
  client: KubeClient,
  carrier: string,
  message: string,
  status: 'True' | 'Unknown' = 'Unknown',
): Promise<void> {
  await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } })
  const { metadata } = await client.apply({
    ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
    metadata: { name: carrier, namespace: 'flux-system' },
    spec: { interval: '10m', prune: false, sourceRef: { kind: 'GitRepository', name: 'flux-system' } },
  })
  await client.merge(`${fluxSystem}/${carrier}/status`, {
    status: {
      observedGeneration: metadata.generation,
      conditions: [
        {
          type: 'Ready',
          status,
          reason: status === 'True' ? 'ReconciliationSucceeded' : 'Progressing',
          message,
          lastTransitionTime: '2026-11-21T00:00:00Z',
        },
      ],
    },
  })
}
