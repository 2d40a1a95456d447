// Clusters join a federation and leave it. One that is pushed to has accounts for Karmada, whose tokens Karmada holds; one that pulls has an
// agent with a way to Karmada. Tokens and keys go from API to API and never onto a disk.
// Source: Karmada v1.18.2, pkg/karmadactl/join, pkg/karmadactl/unjoin, pkg/controllers/cluster/cluster_controller.go.

import { clusterNamespace, systemNamespace } from '../../../artefacts/karmada/names.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import type { Plan, PlannedStep } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject, Server } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import type { Api } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import { clientOf } from './access.ts'
import { applyAll, deleteAll, filled, takeOff } from './apply.ts'
import type { Needs } from './apps.ts'
import type { Kube } from './asking.ts'
import { asked, awaited, unfinished } from './asking.ts'
import { joinObjects } from './federation.ts'
import { kubeconfigOf } from './kubeconfig.ts'
import { putOnto, remember } from './memory.ts'
import { adoption, isMarked, isOurs, markFor, mayGo, oursAmong, outlives } from './ownership.ts'
import { stepsOf } from './plan-steps.ts'
import { conditionOf, isTrue, untilAvailable } from './ready.ts'

const clusters = '/apis/cluster.karmada.io/v1alpha1/clusters'
const secretsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`

export function memberWork(
  kube: Kube,
  step: PlannedStep,
  steps: readonly string[],
  { needs, needsOneOf, region }: Needs,
): Work {
  const { federation = '', cluster = '' } = step.subject
  const { plan } = kube.ground
  const pull = step.intent.sync === 'pull'
  return {
    id: `member/${federation}/${cluster}`,
    title: `${cluster} joins the federation ${federation}`,
    steps,
    needs,
    ...(needsOneOf !== undefined && { needsOneOf }),
    ...(region !== undefined && { at: region }),
    run: async (told) => {
      const isServed = (name: string | undefined): boolean => stepsOf(plan).served.has(name ?? '')
      const host = plan.fleet.federations.find(({ name }) => name === federation)?.host
      const api: Api = { kind: 'cluster', name: cluster }
      const member = await clientOf(kube, api)
      const karmada = await clientOf(kube, { kind: 'federation', name: federation })
      const by = `member/${federation}/${cluster}`
      const joining = { federation, cluster, pull }
      await refuseForeign(kube, told, joining, karmada, member)
      const own = isServed(cluster) ? [] : joinObjects(plan, federation, { cluster, api: 'cluster' })
      const way = pull ? await agentConfig(wayTo(karmada, plan, federation)) : []
      const objects = [...(await filled(kube, own)), ...way]
      let changed = await applyAll(kube, told, { api, by, client: member, objects })
      if (pull) {
        await untilAvailable(kube, told, `${cluster} (the agent of Karmada)`, member, objects)
        await awaited(
          kube,
          told,
          {
            what: `${cluster} has joined ${federation}`,
            seconds: kube.patience.karmadaSeconds,
            next: agentNext(cluster),
          },
          async () => {
            const live = await karmada.get(`${clusters}/${cluster}`)
            if (live === undefined) return unfinished('its agent has not reached Karmada yet')
            // made by its agent, which knows no mark
            if (!isMarked(live)) await karmada.merge(`${clusters}/${cluster}`, markFor(plan))
            return true
          },
        )
      }
      const declared = isServed(host)
        ? []
        : joinObjects(plan, federation, { cluster: host ?? '', api: 'federation' }).filter(
            ({ kind, metadata }) => kind === 'Cluster' && metadata.name === cluster,
          )
      const onto = [...(pull ? [] : await tokensOf(kube, told, member, cluster)), ...(await filled(kube, declared))]
      // labels are what policies choose by
      const federated: Api = { kind: 'federation', name: federation }
      changed = (await applyAll(kube, told, { api: federated, by, client: karmada, objects: onto })) || changed
      await untilReady(kube, told, karmada, federation, cluster, pull)
      return { kind: 'done', changed }
    },
  }
}

interface Joining {
  readonly federation: string
  readonly cluster: string
  readonly pull: boolean
}

/** A Cluster of that name that others have registered is another cluster, or another's business. */
async function refuseForeign(
  kube: Kube,
  told: Told,
  joining: Joining,
  karmada: KubeClient,
  member: KubeClient,
): Promise<void> {
  const { federation, cluster } = joining
  const path = `${clusters}/${cluster}`
  const live = await asked(kube, told, `${federation} says whose ${cluster} is`, () => karmada.get(path))
  if (live === undefined || (await isOwnMember(kube, told, joining, live, member))) return
  const api: Api = { kind: 'federation', name: federation }
  throw new Refusal(
    'refused',
    `the federation ${federation} has a member ${cluster} already that is not of this fleet: its tokens and labels would be changed under others`,
    `ask them; where it is this fleet’s: ${adoption(kube.ground.plan, api, live)}; then run this again`,
  )
}

/** One that pulls was registered by its agent: it is ours when the agent is. */
async function isOwnMember(
  kube: Kube,
  told: Told,
  { federation, cluster, pull }: Joining,
  live: KubeObject,
  member: KubeClient | undefined,
): Promise<boolean> {
  if (isOurs(kube.ground, { kind: 'federation', name: federation }, `${clusters}/${cluster}`, live)) return true
  if (isMarked(live) || !pull) return false
  // nobody can hear any more what its agent is
  if (member === undefined) return true
  const path = `/apis/apps/v1/namespaces/${systemNamespace}/deployments/karmada-agent`
  const agent = await asked(kube, told, `${cluster} says whose its agent is`, () => member.get(path))
  return agent !== undefined && isOurs(kube.ground, { kind: 'cluster', name: cluster }, path, agent)
}

const agentNext = (cluster: string): string =>
  `kubectl --context ${cluster} --namespace ${systemNamespace} logs deployment/karmada-agent says whether it reaches Karmada`

async function untilReady(
  kube: Kube,
  told: Told,
  karmada: KubeClient,
  federation: string,
  cluster: string,
  pull: boolean,
): Promise<void> {
  await awaited(
    kube,
    told,
    {
      what: `${cluster} is Ready in ${federation}`,
      seconds: kube.patience.karmadaSeconds,
      next: pull
        ? agentNext(cluster)
        : `Karmada must reach the API of ${cluster} from its host: look at its public access and the security groups`,
    },
    async () => {
      const live = await karmada.get(`${clusters}/${cluster}`)
      if (isTrue(live, 'Ready')) return true
      const ready = conditionOf(live, 'Ready')
      return unfinished(
        live === undefined
          ? 'there is no such Cluster yet'
          : `not Ready: ${String(at(ready, 'message') ?? at(ready, 'reason') ?? 'not looked at yet')}`,
      )
    },
  )
}

/** Tokens of the accounts that do not run out: EKS refuses others after some months at the latest, and one for a day would end in a day. */
async function tokensOf(kube: Kube, told: Told, member: KubeClient, cluster: string): Promise<readonly KubeObject[]> {
  const tokens: KubeObject[] = []
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  for (const [account, name] of [
    [`karmada-${cluster}`, cluster],
    ['karmada-impersonator', `${cluster}-impersonator`],
  ] as const) {
    const data = await awaited(
      kube,
      told,
      {
        what: `${cluster} gives a token for ${account}`,
        seconds: kube.patience.answerSeconds,
        next: `kubectl --context ${cluster} --namespace ${clusterNamespace} get secret ${account}`,
      },
      async () => {
        const live = await member.get(`${secretsIn(clusterNamespace)}/${account}`)
        const token = at(live, 'data', 'token')
        if (typeof token !== 'string' || token === '') return unfinished(`the Secret ${account} holds no token yet`)
        const ca = member.server?.ca
        return { token, caBundle: ca === undefined ? String(at(live, 'data', 'ca.crt') ?? '') : base64(ca) }
      },
    )
    tokens.push(secretOf(clusterNamespace, name, data))
  }
  return tokens
}

const secretOf = (namespace: string, name: string, data: Readonly<Record<string, string>>): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type: 'Opaque' },
  data,
})

/** How its members reach Karmada: by its own name, whatever way round this run takes. */
function wayTo({ server }: KubeClient, { fleet }: Plan, federation: string): Server | undefined {
  if (server?.servername === undefined) return server
  const { servername, ...direct } = server
  const port = fleet.federations.find(({ name }) => name === federation)?.port ?? 443
  return { ...direct, url: `https://${servername}:${port}` }
}

async function agentConfig(way: Server | undefined): Promise<readonly KubeObject[]> {
  if (way === undefined) return []
  const config = Buffer.from(await kubeconfigOf(way)).toString('base64')
  return [secretOf(systemNamespace, 'karmada-agent-config', { 'karmada.config': config })]
}

/** Karmada takes its works, and with them the apps, off the member; then what joining had made goes. */
export async function leave(
  kube: Kube,
  told: Told,
  karmada: KubeClient,
  { federation, cluster, sync }: { readonly federation: string; readonly cluster: string; readonly sync: string },
): Promise<boolean> {
  const path = `${clusters}/${cluster}`
  const federated: Api = { kind: 'federation', name: federation }
  const by = `member/${federation}/${cluster}`
  const member = await kube.ground.api({ kind: 'cluster', name: cluster })
  const live = await asked(kube, told, `${federation} says whose ${cluster} is`, () => karmada.get(path))
  const joining = { federation, cluster, pull: sync === 'pull' }
  if (live !== undefined && !(await isOwnMember(kube, told, joining, live, member))) {
    await oursAmong(kube, told, karmada, federated, [path])
    return false
  }
  const first = {
    ...kube,
    patience: { ...kube.patience, goneSeconds: Math.min(kube.patience.goneSeconds, patientSeconds) },
  }
  const what = `${cluster} has left ${federation}`
  const next = `kubectl --kubeconfig karmada.kubeconfig get cluster ${cluster} --output yaml shows what holds it`
  let changed: boolean
  try {
    changed = await deleteAll(first, told, karmada, [path], { what, next })
  } catch (error) {
    told.signal.throwIfAborted()
    // nothing was waited for: who asks may not delete it, or Karmada did not answer
    const going = await asked(kube, told, `${federation} says whether ${cluster} goes`, () => karmada.get(path))
    if (going !== undefined && going.metadata.deletionTimestamp === undefined) throw error
    // one that pulls and whose agent is gone takes its works back never
    await letGo(kube, told, karmada, cluster)
    changed = await deleteAll(kube, told, karmada, [path], { what, next })
    changed = true
  }
  const named = [cluster, `${cluster}-impersonator`].map((name) => `${secretsIn(clusterNamespace)}/${name}`)
  const secrets = await oursAmong(kube, told, karmada, federated, named)
  changed =
    (await deleteAll(kube, told, karmada, secrets, {
      what: `the tokens of ${cluster} are gone from ${federation}`,
      next,
    })) || changed
  remember(kube.ground.folder, federated, by, {})
  if (member === undefined) return changed
  const rbac = '/apis/rbac.authorization.k8s.io/v1'
  const role = sync === 'pull' ? 'karmada-agent' : `karmada-controller-manager:karmada-${cluster}`
  const own = [
    ...(sync === 'pull' ? [`/apis/apps/v1/namespaces/${systemNamespace}/deployments/karmada-agent`] : []),
    `${rbac}/clusterrolebindings/${role}`,
    `${rbac}/clusterroles/${role}`,
    ...(sync === 'pull' ? [`/api/v1/namespaces/${systemNamespace}`] : []),
    `/api/v1/namespaces/${clusterNamespace}`,
  ]
  const api: Api = { kind: 'cluster', name: cluster }
  const paths = await mayGo(kube, told, member, api, own)
  // what lies in a namespace that others have made
  const put = outlives(kube.ground.plan, api) ? (putOnto(kube.ground.folder, api)[by] ?? {}) : {}
  if (await takeOff(kube, told, member, api, put)) changed = true
  return (
    (await deleteAll(kube, told, member, paths, {
      what: `what joining ${federation} had made on ${cluster} is gone`,
      next: `kubectl --context ${cluster} get namespace ${clusterNamespace} --output yaml`,
    })) || changed
  )
}

/** Karmada first gives the replicas to other members, and waits for those. */
const patientSeconds = 300

/** As `karmadactl unjoin --force`: the works of the member are given up, whether or not it heard of that. */
async function letGo(kube: Kube, told: Told, karmada: KubeClient, cluster: string): Promise<void> {
  const works = `/apis/work.karmada.io/v1alpha1/namespaces/karmada-es-${cluster}/works`
  await asked(kube, told, `the works of ${cluster} are given up`, async () => {
    const list = await karmada.get<{ readonly items: readonly KubeObject[] }>(works)
    for (const { metadata } of list?.items ?? [])
      await karmada.merge(`${works}/${metadata.name}`, { metadata: { finalizers: null } }).catch((error: unknown) => {
        if (!(error instanceof KubeError && error.status === 404)) throw error
      })
  })
}
