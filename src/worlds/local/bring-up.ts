// The bring-up as tasks: engines, and between them what must be in an API before the next engine starts. Each may be carried out again
// over what a run that was killed left behind. The order, with what each waits for, is that of Karmada's own deployment script
// (Karmada v1.18.2, hack/deploy-karmada.sh).

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeClient, KubeObject } from '../kube/client.ts'
import { KubeError } from '../kube/client.ts'
import { until } from '../kube/until.ts'
import type { ToDeliver } from './delivery/tasks.ts'
import { deliveryTasks } from './delivery/tasks.ts'
import type { EngineSpec, Owner } from './engine.ts'
import { engineId } from './engine.ts'
import { outsideId } from './engines/outside.ts'
import { leave } from './karmada/leave.ts'
import type { Access, Member } from './karmada/members.ts'
import { accountObjects, accountsOf, labelPatch, pushObjects, tokenPath, tokenRequest } from './karmada/members.ts'
import {
  aggregation,
  clusterNamespace,
  converted,
  namespaces,
  taintPolicy,
  webhookPath,
  webhookYaml,
  withConversion,
} from './karmada/objects.ts'
import { applyCrds, crdFiles } from './kube/crds.ts'
import type { LocalCluster, LocalFederation } from './layout.ts'
import { stepOf } from './layout.ts'
import { nodesOf, poolLabel } from './nodes.ts'
import { linkId } from './outside/links/links-of.ts'
import type { Task } from './walk.ts'

export interface BringUp extends ToDeliver {
  readonly engines: readonly EngineSpec[]
  /** Makes it run, and waits until it is ready. */
  readonly run: (spec: EngineSpec) => Promise<void>
  /** In base64. */
  readonly caBundle: string
  readonly karmadaFiles: string
  /** Of the nodes. */
  readonly kubernetesVersion: string
  /** Tells the process outside what it is to be. */
  readonly configureOutside: () => Promise<void>
}

export function tasksOf(it: BringUp): readonly Task[] {
  return [
    {
      id: stepOf.outside(it.layout.owner),
      needs: [outsideId(it.layout.owner)],
      run: it.configureOutside,
    },
    ...it.engines.map((spec): Task => ({ id: spec.id, needs: spec.needs, run: () => it.run(spec) })),
    ...it.layout.federations.flatMap((federation) => federationTasks(it, federation)),
    ...it.layout.clusters.flatMap((cluster) => clusterTasks(it, cluster)),
    ...deliveryTasks(it),
  ]
}

function clusterTasks({ plan, client, kubernetesVersion }: BringUp, { owner, pools }: LocalCluster): readonly Task[] {
  const steps = [...pools.values()].flat()
  const nodes = steps.flatMap((step) => nodesOf(plan.fleet, step, kubernetesVersion))
  return [
    {
      id: stepOf.nodes(owner),
      needs: [engineId(owner, 'kube-apiserver')],
      run: async () => {
        for (const node of nodes) await createOrLabel(client(owner), node)
        await removeOthers(client(owner), new Set(nodes.map(({ metadata }) => metadata.name)))
      },
    },
    {
      id: stepOf.nodesReady(owner),
      needs: [stepOf.nodes(owner), ...[...pools.keys()].map((site) => engineId(owner, `kwok-${site}`))],
      run: async () => {
        await until(`that the nodes of ${owner.name} are Ready`, async () => {
          const { ready } = await nodesReady(client(owner))
          return ready >= nodes.length ? true : undefined
        })
      },
    },
  ]
}

/** The status of a node is KWOK's once it is there; ours are its labels and taints. */
async function createOrLabel(client: KubeClient, node: KubeObject): Promise<void> {
  try {
    await client.post('/api/v1/nodes', node)
  } catch (error) {
    if (!(error instanceof KubeError && error.status === 409)) throw error
    await client.merge(`/api/v1/nodes/${node.metadata.name}`, { metadata: { labels: node.metadata.labels } })
  }
}

/** Nodes of ours that the plan has no more. */
async function removeOthers(client: KubeClient, wanted: ReadonlySet<string>): Promise<void> {
  const list = await client.get<{ items: KubeObject[] }>(`/api/v1/nodes?labelSelector=${poolLabel}`)
  for (const { metadata } of list?.items ?? [])
    if (!wanted.has(metadata.name)) await client.delete(`/api/v1/nodes/${metadata.name}`)
}

interface NodeList {
  readonly items: readonly { readonly status?: { readonly conditions?: readonly Condition[] } }[]
}
interface Condition {
  readonly type: string
  readonly status: string
}
export const isTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  conditions?.some((condition) => condition.type === type && condition.status === 'True') === true

export async function nodesReady(client: KubeClient): Promise<{ readonly nodes: number; readonly ready: number }> {
  const items = (await client.get<NodeList>('/api/v1/nodes'))?.items ?? []
  return { nodes: items.length, ready: items.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length }
}

function federationTasks(it: BringUp, { owner, members, taintPolicy: policy }: LocalFederation): readonly Task[] {
  const { client, ports, caBundle, karmadaFiles } = it
  const port = (engine: string, name: string): number => ports[engineId(owner, engine)]?.[name] ?? 0
  const webhookPort = port('karmada-webhook', 'https')
  const api = engineId(owner, 'karmada-apiserver')
  return [
    {
      id: stepOf.crds(owner),
      needs: [api],
      run: async () => {
        for (const namespace of namespaces) await client(owner).apply(namespace)
        const crds = crdFiles(join(karmadaFiles, 'crds', 'bases')).map(({ name, text }) => ({
          name,
          text: converted.includes(name) ? withConversion(text, webhookPort, caBundle) : text,
        }))
        await applyCrds(client(owner), crds, 'Karmada')
      },
    },
    {
      id: stepOf.aggregation(owner),
      needs: [stepOf.crds(owner), engineId(owner, 'karmada-aggregated-apiserver')],
      run: async () => {
        for (const object of aggregation(port('karmada-aggregated-apiserver', 'https'), caBundle))
          await client(owner).apply(object)
        await until(`that Karmada's aggregated API answers`, () =>
          client(owner).get('/apis/cluster.karmada.io/v1alpha1/clusters'),
        )
      },
    },
    {
      id: stepOf.webhooks(owner),
      needs: [engineId(owner, 'karmada-webhook')],
      run: async () => {
        const release = readFileSync(join(karmadaFiles, 'deploy', 'webhook-configuration.yaml'), 'utf8')
        for (const yaml of webhookYaml(release, webhookPort, caBundle)) {
          const path = webhookPath(yaml)
          if (path !== undefined) await client(owner).applyYaml(path, yaml)
        }
      },
    },
    ...(policy === undefined
      ? []
      : [
          {
            id: stepOf.taintPolicy(owner),
            needs: [stepOf.webhooks(owner)],
            run: async () => {
              await until(`that Karmada takes the policy ${policy.name}`, () =>
                client(owner).apply(taintPolicy(policy)),
              )
            },
          },
        ]),
    ...members.map((member) => joinTask(it, owner, member)),
    {
      id: stepOf.left(owner),
      needs: [stepOf.aggregation(owner), engineId(owner, 'karmada-controller-manager'), stepOf.webhooks(owner)],
      run: async () => {
        const running = new Set(it.layout.clusters.map((cluster) => cluster.owner.name))
        await leave(client(owner), new Set(members.map(({ cluster }) => cluster)), (name) =>
          running.has(name) ? client({ kind: 'cluster', name }) : undefined,
        )
      },
    },
    {
      id: stepOf.members(owner),
      needs: [
        ...members.map(({ cluster }) => stepOf.join(owner, cluster)),
        ...['karmada-controller-manager', 'karmada-scheduler'].map((engine) => engineId(owner, engine)),
        ...(policy === undefined ? [stepOf.webhooks(owner)] : [stepOf.taintPolicy(owner)]),
      ],
      run: async () => {
        await until(`that the members of ${owner.name} are Ready`, async () => {
          const ready = await membersReady(client(owner))
          return members.every(({ cluster }) => ready.get(cluster) === true) ? true : undefined
        })
      },
    },
  ]
}

const clustersPath = '/apis/cluster.karmada.io/v1alpha1/clusters'

export async function membersReady(client: KubeClient): Promise<ReadonlyMap<string, boolean>> {
  const list = await client.get<{ items: KubeObject[] }>(clustersPath)
  return new Map(
    (list?.items ?? []).map(({ metadata, status }) => [
      metadata.name,
      isTrue((status as { conditions?: Condition[] } | undefined)?.conditions, 'Ready'),
    ]),
  )
}

function joinTask(it: BringUp, federation: Owner, member: Member): Task {
  const cluster: Owner = { kind: 'cluster', name: member.cluster }
  const id = stepOf.join(federation, member.cluster)
  if (member.sync === 'pull')
    return {
      id,
      needs: [engineId(cluster, 'karmada-agent')],
      run: async () => {
        await until(`that the agent of ${member.cluster} joins ${federation.name}`, () =>
          it.client(federation).merge(`${clustersPath}/${member.cluster}`, labelPatch(member)),
        )
      },
    }
  return {
    id,
    needs: [engineId(cluster, 'kube-apiserver'), stepOf.aggregation(federation), stepOf.outside(it.layout.owner)],
    run: async () => {
      const there = await it.client(federation).get(`${clustersPath}/${member.cluster}`)
      const link = it.ports[outsideId(it.layout.owner)]?.[linkId.push(federation.name, member.cluster)]
      const apiEndpoint = `https://127.0.0.1:${link}`
      const access = await accessTo(
        it,
        cluster,
        apiEndpoint,
        (there?.spec as { apiEndpoint?: string } | undefined)?.apiEndpoint,
      )
      if (access === undefined) return
      for (const object of pushObjects(member, access))
        await until(`that ${member.cluster} joins ${federation.name}`, () => it.client(federation).apply(object))
    },
  }
}

/** Undefined where Karmada has a way in that still leads there: to that address, with an account that is there. */
async function accessTo(
  it: BringUp,
  cluster: Owner,
  apiEndpoint: string,
  joinedAt: string | undefined,
): Promise<Access | undefined> {
  const client = it.client(cluster)
  const accounts = accountsOf(cluster.name)
  if (
    joinedAt === apiEndpoint &&
    (await client.get(`/api/v1/namespaces/${clusterNamespace}/serviceaccounts/${accounts.admin}`)) !== undefined
  )
    return undefined
  for (const object of accountObjects(cluster.name)) await client.apply(object)
  const token = async (account: string): Promise<string> => {
    const answer = await client.post(tokenPath(account), tokenRequest)
    return (answer.status as { token: string }).token
  }
  const system = await until<KubeObject>(`that ${cluster.name} has its system namespace`, () =>
    client.get('/api/v1/namespaces/kube-system'),
  )
  return {
    apiEndpoint,
    id: system.metadata.uid ?? '',
    caBundle: it.caBundle,
    token: await token(accounts.admin),
    impersonatorToken: await token(accounts.impersonator),
  }
}
