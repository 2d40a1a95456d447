// Members of a federation: the Cluster objects say who belongs to it and what its policies may choose by. Tokens and certificates are not
// in them: `up` puts those where these objects name them.

import type { Cluster, Federation } from '../../model/fleet.ts'
import type { Plan, PlannedStep } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import { membersOf as knownMembers } from '../../plan/karmada.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, BundleFile, Target } from '../bundle.ts'
import { fleetValue } from '../fleet-values.ts'
import { at } from '../workloads/fields.ts'
import { agentRights } from './agent-rights.ts'
import { bundleName } from './host.ts'
import { clusterApi, clusterNamespace, keptByFlux, membersBundle } from './names.ts'
import { taintPolicy } from './taint-policy.ts'

export interface Member {
  readonly cluster: Cluster
  readonly sync: 'push' | 'pull'
  readonly region: string | undefined
  readonly zones: readonly string[]
  readonly provider: string | undefined
}

export function membersOf({ steps }: Plan, ground: Ground, federation: Federation): readonly Member[] {
  const joins = new Map<string, PlannedStep>()
  for (const step of steps)
    if (step.kind === 'member.join' && step.change !== 'remove' && step.subject.federation === federation.name)
      joins.set(step.subject.cluster ?? '', step)
  return knownMembers(ground, federation).flatMap(({ name, region, zones = [], provider }) => {
    const cluster = ground.find.cluster(name)
    const sync = at(joins.get(name)?.intent, 'sync')
    if (cluster === undefined || (sync !== 'push' && sync !== 'pull')) return []
    return [{ cluster, sync, region, zones, provider }]
  })
}

/** For the API of Karmada: its members, and the taint that a lost one gets. */
export function membersBundles(plan: Plan, ground: Ground, federation: Federation): readonly Bundle[] {
  const members = membersOf(plan, ground, federation)
  const policy = taintPolicy(federation)
  const base: readonly BundleFile[] = [
    ...members.map((member) => ({
      file: `${member.cluster.name}.yaml`,
      objects: [clusterObject(member), ...(member.sync === 'pull' ? agentRights(member.cluster.name) : [])],
    })),
    ...(policy === undefined ? [] : [{ file: 'cluster-taint-policy.yaml', objects: [policy] }]),
  ]
  if (base.length === 0) return []
  return [
    {
      name: plan.fleet.federations.length > 1 ? `${membersBundle}-${federation.name}` : membersBundle,
      layer: 'infrastructure',
      base,
      overlays: [],
      targets: [{ cluster: federation.host, federation: federation.name, values: {} }],
      needs: [bundleName(plan, federation)],
      // reached once is enough: a member that is lost later must not stop what is delivered to the others
      health: [{ apiVersion: clusterApi, kind: 'Cluster', current: 'has(status.apiEnablements)' }],
    },
  ]
}

/** `apiEndpoint` of a member that pulls is for people who look at it through Karmada; its agent says it. */
function clusterObject({ cluster, sync, region, zones, provider }: Member): KubernetesObject {
  const { name, labels } = cluster
  return {
    apiVersion: clusterApi,
    kind: 'Cluster',
    // a Cluster that is gone takes along all that was placed on the member: leaving is a step of its own, never a file that was lost
    metadata: { name, ...(Object.keys(labels).length > 0 && { labels }), annotations: keptByFlux },
    spec: {
      syncMode: sync === 'push' ? 'Push' : 'Pull',
      ...(sync === 'push' && {
        apiEndpoint: endpointOf(cluster),
        secretRef: { namespace: clusterNamespace, name },
        impersonatorSecretRef: { namespace: clusterNamespace, name: `${name}-impersonator` },
      }),
      ...(provider !== undefined && { provider }),
      ...(region !== undefined && { region }),
      ...(zones.length > 0 && { zones }),
    },
  }
}

/** Declared on premises; what EKS gives is known when the cluster is made. */
export const endpointOf = ({ name, eksAnywhere }: Cluster): string =>
  eksAnywhere?.endpoint === undefined ? fleetValue.clusterEndpoint(name) : `https://${eksAnywhere.endpoint}:6443`

/** The variable of what every member has: its name. */
const key = 'karmada_member'
export const memberName = `\${${key}}`

/** A member as a row: one base serves all of them. */
export const memberTarget = ({ cluster }: Member, values: Readonly<Record<string, string>>): Target => ({
  cluster: cluster.name,
  ...(cluster.class !== undefined && { class: cluster.class }),
  values: { [key]: cluster.name, ...values },
})
