// The API of a fake EKS cluster: whoever AWS lets in may ask, its machines are the nodes, and its load balancers are AWS's.

import type { FakeCluster, FakeMachine, RunningKubernetes } from '../aws/kubernetes.ts'
import type { Balancers } from './controllers.ts'
import type { FakeKubernetes, KubernetesOptions } from './kubernetes.ts'
import { startKubernetes } from './kubernetes.ts'

export interface ForAwsOptions {
  /** Made in the fake of AWS, so that they are found there and stand in the way of their subnets. */
  readonly balancers?: (cluster: FakeCluster) => Balancers
  readonly engines?: (cluster: FakeCluster) => NonNullable<KubernetesOptions['engines']>
  readonly delayMs?: number
  /** Told of each that is made, for tests that look into it. */
  readonly made?: (kubernetes: FakeKubernetes) => void
}

/** What the fake of AWS calls for each cluster that is made in it. */
export const kubernetesForAws =
  (options: ForAwsOptions = {}) =>
  async (cluster: FakeCluster): Promise<RunningKubernetes> => {
    const kubernetes = await startKubernetes({
      name: cluster.name,
      region: cluster.region,
      mayAsk: (token) => {
        if (token === undefined) return false
        try {
          cluster.whoHas(token)
          return true
        } catch {
          return false
        }
      },
      ...(options.balancers !== undefined && { balancers: options.balancers(cluster) }),
      ...(options.engines !== undefined && { engines: options.engines(cluster) }),
      ...(options.delayMs !== undefined && { delayMs: options.delayMs }),
    })
    installEksDns(kubernetes)
    options.made?.(kubernetes)
    return {
      endpoint: kubernetes.endpoint,
      ca: kubernetes.ca,
      stop: kubernetes.stop,
      machines: (machines) => setMachines(kubernetes, machines),
    }
  }

/** As EKS puts it onto every cluster; where it runs, its add-on says. */
export function installEksDns({ store }: FakeKubernetes): void {
  const labels = { 'eks.amazonaws.com/component': 'coredns', 'k8s-app': 'kube-dns' }
  store.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'coredns', image: 'stand-in.test/coredns:1' }] } },
    },
  })
}

function setMachines({ store }: FakeKubernetes, machines: readonly FakeMachine[]): void {
  const there = new Set(machines.map(({ privateDnsName }) => privateDnsName))
  for (const node of store.all('Node')) if (!there.has(node.metadata.name)) store.delete(node)
  for (const machine of machines) {
    const node = store.apply({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: machine.privateDnsName,
        labels: {
          ...machine.labels,
          'kubernetes.io/hostname': machine.privateDnsName,
          'kubernetes.io/os': 'linux',
          'node.kubernetes.io/instance-type': machine.instanceType,
          'topology.kubernetes.io/region': machine.region,
          'topology.kubernetes.io/zone': machine.zone,
        },
      },
      spec: {
        providerID: machine.providerId,
        ...(machine.taints.length > 0 && { taints: machine.taints.map((it) => ({ ...it })) }),
      },
    })
    if (node.status === undefined)
      store.setStatus(node, {
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
        addresses: [{ type: 'InternalIP', address: machine.privateIp }],
        nodeInfo: { kubeletVersion: 'v1.35.0' },
      })
  }
}
