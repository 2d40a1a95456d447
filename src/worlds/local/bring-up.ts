// The bring-up as tasks: engines, and between them what must be in an API before the next engine starts. Each may be carried out again
// over what a run that was killed left behind. The order, with what each waits for, is that of Karmada's own deployment script
// (Karmada v1.18.2, hack/deploy-karmada.sh).

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plan } from '../../model/plan.ts'
import type { EngineSpec, Owner, Ports } from './engine.ts'
import { engineId } from './engine.ts'
import type { Access, Member } from './karmada/members.ts'
import { accountObjects, accountsOf, labelPatch, pushObjects, tokenPath, tokenRequest } from './karmada/members.ts'
import {
  aggregation,
  clusterNamespace,
  converted,
  crdName,
  marked,
  markFor,
  markOf,
  namespaces,
  taintPolicy,
  webhookPath,
  webhookYaml,
  withConversion,
} from './karmada/objects.ts'
import type { KubeClient, KubeObject } from './kube/client.ts'
import { KubeError } from './kube/client.ts'
import { until } from './kube/until.ts'
import type { Layout, LocalCluster, LocalFederation } from './layout.ts'
import { stepOf } from './layout.ts'
import { nodesOf, poolLabel } from './nodes.ts'
import type { Task } from './walk.ts'

export interface BringUp {
  readonly plan: Plan
  readonly layout: Layout
  readonly engines: readonly EngineSpec[]
  readonly ports: Ports
  /** Makes it run, and waits until it is ready. */
  readonly run: (spec: EngineSpec) => Promise<void>
  readonly client: (owner: Owner) => KubeClient
  /** In base64. */
  readonly caBundle: string
  readonly karmadaFiles: string
  /** Of the nodes. */
  readonly kubernetesVersion: string
}

export function tasksOf(it: BringUp): readonly Task[] {
  return [
    ...it.engines.map((spec): Task => ({ id: spec.id, needs: spec.needs, run: () => it.run(spec) })),
    ...it.layout.federations.flatMap((federation) => federationTasks(it, federation)),
    ...it.layout.clusters.flatMap((cluster) => clusterTasks(it, cluster)),
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

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

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
        const crds = crdFiles(join(karmadaFiles, 'crds', 'bases'))
        const there = await client(owner).get<{ items: KubeObject[] }>(crdPath)
        const marks = new Map(there?.items.map(({ metadata }) => [metadata.name, markOf(metadata)]))
        await Promise.all(
          crds.map(async ({ name, path }) => {
            const plain = readFileSync(path, 'utf8')
            const text = converted.includes(name) ? withConversion(plain, webhookPort, caBundle) : plain
            const mark = markFor(text)
            if (!marks.has(name)) await client(owner).postYaml(crdPath, marked(text, mark))
            else if (marks.get(name) !== mark) await client(owner).applyYaml(`${crdPath}/${name}`, marked(text, mark))
          }),
        )
        await until(`that Karmada's kinds are served`, async () => {
          const list = await client(owner).get<{ items: KubeObject[] }>(crdPath)
          const served = new Set(
            list?.items
              .filter(({ status }) => isTrue((status as { conditions?: Condition[] }).conditions, 'Established'))
              .map(({ metadata }) => metadata.name),
          )
          return crds.every(({ name }) => served.has(name)) ? true : undefined
        })
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
    needs: [engineId(cluster, 'kube-apiserver'), stepOf.aggregation(federation)],
    run: async () => {
      const there = await it.client(federation).get(`${clustersPath}/${member.cluster}`)
      const access = await accessTo(it, cluster, (there?.spec as { apiEndpoint?: string } | undefined)?.apiEndpoint)
      if (access === undefined) return
      for (const object of pushObjects(member, access))
        await until(`that ${member.cluster} joins ${federation.name}`, () => it.client(federation).apply(object))
    },
  }
}

/** Undefined where Karmada has a way in that still leads there: to that address, with an account that is there. */
async function accessTo(it: BringUp, cluster: Owner, joinedAt: string | undefined): Promise<Access | undefined> {
  const apiEndpoint = `https://127.0.0.1:${it.ports[engineId(cluster, 'kube-apiserver')]?.https}`
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

function crdFiles(folder: string): readonly { readonly name: string; readonly path: string }[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((file) => {
      const name = crdName(file.split(/[\\/]/).at(-1) ?? '')
      return name === undefined ? [] : [{ name, path: join(folder, file) }]
    })
}
