// Clusters: what EKS says of the control plane, and what its API says of nodes and workloads. Two ways that fail apart: EKS may say ACTIVE
// of a cluster whose private endpoint is not reached from here.

import { DescribeClusterCommand } from '@aws-sdk/client-eks'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Cluster } from '../../../model/fleet.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Age } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import { codeOf } from '../aws/errors.ts'
import type { Asking } from './asking.ts'
import { answerOf, remembered, whereOfCluster } from './asking.ts'

export interface ClusterStatus extends Age {
  readonly name: string
  readonly kind: Cluster['kind']
  readonly region: string | undefined
  readonly state: Standing
  /** In the words of EKS, such as ACTIVE; undefined: there is none, or it is no cluster of EKS. */
  readonly eks: string | undefined
  readonly version: string | undefined
  readonly wantedVersion: string | undefined
  readonly endpoint: string | undefined
  readonly api: 'answers' | 'silent' | 'notThere'
  /** Why the API does not answer, or EKS did not. */
  readonly why: string | undefined
}

export interface NodeSaid {
  readonly name: string
  readonly site: string
  readonly pool: string | undefined
  readonly ready: 'True' | 'False' | 'Unknown'
  /** When that began. */
  readonly since: string | undefined
}

/** By `namespace/kind/name`. */
export type Workloads = Readonly<Record<string, { readonly wanted: number; readonly ready: number }>>

export interface ApiSaid {
  readonly nodes: readonly NodeSaid[]
  readonly workloads: Workloads
  /** Host names and addresses of what stands in front, by `namespace/name` of the Ingress or Service. */
  readonly fronts: Readonly<Record<string, readonly string[]>>
}

export interface ClusterSaid {
  readonly status: ClusterStatus
  readonly api: ApiSaid | undefined
  readonly heard: boolean
  readonly age: Age
}

export function clustersSaid(asking: Asking): Promise<readonly ClusterSaid[]> {
  return Promise.all(asking.ground.plan.fleet.clusters.map((cluster) => clusterSaid(asking, cluster)))
}

async function clusterSaid(asking: Asking, cluster: Cluster): Promise<ClusterSaid> {
  const { ground } = asking
  const { name, kind, version: wantedVersion } = cluster
  const where = whereOfCluster(ground.plan, name)
  const byEks = where !== undefined && (kind === 'eks' || kind === 'eksOutpost')
  const [eks, said] = await Promise.all([
    byEks
      ? answerOf(asking, `the cluster ${name} cannot be described`, async (abortSignal) => {
          const found = await ground.aws
            .eks(where)
            .send(new DescribeClusterCommand({ name }), { abortSignal })
            .catch((error: unknown) => {
              if (codeOf(error) === 'ResourceNotFoundException') return undefined
              throw error
            })
          const { status, version, endpoint } = found?.cluster ?? {}
          return { status, version, endpoint }
        })
      : undefined,
    answerOf(asking, `the API of ${name} does not answer`, async () => {
      const client = await ground.api({ kind: 'cluster', name })
      return client === undefined ? undefined : apiSaid(client)
    }),
  ])
  const known = eks && remembered(asking, `eks/${name}`, eks)
  const notThere = said.kind === 'said' && said.value === undefined
  const api = remembered(asking, `cluster/${name}`, notThere ? { kind: 'silent', why: 'it is not there' } : said)
  const described = known?.value
  const isAsWanted =
    (!byEks ||
      (described?.status === 'ACTIVE' && (wantedVersion === undefined || described.version === wantedVersion))) &&
    !notThere
  const heard = api.heard && (known?.heard ?? true)
  return {
    status: {
      ...{ name, kind, region: where?.region, wantedVersion },
      eks: described?.status,
      version: described?.version,
      endpoint: described?.endpoint,
      api: notThere ? 'notThere' : api.heard ? 'answers' : 'silent',
      why: notThere ? undefined : (api.why ?? known?.why),
      state: notThere ? 'behind' : !heard ? 'notHeardOf' : isAsWanted ? 'asWanted' : 'behind',
      ...(notThere ? { since: undefined, seconds: undefined } : api.heard ? (known?.age ?? api.age) : api.age),
    },
    api: api.value,
    heard: api.heard && !notThere,
    age: api.age,
  }
}

const list = async (client: KubeClient, path: string): Promise<readonly KubeObject[]> =>
  (await client.get<{ readonly items?: readonly KubeObject[] }>(path))?.items ?? []

async function apiSaid(client: KubeClient): Promise<ApiSaid> {
  const [nodes, deployments, statefulSets, ingresses, services] = await Promise.all(
    [
      '/api/v1/nodes',
      '/apis/apps/v1/deployments',
      '/apis/apps/v1/statefulsets',
      '/apis/networking.k8s.io/v1/ingresses',
      '/api/v1/services',
    ].map((path) => list(client, path)),
  )
  return {
    nodes: (nodes ?? []).map(nodeSaid),
    workloads: Object.fromEntries([
      ...(deployments ?? []).map((it) => workloadOf('Deployment', it)),
      ...(statefulSets ?? []).map((it) => workloadOf('StatefulSet', it)),
    ]),
    fronts: Object.fromEntries(
      [...(services ?? []), ...(ingresses ?? [])].flatMap((it) => {
        const names = itemsAt(it, 'status', 'loadBalancer', 'ingress').flatMap((one) => {
          const name = at(one, 'hostname') ?? at(one, 'ip')
          return typeof name === 'string' ? [name] : []
        })
        return names.length === 0 ? [] : [[`${it.metadata.namespace ?? 'default'}/${it.metadata.name}`, names] as const]
      }),
    ),
  }
}

function nodeSaid(node: KubeObject): NodeSaid {
  const condition = itemsAt(node, 'status', 'conditions').find((one) => at(one, 'type') === 'Ready')
  const status = at(condition, 'status')
  const since = at(condition, 'lastTransitionTime')
  return {
    name: node.metadata.name,
    site: node.metadata.labels?.['skerry.dev/site'] ?? '',
    pool: node.metadata.labels?.['skerry.dev/pool'],
    ready: status === 'True' || status === 'Unknown' ? status : 'False',
    since: typeof since === 'string' ? since : undefined,
  }
}

const workloadOf = (kind: string, object: KubeObject): readonly [string, Workloads[string]] => [
  workloadKey(object.metadata.namespace ?? 'default', kind, object.metadata.name),
  { wanted: Number(at(object, 'spec', 'replicas') ?? 1), ready: Number(at(object, 'status', 'readyReplicas') ?? 0) },
]

export const workloadKey = (namespace: string, kind: string, name: string): string => `${namespace}/${kind}/${name}`
