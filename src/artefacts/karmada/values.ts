// The values of Karmada's chart, and what its values cannot say. Every key is one of the chart's own (charts/karmada/values.yaml at
// v1.18.2); the webhook takes no further flags by values, so that one is patched into what the chart renders.

import type { App, Cluster, Federation } from '../../model/fleet.ts'
import { fleetValue } from '../fleet-values.ts'
import type { Fields } from '../workloads/fields.ts'

export const etcdClass = 'karmada-etcd'

export interface Installation {
  readonly federation: Federation
  readonly host: Cluster
  /** Apps that the federation carries. */
  readonly apps: readonly App[]
  /** Of the volumes under etcd, where the host's driver makes them. */
  readonly volumeType: string | undefined
}

export function karmadaValues({ federation, host, apps, volumeType }: Installation): Fields {
  const { highAvailability, etcd } = federation
  const replicaCount = highAvailability ? 3 : 1
  const component = (app: string, topologyKey = 'kubernetes.io/hostname') => ({
    replicaCount,
    ...(highAvailability && { podDisruptionBudget: oneAtATime, affinity: away(topologyKey, app) }),
  })
  const members = etcd?.replicas ?? 3
  const storage = etcd?.storage ?? 'volume'
  return {
    installMode: 'host',
    ...(apps.some(({ autoscale }) => autoscale !== undefined) && { components: ['metricsAdapter'] }),
    certs: { mode: 'auto', auto: { hosts: hostsOf(federation) } },
    apiServer: { ...component('karmada-apiserver', zone), ...serviceOf(federation, host) },
    aggregatedApiServer: component('karmada-aggregated-apiserver'),
    controllerManager: { ...component('karmada-controller-manager'), ...failoverOf(federation) },
    kubeControllerManager: component('kube-controller-manager'),
    scheduler: component('karmada-scheduler'),
    webhook: component('karmada-webhook'),
    etcd: {
      mode: 'internal',
      ...(members > 1 && { affinity: away(zone, 'etcd') }),
      internal: {
        replicaCount: members,
        storageType: storage === 'volume' ? 'pvc' : storage,
        ...(storage === 'volume' && {
          pvc: { ...(volumeType !== undefined && { storageClass: etcdClass }), size: '10Gi' },
        }),
      },
    },
  }
}

const oneAtATime = { maxUnavailable: 1 }

/** The chart keeps the API server and etcd on nodes apart; here in zones apart, as far as there are some. The others have no such rule. */
const away = (topologyKey: string, app: string) => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      { weight: 100, podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { app } } } },
    ],
  },
})

const zone = 'topology.kubernetes.io/zone'

/** What the chart has, and the name under which members and people reach it: without it no client would trust what answers there. */
const hostsOf = ({ name, endpoint }: Federation): readonly string[] => [
  'kubernetes.default.svc',
  '*.etcd.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}',
  '*.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}',
  '*.{{ .Release.Namespace }}.svc',
  'localhost',
  '127.0.0.1',
  ...(endpoint === 'none' ? [] : [fleetValue.federationHost(name)]),
]

/**
 * On AWS the load balancer is made with the host's network, before there is a Karmada, so that its name can stand in the certificate: it
 * goes to this port of every node. Elsewhere the cluster's own makes one.
 */
function serviceOf({ endpoint, port }: Federation, host: Cluster): Fields {
  if (endpoint === 'none') return { serviceType: 'ClusterIP' }
  return isAws(host) ? { serviceType: 'NodePort', nodePort: port } : { serviceType: 'LoadBalancer' }
}

const isAws = ({ kind }: Cluster): boolean => kind === 'eks' || kind === 'eksOutpost'

/** The chart turns PropagateDeps off, which Karmada itself has on, and every policy here relies on. */
function failoverOf({ failover }: Federation): Fields {
  return {
    featureGates: { PropagateDeps: true, ...(failover?.featureGate === true && { Failover: true }) },
    ...(failover?.noExecuteEviction === true && {
      extraCommandArgs: {
        'enable-no-execute-taint-eviction': true,
        ...(failover.purge === 'directly' && { 'no-execute-taint-eviction-purge-mode': 'Directly' }),
      },
    }),
  }
}

/** What the chart renders, with what its values cannot say. */
export function karmadaPatches({ federation, host }: Installation): readonly Fields[] {
  const { failover, endpoint, port, etcd } = federation
  return [
    ...(failover?.noExecutePolicyAllowed === true
      ? [
          patch('Deployment', 'karmada-webhook', [
            {
              op: 'add',
              path: '/spec/template/spec/containers/0/command/-',
              value: '--allow-no-execute-taint-policy=true',
            },
          ]),
        ]
      : []),
    ...(endpoint !== 'none' && !isAws(host)
      ? [patch('Service', 'karmada-apiserver', [{ op: 'replace', path: '/spec/ports/0/port', value: port }])]
      : []),
    ...(etcd?.storage === 'memory'
      ? [
          patch('StatefulSet', 'etcd', [
            {
              op: 'add',
              path: '/spec/template/spec/volumes/-',
              value: { name: 'etcd-data', emptyDir: { medium: 'Memory' } },
            },
          ]),
        ]
      : []),
  ]
}

const patch = (kind: string, name: string, operations: readonly Fields[]): Fields => ({
  target: { kind, name },
  // kustomize reads a patch as text; JSON is YAML
  patch: JSON.stringify(operations),
})
