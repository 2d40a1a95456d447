// What the charts that a fleet installs come down to, as far as anything here depends on it: the controller of load balancers, Karmada, and
// for any other chart one Deployment.

import { crashes } from './controllers.ts'
import { definitionOf } from './kinds.ts'
import type { Fields } from './merging.ts'
import { isFields } from './merging.ts'

export interface Release {
  readonly name: string
  readonly namespace: string
  readonly chart: string
  readonly version: string
  readonly values: Fields
}

/** Throws what helm would say of values that the chart does not take. */
export function objectsOfChart(release: Release): readonly Fields[] {
  if (release.chart === 'aws-load-balancer-controller') return balancerController(release)
  if (release.chart === 'karmada') return karmada(release)
  return [deployment(release.name, release, { replicas: 1 })]
}

const deployment = (
  name: string,
  { namespace, name: release, chart }: Release,
  {
    replicas,
    crash,
    command,
  }: { readonly replicas: number; readonly crash?: boolean; readonly command?: readonly string[] },
): Fields => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name,
    namespace,
    labels: { 'app.kubernetes.io/name': chart, 'app.kubernetes.io/instance': release },
    ...(crash === true && { annotations: { [crashes]: 'true' } }),
  },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name, image: 'stand-in.test/image:1', ...(command !== undefined && { command: [...command] }) }],
      },
    },
  },
})

function balancerController(release: Release): readonly Fields[] {
  const { name, namespace, chart, values } = release
  if (typeof values.clusterName !== 'string' || values.clusterName === '')
    throw new Error(
      'execution error at (aws-load-balancer-controller/templates/deployment.yaml): Chart cannot be installed without a valid clusterName!',
    )
  const account = isFields(values.serviceAccount) ? values.serviceAccount : {}
  const fullName = name.includes(chart) ? name : `${name}-${chart}`
  // an id that AWS does not know stops it as it starts
  const crash = typeof values.vpcId === 'string' && !values.vpcId.startsWith('vpc-')
  return [
    definitionOf('elbv2.k8s.aws', 'v1beta1', 'targetgroupbindings', 'TargetGroupBinding'),
    definitionOf('elbv2.k8s.aws', 'v1beta1', 'ingressclassparams', 'IngressClassParams', false),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'alb' },
      spec: { controller: 'ingress.k8s.aws/alb' },
    },
    ...(account.create === false
      ? []
      : [
          { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: String(account.name ?? fullName), namespace } },
        ]),
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'aws-load-balancer-webhook' },
      webhooks: [],
    },
    deployment(fullName, release, { replicas: Number(values.replicaCount ?? 2), crash }),
  ]
}

const karmadaParts = [
  'karmada-apiserver',
  'karmada-aggregated-apiserver',
  'karmada-controller-manager',
  'karmada-kube-controller-manager',
  'karmada-scheduler',
  'karmada-webhook',
] as const

function karmada(release: Release): readonly Fields[] {
  const { values, namespace } = release
  const replicas = (part: string): number => {
    const key =
      part === 'karmada-kube-controller-manager'
        ? 'kubeControllerManager'
        : part === 'karmada-apiserver'
          ? 'apiServer'
          : part.slice('karmada-'.length).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return Number((isFields(values[key]) ? values[key].replicaCount : undefined) ?? 1)
  }
  const auto = isFields(values.certs) && isFields(values.certs.auto) ? values.certs.auto : {}
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'karmada-certs-hosts', namespace },
      data: { hosts: JSON.stringify(Array.isArray(auto.hosts) ? auto.hosts : []) },
    },
    ...karmadaParts.map((part) =>
      deployment(part, release, {
        replicas: replicas(part),
        command: [`/bin/${part}`, '--kubeconfig=/etc/kubeconfig'],
      }),
    ),
  ]
}
