// What stands in for the AWS Load Balancer Controller: a Deployment of its name that KWOK runs, its service account and its IngressClass;
// no webhook, since nobody would answer it, and nothing that makes load balancers (front doors outside are made from the plan). As a
// chart of the same name for Flux, and as plain objects where there is none.

import type { IntentValue, Plan } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Chart } from './charts.ts'

export const controllerName = 'aws-load-balancer-controller'
export const controllerNamespace = 'kube-system'

const replicas = 2
const image = `public.ecr.aws/eks/${controllerName}:stand-in`

/** One for each version that somebody asks for. */
export const controllerChart = (version: string): Chart => ({
  name: controllerName,
  version,
  description: 'Stands in for the AWS Load Balancer Controller on one machine',
  files: {
    'values.yaml': 'serviceAccount:\n  create: true\n  name:\n  annotations: {}\n',
    'templates/controller.yaml': template,
  },
})

const objectsOf = (fullName: string, account: string) => ({
  account: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: controllerNamespace } },
  deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: fullName, namespace: controllerNamespace },
    spec: {
      replicas,
      selector: { matchLabels: { 'app.kubernetes.io/name': controllerName } },
      template: {
        metadata: { labels: { 'app.kubernetes.io/name': controllerName } },
        spec: { serviceAccountName: account, containers: [{ name: controllerName, image }] },
      },
    },
  },
  ingressClass: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'alb' },
    spec: { controller: 'ingress.k8s.aws/alb' },
  },
})

/** Named as the chart of the real one names it: the release in front, unless the release has the name in it. */
export const fullNameOf = (release: string): string =>
  release.includes(controllerName) ? release : `${release}-${controllerName}`

export const controllerObjects = (release: string, account: string): readonly KubeObject[] =>
  Object.values(objectsOf(fullNameOf(release), account))

/** The versions of the chart that releases of a plan ask for. */
export const controllerVersions = (plan: Plan): readonly string[] => [
  ...new Set(
    plan.steps.flatMap(({ kind, subject, intent }) =>
      kind === 'addon' && subject.addon === controllerName ? (textOf(intent.chart, 'version') ?? []) : [],
    ),
  ),
]

export function textOf(value: IntentValue | undefined, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const found = (value as { readonly [key: string]: IntentValue })[key]
  return typeof found === 'string' ? found : undefined
}

const template = (() => {
  const { account, deployment, ingressClass } = objectsOf('{{ $name }}', '{{ $account }}')
  const named = (object: object): string => JSON.stringify(object, null, 1)
  const annotated = named({ ...account, metadata: { ...account.metadata, annotations: '@annotations' } })
  return [
    `{{- $name := .Release.Name }}{{- if not (contains "${controllerName}" $name) }}{{- $name = printf "%s-${controllerName}" $name }}{{- end }}`,
    '{{- $account := .Values.serviceAccount.name | default $name }}',
    '{{- if .Values.serviceAccount.create }}',
    annotated.replace('"@annotations"', '{{ toJson .Values.serviceAccount.annotations }}'),
    '---',
    '{{- end }}',
    named(deployment),
    '---',
    named(ingressClass),
    '',
  ].join('\n')
})()
