// On each member that Karmada pushes to: the accounts whose tokens it works with, as `karmadactl join` makes them.
// Source: Karmada v1.18.2, pkg/util/credential.go, pkg/util/serviceaccount.go.

import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import type { Member } from './members.ts'
import { memberName as me, membersOf, memberTarget as targetOf } from './members.ts'
import { clusterNamespace, rbacApi, rbacGroup, system } from './names.ts'

export function joinBundles(plan: Plan, ground: Ground): readonly Bundle[] {
  const members = plan.fleet.federations.flatMap((federation) =>
    membersOf(plan, ground, federation).filter(({ sync }) => sync === 'push'),
  )
  if (members.length === 0) return []
  const account = `karmada-${me}`
  const role = `karmada-controller-manager:${account}`
  const accounts = [account, 'karmada-impersonator'].flatMap((name): readonly KubernetesObject[] => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: clusterNamespace, labels: system } },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: clusterNamespace,
        labels: system,
        annotations: { 'kubernetes.io/service-account.name': name },
      },
      // filled by the member itself
      type: 'kubernetes.io/service-account-token',
    },
  ])
  return [
    {
      name: 'karmada-member',
      layer: 'infrastructure',
      base: [
        {
          file: 'namespace.yaml',
          objects: [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: clusterNamespace, labels: system } }],
        },
        { file: 'accounts.yaml', objects: accounts },
        { file: 'rights.yaml', objects: everything(role, { name: account, namespace: clusterNamespace }) },
      ],
      overlays: [],
      targets: oncePerCluster(members).map((member) => targetOf(member, {})),
      needs: [],
    },
  ]
}

/** What Karmada needs on a member: it carries there whatever it is given. */
export const everything = (
  name: string,
  account: { readonly name: string; readonly namespace: string },
): readonly KubernetesObject[] => [
  {
    apiVersion: rbacApi,
    kind: 'ClusterRole',
    metadata: { name, labels: system },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  },
  {
    apiVersion: rbacApi,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: system },
    roleRef: { apiGroup: rbacGroup, kind: 'ClusterRole', name },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  },
]

const oncePerCluster = (members: readonly Member[]): readonly Member[] => [
  ...new Map(members.map((member) => [member.cluster.name, member])).values(),
]
