// Federations: what Karmada says of its members, and where it holds which app.

import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Federation } from '../../../model/fleet.ts'
import type { Held } from '../../kube/bindings.ts'
import { heldOf } from '../../kube/bindings.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Age } from '../../kube/heard.ts'
import { ageOf } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import type { Asking } from './asking.ts'
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
