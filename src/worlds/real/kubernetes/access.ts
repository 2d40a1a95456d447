// The way to each Kubernetes API of a fleet: an EKS cluster by what EKS says of it and a token of whoever runs this; any other cluster by
// the context of its name in the kubeconfig; Karmada by the Secret on its host, whose credentials stay in memory.

import type { EKSClient } from '@aws-sdk/client-eks'
import { DescribeClusterCommand } from '@aws-sdk/client-eks'
import { fleetValue } from '../../../artefacts/fleet-values.ts'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { Cluster, Federation } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject, Server } from '../../kube/client.ts'
import { KubeError, kubeClientAt } from '../../kube/client.ts'
import type { Aws, Where } from '../aws/clients.ts'
import { awsRefusal, codeOf } from '../aws/errors.ts'
import type { Api, Ground, UndeclaredCluster } from '../ground.ts'
import type { Told, Work } from '../work.ts'
import type { Kube } from './asking.ts'
import { asked, awaited, unfinished, unreachedHint } from './asking.ts'
import { contextIn, contextNamed } from './kubeconfig.ts'
import { forgetWithdrawn } from './memory.ts'
import { stepsOf } from './plan-steps.ts'

export interface ApiOptions {
  readonly plan: Plan
  readonly aws: Aws
  readonly valueOf: Ground['valueOf']
  /** By `kubeconfigFiles(env)`. */
  readonly kubeconfigs: readonly string[]
  /** No answer for so long is none. */
  readonly timeoutMs?: number
}

/** It is there, and not reached from here: what a person can do about that. */
export class NotReached extends Refusal {
  readonly commands: readonly string[]
  constructor(
    message: string,
    hint: string,
    commands: readonly string[],
    problems: readonly { message: string }[] = [],
  ) {
    super('world', message, hint, problems)
    this.commands = commands
  }
}

export interface KubeApis {
  readonly api: Ground['api']
  readonly close: () => void
}

const systemNamespace = 'karmada-system'

type ContextOf = Exclude<UndeclaredCluster, { readonly eksAt: Where }>

export function kubeApis(options: ApiOptions): KubeApis {
  const { plan, kubeconfigs } = options
  const find = lookup(plan.fleet)
  const made = new Map<string, Promise<KubeClient | undefined>>()
  const open = new Set<KubeClient>()
  const connect = (server: Server): KubeClient => {
    const client = kubeClientAt(server, options.timeoutMs)
    open.add(client)
    return client
  }

  async function api(of: Api): Promise<KubeClient | undefined> {
    const key = JSON.stringify(of)
    const known = made.get(key)
    if (known !== undefined) return known
    const asking = reach(of)
    made.set(key, asking)
    // what is not there yet is asked for again
    asking.then(
      (client) => client === undefined && made.delete(key),
      () => made.delete(key),
    )
    return asking
  }

  async function reach(of: Api): Promise<KubeClient | undefined> {
    const { name } = of
    if (of.kind === 'federation') {
      const federation = plan.fleet.federations.find((it) => it.name === name)
      return federation === undefined ? undefined : karmada(federation)
    }
    const { undeclared } = of
    if (undeclared !== undefined) return 'eksAt' in undeclared ? eks(name, undeclared.eksAt) : byContext(undeclared)
    const cluster = find.cluster(name)
    if (cluster === undefined) return undefined
    if (cluster.kind === 'eks' || cluster.kind === 'eksOutpost') return eks(name, whereOf(plan, cluster))
    const { context = name, kubeconfig } = cluster.existing ?? {}
    const byOwn = await byContext({ context, ...(kubeconfig !== undefined && { kubeconfig }) })
    return byOwn ?? byManager(cluster)
  }

  async function eks(name: string, where: Where): Promise<KubeClient | undefined> {
    const found = await described(options.aws.eks(where), name)
    const { endpoint, certificateAuthority, resourcesVpcConfig: vpc } = found ?? {}
    // one that is on its way out was emptied before, and soon answers nobody
    if (endpoint === undefined || certificateAuthority?.data === undefined || found?.status === 'DELETING')
      return undefined
    const server: Server = {
      url: endpoint,
      ca: Buffer.from(certificateAuthority.data, 'base64').toString('utf8'),
      token: () => options.aws.eksToken(where, name),
    }
    if (vpc?.endpointPublicAccess !== false) return connect(server)
    const direct = connect(server)
    if (await answers(direct)) return direct
    const round = contextNamed(kubeconfigs, name)?.server
    if (round !== undefined && round.url !== endpoint) {
      const client = connect({ ...server, url: round.url, servername: round.servername ?? new URL(endpoint).hostname })
      if (await answers(client)) return client
    }
    const host = new URL(endpoint).hostname
    throw new NotReached(
      `the API of ${name} has a private address only, and is not reached from here`,
      'run this on a machine in its network, or go through one: a context of its name in the kubeconfig names the way round',
      [
        `aws ssm start-session --region ${where.region} --target INSTANCE --document-name AWS-StartPortForwardingSessionToRemoteHost --parameters host=${host},portNumber=443,localPortNumber=8443`,
        `kubectl config set-cluster ${name} --server https://127.0.0.1:8443 --tls-server-name ${host}`,
        `kubectl config set-context ${name} --cluster ${name} --user ${name}`,
      ],
    )
  }

  async function byContext({ context: name, kubeconfig }: ContextOf): Promise<KubeClient | undefined> {
    const context = contextNamed(kubeconfig === undefined ? kubeconfigs : [kubeconfig], name)
    if (context === undefined) return undefined
    const { server, program, file } = context
    if (program !== undefined && server.token === undefined && server.certificate === undefined)
      throw new Refusal(
        'refused',
        `the context ${name} in ${file} gets its credentials from the program ${program}, which skerry does not run`,
        'give it a token or a client certificate: kubectl create token, or the kubeconfig of its admin machine',
      )
    return connect(server)
  }

  /** Of a workload cluster of EKS Anywhere, its management cluster keeps the kubeconfig: it stays in memory. */
  async function byManager({ name, eksAnywhere }: Cluster): Promise<KubeClient | undefined> {
    const manager = eksAnywhere?.managementCluster
    if (manager === undefined || manager === name || find.cluster(manager) === undefined) return undefined
    const client = await api({ kind: 'cluster', name: manager })
    const data = at(await client?.get(`/api/v1/namespaces/eksa-system/secrets/${name}-kubeconfig`), 'data', 'value')
    if (typeof data !== 'string') return undefined
    const text = Buffer.from(data, 'base64').toString('utf8')
    const server = contextIn(`the Secret ${name}-kubeconfig`, text, undefined)?.server
    return server === undefined ? undefined : connect(server)
  }

  /** The Secret names the API by a name that counts inside of the host; outside it is the load balancer's. */
  async function karmada(federation: Federation): Promise<KubeClient | undefined> {
    const host = await api({ kind: 'cluster', name: federation.host })
    const path = `/api/v1/namespaces/${systemNamespace}/secrets/karmada-kubeconfig`
    const data = at(await host?.get(path), 'data', 'kubeconfig')
    if (typeof data !== 'string') return undefined
    const inside = contextIn(
      'the Secret karmada-kubeconfig',
      Buffer.from(data, 'base64').toString('utf8'),
      undefined,
    )?.server
    if (inside === undefined) return undefined
    const round = contextNamed(kubeconfigs, federation.name)?.server
    const front = await frontOf(federation, host)
    if (round !== undefined)
      return connect({
        ...inside,
        url: round.url,
        servername: round.servername ?? front ?? new URL(inside.url).hostname,
      })
    if (front === undefined)
      throw new NotReached(
        `the API of the federation ${federation.name} has no address outside of ${federation.host}`,
        'forward a port to it; a context of the federation’s name in the kubeconfig names the way round',
        [
          `kubectl --context ${federation.host} --namespace ${systemNamespace} port-forward service/karmada-apiserver 5443`,
          `kubectl config set-cluster ${federation.name} --server https://127.0.0.1:5443`,
          `kubectl config set-context ${federation.name} --cluster ${federation.name} --user ${federation.name}`,
        ],
      )
    return connect({ ...inside, url: `https://${front}:${federation.port}` })
  }

  async function frontOf({ name, endpoint }: Federation, host: KubeClient | undefined): Promise<string | undefined> {
    if (endpoint === 'none') return undefined
    const byStack = await options.valueOf(plainName(fleetValue.federationHost(name)))
    if (byStack !== undefined) return byStack
    const service = await host?.get(`/api/v1/namespaces/${systemNamespace}/services/karmada-apiserver`)
    return addressOf(service)
  }

  return {
    api,
    close: () => {
      for (const client of open) client.close()
    },
  }
}

/** `${fleet_vpc_main}` → `fleet_vpc_main` */
export const plainName = (variable: string): string => variable.slice(2, -1)

/** The host name or address of a load balancer, as an Ingress or a Service has it. */
export function addressOf(front: KubeObject | undefined): string | undefined {
  const [first] = itemsAt(front, 'status', 'loadBalancer', 'ingress')
  const address = at(first, 'hostname') ?? at(first, 'ip')
  return typeof address === 'string' && address !== '' ? address : undefined
}

export function whereOf(plan: Plan, cluster: Cluster): Where {
  const step = stepsOf(plan).byId.get(`cluster.create/${cluster.name}`)
  return { account: step?.subject.account ?? cluster.account, region: cluster.region ?? '' }
}

async function described(client: EKSClient, name: string) {
  try {
    return (await client.send(new DescribeClusterCommand({ name }))).cluster
  } catch (error) {
    if (codeOf(error) === 'ResourceNotFoundException') return undefined
    throw awsRefusal(error, `the cluster ${name} cannot be described`)
  }
}

/** Whether there is an API at all: one that refuses is one. */
async function answers(client: KubeClient): Promise<boolean> {
  try {
    await client.get('/version')
    return true
  } catch (error) {
    return error instanceof KubeError && error.status !== 0
  }
}

/** The client of an API that must be there by now. */
export async function clientOf({ ground }: Kube, of: Api): Promise<KubeClient> {
  const client = await ground.api(of)
  if (client === undefined)
    throw new Refusal(
      'world',
      of.kind === 'cluster'
        ? `there is no way to the API of ${of.name} yet`
        : `Karmada of ${of.name} does not answer yet`,
      of.kind === 'cluster'
        ? `the context ${of.name} must be in the kubeconfig, or the cluster in its account; then run this again`
        : 'run this again when its host is well',
    )
  return client
}

export function accessWork(kube: Kube, cluster: Cluster, needs: readonly string[]): Work {
  const { ground, patience } = kube
  const of: Api = { kind: 'cluster', name: cluster.name }
  const byAws = cluster.kind === 'eks' || cluster.kind === 'eksOutpost'
  return {
    id: `access/${cluster.name}`,
    title: `Reach the API of ${cluster.name}`,
    steps: [`cluster.create/${cluster.name}`],
    needs,
    ...(cluster.region !== undefined && { at: cluster.region }),
    run: async (told: Told) => {
      try {
        const client = await asked(kube, told, `the API of ${cluster.name} is found`, () => ground.api(of))
        if (client === undefined)
          return byAws
            ? { kind: 'person', what: `EKS has no cluster ${cluster.name}`, commands: [] }
            : {
                kind: 'person',
                what: `bring the kubeconfig of ${cluster.name} here: no context of that name is in it`,
                commands: [
                  `kubectl --kubeconfig ${cluster.name}/${cluster.name}-eks-a-cluster.kubeconfig config rename-context ${cluster.name}-admin@${cluster.name} ${cluster.name}`,
                  `export KUBECONFIG=\${KUBECONFIG:-$HOME/.kube/config}:$PWD/${cluster.name}/${cluster.name}-eks-a-cluster.kubeconfig`,
                ],
              }
        await awaited(
          kube,
          told,
          {
            what: `the API of ${cluster.name} lets in who runs this`,
            seconds: patience.answerSeconds,
            next: hintFor(cluster),
          },
          async () => {
            // what everything after it does first: whoever may not do this may do nothing of it
            const namespace = await client.get('/api/v1/namespaces/kube-system')
            return namespace === undefined ? unfinished('no namespace kube-system yet') : true
          },
        )
        forgetWithdrawn(ground.folder, of)
        return { kind: 'done', changed: false }
      } catch (error) {
        if (error instanceof NotReached)
          return { kind: 'person', what: `${error.message}: ${error.hint}`, commands: error.commands }
        throw error
      }
    },
  }
}

const hintFor = ({ kind, eks, name, region }: Cluster): string =>
  kind !== 'eks'
    ? unreachedHint
    : [
        `401 or 403: only who made the cluster and those with an access entry come in (aws eks list-access-entries --region ${region} --cluster-name ${name})`,
        ...(eks?.publicAccessCidrs === undefined || eks.publicAccessCidrs.length === 0
          ? []
          : [`no answer: its public address is open to ${eks.publicAccessCidrs.join(', ')} only`]),
      ].join('; ')
