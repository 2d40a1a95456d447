// A member joins by objects alone, as `karmadactl join` makes them: on the member an account with all rights, in Karmada its token in a
// Secret, and the Cluster. One behind a firewall joins itself, by its agent; then only its labels are put on.
// Source: Karmada v1.18.2, pkg/karmadactl/join/join.go, pkg/util/credential.go.

import type { KubeObject } from '../../kube/client.ts'
import { clusterNamespace } from './objects.ts'

export interface Member {
  readonly cluster: string
  readonly sync: 'push' | 'pull'
  readonly region: string | undefined
  readonly zones: readonly string[]
  readonly provider: string | undefined
  readonly labels: Readonly<Record<string, string>>
}

const account = (member: string): string => `karmada-${member}`

/** On the Cluster: skerry has joined it, and may let it leave. */
export const joinedMark = 'skerry.dev/joined'

/** What a member that leaves has no use for any more. */
export const accountNames = (member: string): { readonly roles: readonly string[] } => ({
  roles: [`karmada-controller-manager:${account(member)}`],
})

/** On the member. */
export const accountObjects = (member: string): readonly KubeObject[] => [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: clusterNamespace } },
  ...[account(member), 'karmada-impersonator'].map((name) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: clusterNamespace },
  })),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: `karmada-controller-manager:${account(member)}` },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `karmada-controller-manager:${account(member)}` },
    roleRef: {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: `karmada-controller-manager:${account(member)}`,
    },
    subjects: [{ kind: 'ServiceAccount', name: account(member), namespace: clusterNamespace }],
  },
]

/** Where the member's API server gives out tokens for those accounts; it needs no controller for that. */
export const tokenPath = (name: string): string =>
  `/api/v1/namespaces/${clusterNamespace}/serviceaccounts/${name}/token`
export const tokenRequest = {
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  spec: { expirationSeconds: 365 * 86_400 },
}
export const accountsOf = (member: string): { readonly admin: string; readonly impersonator: string } => ({
  admin: account(member),
  impersonator: 'karmada-impersonator',
})

export interface Access {
  readonly apiEndpoint: string
  /** The UID of the member's kube-system: two names for one cluster are refused by it. */
  readonly id: string
  /** In base64, as all bundles. */
  readonly caBundle: string
  readonly token: string
  readonly impersonatorToken: string
}

/** In Karmada. */
export function pushObjects(member: Member, access: Access): readonly KubeObject[] {
  const { cluster: name, region, zones, provider, labels } = member
  const secret = (secretName: string, data: Readonly<Record<string, string>>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secretName, namespace: clusterNamespace },
    data,
  })
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  return [
    secret(name, { caBundle: access.caBundle, token: base64(access.token) }),
    secret(`${name}-impersonator`, { token: base64(access.impersonatorToken) }),
    {
      apiVersion: 'cluster.karmada.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name, labels, annotations: { [joinedMark]: 'true' } },
      spec: {
        syncMode: 'Push',
        apiEndpoint: access.apiEndpoint,
        id: access.id,
        secretRef: { namespace: clusterNamespace, name },
        impersonatorSecretRef: { namespace: clusterNamespace, name: `${name}-impersonator` },
        ...(region !== undefined && { region }),
        ...(zones.length > 0 && { zones }),
        ...(provider !== undefined && { provider }),
      },
    },
  ]
}

/** On a Cluster that its agent has made. */
export const labelPatch = ({ labels }: Member): unknown => ({
  metadata: { labels, annotations: { [joinedMark]: 'true' } },
})
