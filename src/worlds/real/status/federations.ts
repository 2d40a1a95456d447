// Federations: what Karmada says of its members, and where it holds which app.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Federation } from '../../../model/fleet.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Asking, Standing } from './asking.ts'
import { answerOf, remembered } from './asking.ts'

export interface FederationStatus extends Age {
  readonly name: string
  readonly state: Standing
  /** As last heard. */
  readonly members: readonly MemberStatus[]
  readonly why: string | undefined
}

export interface MemberStatus {
  readonly name: string
  /** Undefined: it has not joined. */
  readonly ready: boolean | undefined
  readonly since: string | undefined
}

/** What Karmada has divided over its members. */
export interface Held {
  readonly app: string
  readonly namespace: string
  readonly kind: string
  readonly name: string
  readonly wanted: number
  readonly targets: readonly { readonly name: string; readonly replicas: number }[]
}

export interface FederationSaid {
  readonly status: FederationStatus
  readonly held: readonly Held[]
}

interface Karmada {
  readonly members: readonly MemberStatus[]
  readonly held: readonly Held[]
}

export const federationsSaid = (asking: Asking): Promise<readonly FederationSaid[]> =>
  Promise.all(asking.ground.plan.fleet.federations.map((federation) => federationSaid(asking, federation)))

async function federationSaid(asking: Asking, { name, memberClusters }: Federation): Promise<FederationSaid> {
  const said = await answerOf(
    asking,
    `the API of Karmada of ${name} does not answer`,
    async (): Promise<Karmada | undefined> => {
      const client = await asking.ground.api({ kind: 'federation', name })
      if (client === undefined) return undefined
      const [clusters, bindings] = await Promise.all([
        list(client, '/apis/cluster.karmada.io/v1alpha1/clusters'),
        list(client, '/apis/work.karmada.io/v1alpha2/resourcebindings'),
      ])
      return {
        members: memberClusters.map((member) => memberOf(clusters, member)),
        held: bindings.filter((binding) => Number(at(binding, 'spec', 'replicas') ?? 0) > 0).map(heldOf),
      }
    },
  )
  if (said.kind === 'said' && said.value === undefined)
    return {
      status: { name, state: 'behind', members: [], why: 'it is not there', ...ageOf(undefined, asking.asked) },
      held: [],
    }
  const { value, age, heard, why } = remembered<Karmada | undefined>(asking, `federation/${name}`, said)
  const members = value?.members ?? []
  return {
    status: {
      name,
      members,
      why,
      ...age,
      state: !heard ? 'notHeardOf' : members.every(({ ready }) => ready === true) ? 'asWanted' : 'behind',
    },
    held: value?.held ?? [],
  }
}

const list = async (client: KubeClient, path: string): Promise<readonly KubeObject[]> =>
  (await client.get<{ readonly items?: readonly KubeObject[] }>(path))?.items ?? []

function memberOf(clusters: readonly KubeObject[], name: string): MemberStatus {
  const cluster = clusters.find(({ metadata }) => metadata.name === name)
  const condition = itemsAt(cluster, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  const since = at(condition, 'lastTransitionTime')
  return {
    name,
    ready: cluster === undefined ? undefined : at(condition, 'status') === 'True',
    since: typeof since === 'string' ? since : undefined,
  }
}

/** A policy is named after its app. */
const policyName = 'propagationpolicy.karmada.io/name'

function heldOf(binding: KubeObject): Held {
  const resource = (field: string): string => String(at(binding, 'spec', 'resource', field) ?? '')
  return {
    app: String(at(binding, 'metadata', 'annotations', policyName) ?? resource('name')),
    namespace: binding.metadata.namespace ?? 'default',
    kind: resource('kind'),
    name: resource('name'),
    wanted: Number(at(binding, 'spec', 'replicas') ?? 0),
    targets: itemsAt(binding, 'spec', 'clusters')
      .map((target) => ({ name: String(at(target, 'name')), replicas: Number(at(target, 'replicas') ?? 0) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }
}
