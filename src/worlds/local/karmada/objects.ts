// What Karmada's API needs to hold before its controllers start, from the files of its own release with their placeholders filled: its
// kinds, the way to its aggregated API, its webhooks. Nothing of it is written here that the release has.
// Source: Karmada v1.18.2, charts/karmada/_crds, artifacts/deploy.

import { createHash } from 'node:crypto'
import type { KubeObject } from '../../kube/client.ts'

/** Fixed by the flags of Karmada's programs. */
export const systemNamespace = 'karmada-system'
export const clusterNamespace = 'karmada-cluster'

export const namespaces: readonly KubeObject[] = [systemNamespace, clusterNamespace].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}))

/** The kinds whose old version a webhook converts. */
export const converted = ['resourcebindings.work.karmada.io', 'clusterresourcebindings.work.karmada.io']

/** The text of a CRD with the webhook that converts it; JSON is YAML too. */
export const withConversion = (text: string, webhookPort: number, caBundle: string): string =>
  text.replace(
    /^spec:$/m,
    `spec:\n  conversion: ${JSON.stringify({
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: `https://127.0.0.1:${webhookPort}/convert`, caBundle },
        conversionReviewVersions: ['v1'],
      },
    })}`,
  )

/** The name of a CRD by the name of its file: `work.karmada.io_works.yaml`. */
export function crdName(file: string): string | undefined {
  const [, group, plural] = /^([a-z0-9.-]+)_([a-z]+)\.yaml$/.exec(file) ?? []
  return group === undefined ? undefined : `${plural}.${group}`
}

const markName = 'skerry.dev/applied'

/** By which a second run sees that a CRD is what it would apply. */
export const markFor = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Among the annotations that every generated CRD has; one without any is applied each time. */
export const marked = (text: string, mark: string): string =>
  text.replace(/^ {2}annotations:$/m, `  annotations:\n    ${markName}: "${mark}"`)

export const markOf = ({ annotations }: KubeObject['metadata']): string | undefined =>
  (annotations as Readonly<Record<string, string>> | undefined)?.[markName]

/** By a Service that points at the loopback: the aggregator asks `localhost` at the port, and for the name of the Service in TLS. */
export const aggregation = (port: number, caBundle: string): readonly KubeObject[] => [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'karmada-aggregated-apiserver', namespace: systemNamespace },
    spec: { type: 'ExternalName', externalName: 'localhost', ports: [{ name: 'https', port, targetPort: port }] },
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: 'v1alpha1.cluster.karmada.io',
      labels: { app: 'karmada-aggregated-apiserver', apiserver: 'true' },
    },
    spec: {
      caBundle,
      group: 'cluster.karmada.io',
      groupPriorityMinimum: 2000,
      service: { name: 'karmada-aggregated-apiserver', namespace: systemNamespace, port },
      version: 'v1alpha1',
      versionPriority: 10,
    },
  },
]

/** The release's own list of webhooks, pointed at where ours answers. */
export const webhookYaml = (release: string, port: number, caBundle: string): readonly string[] =>
  release
    .replaceAll('{{caBundle}}', caBundle)
    .replaceAll('https://karmada-webhook.karmada-system.svc:443', `https://127.0.0.1:${port}`)
    .split(/^---\s*$/m)
    .filter((document) => /^kind:/m.test(document))

/** The path of one of them. */
export function webhookPath(yaml: string): string | undefined {
  const kind = /^kind: (\w+)$/m.exec(yaml)?.[1]
  const name = /^ {2}name: ([\w.-]+)$/m.exec(yaml)?.[1]
  return kind === undefined || name === undefined
    ? undefined
    : `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}s/${name}`
}

/** Without it no replica leaves a lost member, whatever the flags say. */
export const taintPolicy = (policy: { readonly name: string; readonly [field: string]: unknown }): KubeObject => {
  const { name, ...spec } = policy
  return { apiVersion: 'policy.karmada.io/v1alpha1', kind: 'ClusterTaintPolicy', metadata: { name }, spec }
}
