// What the agent of a member may do in the control plane, for its own cluster alone.
// Source: Karmada v1.18.2, pkg/karmadactl/register/register.go.

import type { KubernetesObject } from '../artefact.ts'
import { clusterNamespace, keptByFlux, rbacApi, rbacGroup, system } from './names.ts'

export function agentRights(member: string): readonly KubernetesObject[] {
  const user = { apiGroup: rbacGroup, kind: 'User', name: `system:karmada:agent:${member}` }
  const executionSpace = `karmada-es-${member}`
  const wide = `system:karmada:${member}:agent`
  const read = ['get', 'list', 'watch']
  const bound = (kind: 'ClusterRole' | 'Role', name: string, rules: readonly unknown[], namespace?: string) => {
    const metadata = { name, ...(namespace !== undefined && { namespace }), labels: system }
    return [
      { apiVersion: rbacApi, kind, metadata, rules },
      {
        apiVersion: rbacApi,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup: rbacGroup, kind, name },
        subjects: [user],
      },
    ]
  }
  const rule = (
    apiGroup: string,
    resources: readonly string[],
    verbs: readonly string[],
    names?: readonly string[],
  ) => ({
    apiGroups: [apiGroup],
    resources,
    ...(names !== undefined && { resourceNames: names }),
    verbs,
  })
  return [
    ...bound('ClusterRole', wide, [
      // it updates what stands in the repository where register would have it make the Cluster
      rule('cluster.karmada.io', ['clusters'], ['get', 'delete', 'update'], [member]),
      rule('cluster.karmada.io', ['clusters'], ['create', 'list', 'watch']),
      rule('cluster.karmada.io', ['clusters/status'], ['update'], [member]),
      rule(
        'config.karmada.io',
        ['resourceinterpreterwebhookconfigurations', 'resourceinterpretercustomizations'],
        read,
      ),
      rule('', ['namespaces'], ['get']),
      rule('coordination.k8s.io', ['leases'], ['get', 'create', 'update']),
      rule('certificates.k8s.io', ['certificatesigningrequests'], ['get', 'create']),
      rule('', ['services'], ['list', 'watch']),
      rule('', ['events'], ['patch', 'create', 'update']),
    ]),
    ...bound(
      'Role',
      `${wide}-secret`,
      [rule('', ['secrets'], ['get', 'patch'], [member, `${member}-impersonator`]), rule('', ['secrets'], ['create'])],
      clusterNamespace,
    ),
    // made by Karmada as soon as the Cluster is there, and needed by these before
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: executionSpace,
        labels: system,
        annotations: keptByFlux,
      },
    },
    ...bound(
      'Role',
      `${wide}-work`,
      [
        rule('work.karmada.io', ['works'], ['get', 'create', 'list', 'watch', 'update', 'delete']),
        rule('work.karmada.io', ['works/status'], ['patch', 'update']),
      ],
      executionSpace,
    ),
  ]
}
