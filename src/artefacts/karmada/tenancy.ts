// Namespaces of a federation. Karmada would put each of them on every member; here one goes where an app in it may go, and nowhere else:
// who holds nothing of a tenant does not even have its name. A namespace is never evicted: when a lost member comes back, what was taken
// from it meanwhile is deleted there, and with a namespace everything in it, copies that were told to stay included.

import type { Federation } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import { lostTaint } from '../../plan/karmada.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { mayHold } from '../workloads/candidates.ts'
import { fill } from '../workloads/fields.ts'
import type { Home, Homes } from '../workloads/namespaces.ts'
import type { Member } from './members.ts'
import { membersOf } from './members.ts'
import { deletionProtected, keptByFlux, membersBundle, policyApi, skipPropagation, tenantsBundle } from './names.ts'

/** For the API of Karmada, before any app: a tenant's namespace belongs to none of its apps. */
export function tenantBundles(plan: Plan, ground: Ground, homes: Homes, federation: Federation): readonly Bundle[] {
  const members = membersOf(plan, ground, federation)
  const found = plan.fleet.apps
    .flatMap(({ placement }) => placement)
    .filter((placement) => placement.federation === federation.name)
    .flatMap((placement) => homes(placement) ?? [])
  const base = [...new Set(found)].map((home) => ({
    file: `${home.object.metadata.name}.yaml`,
    objects: namespaceObjects(federation, members, home),
  }))
  if (base.length === 0) return []
  const several = plan.fleet.federations.length > 1
  return [
    {
      name: several ? `${tenantsBundle}-${federation.name}` : tenantsBundle,
      layer: 'infrastructure',
      base,
      overlays: [],
      targets: [{ cluster: federation.host, federation: federation.name, values: {} }],
      needs: [several ? `${membersBundle}-${federation.name}` : membersBundle],
    },
  ]
}

function namespaceObjects(
  federation: Federation,
  members: readonly Member[],
  { object, copies }: Home,
): readonly KubernetesObject[] {
  const { name } = object.metadata
  const labelled = fill(object, ['metadata', 'labels'], { ...skipPropagation, ...deletionProtected })
  const namespace = fill(labelled, ['metadata', 'annotations'], keptByFlux)
  const wanted = members.filter((member) =>
    copies.some((placement) => mayHold(placement, member.cluster, member.region)),
  )
  const policy: KubernetesObject = {
    apiVersion: policyApi,
    kind: 'ClusterPropagationPolicy',
    metadata: { name: `namespace-${name}` },
    spec: {
      resourceSelectors: [{ apiVersion: 'v1', kind: 'Namespace', name }],
      // a namespace of that name may be there from before
      conflictResolution: 'Overwrite',
      preserveResourcesOnDeletion: true,
      placement: everywhereOf(federation, wanted),
    },
  }
  return wanted.length === 0 ? [namespace] : [namespace, policy]
}

/** On each of these, also while it is lost. */
export const everywhereOf = ({ failover }: Federation, members: readonly Member[]) => ({
  clusterAffinity: { clusterNames: members.map(({ cluster }) => cluster.name) },
  ...(failover !== undefined && { clusterTolerations: [{ key: lostTaint, operator: 'Exists', effect: 'NoExecute' }] }),
})
