// What stacks of names and of alarms are told: the load balancers that a controller made in the clusters, found by the host name that the
// Ingress, or the Service, of each copy has.

import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import { DescribeTargetGroupsCommand, paginateDescribeLoadBalancers } from '@aws-sdk/client-elastic-load-balancing-v2'
import { logical } from '../../../artefacts/cloudformation/names.ts'
import { dnsRecords } from '../../../artefacts/dns/index.ts'
import { objectsOf } from '../../../artefacts/workloads/copies.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Ground } from '../ground.ts'
import type { Told } from '../work.ts'
import { pollMilliseconds } from './change-set.ts'
import type { Where } from './clients.ts'
import { awsRefusal } from './errors.ts'

export interface Front {
  readonly app: string
  readonly site: string
}

type Attribute = 'DNSName' | 'CanonicalHostedZoneID' | 'LoadBalancerFullName' | 'TargetGroupFullName' | 'Address'

/** A parameter of such a stack, by its name. */
export type RouteParameters = ReadonlyMap<string, Front & { readonly attribute: Attribute }>

export function routeParameters(plan: Plan): RouteParameters {
  const found = new Map<string, Front & { readonly attribute: Attribute }>()
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { ref, app, site, attribute = 'Address' } = value as Partial<Front> & { ref?: string; attribute?: Attribute }
    if ((ref === 'loadBalancer' || ref === 'address') && app !== undefined && site !== undefined)
      found.set(logical(app, site, attribute), { app, site, attribute })
    else for (const part of Object.values(value)) walk(part)
  }
  const { alarms, healthChecks, recordSets } = dnsRecords(plan)
  for (const { Properties } of [...alarms, ...healthChecks, ...recordSets]) walk(Properties)
  return found
}

export const frontsOf = (parameters: readonly string[], known: RouteParameters): readonly Front[] => [
  ...new Map(
    parameters.flatMap((name) => {
      const it = known.get(name)
      return it === undefined ? [] : [[`${it.app}/${it.site}`, { app: it.app, site: it.site }] as const]
    }),
  ).values(),
]

/** Waits until every load balancer has a name; ten minutes is twice what a slow one takes. */
const waitedSeconds = 600

export async function valuesOfFronts(
  ground: Ground,
  names: readonly string[],
  known: RouteParameters,
  told: Told,
): Promise<Readonly<Record<string, string>>> {
  const values: Record<string, string> = {}
  for (const front of frontsOf(names, known)) {
    const of = names.filter((name) => known.get(name)?.app === front.app && known.get(name)?.site === front.site)
    const wanted = new Map(of.map((name) => [known.get(name)?.attribute, name]))
    const { host, where } = await hostOf(ground, front, told)
    const put = (attribute: Attribute, value: string): void => {
      const name = wanted.get(attribute)
      if (name !== undefined) values[name] = value
    }
    put('Address', host)
    put('DNSName', host)
    if (![...wanted.keys()].some((it) => it !== 'Address' && it !== 'DNSName')) continue
    const balancer = await balancerOf(ground, where, host, told)
    put('CanonicalHostedZoneID', balancer.CanonicalHostedZoneId ?? '')
    put('LoadBalancerFullName', (balancer.LoadBalancerArn ?? '').split(':loadbalancer/')[1] ?? '')
    if (wanted.has('TargetGroupFullName')) put('TargetGroupFullName', await targetGroupOf(ground, where, balancer))
  }
  return values
}

async function hostOf(
  ground: Ground,
  { app, site }: Front,
  told: Told,
): Promise<{ readonly host: string; readonly where: Where }> {
  const { plan, now, pause } = ground
  const find = lookup(plan.fleet)
  const placed = plan.placement.find((it) => it.app === app && it.site === site)
  const cluster = find.cluster(placed?.cluster ?? find.site(site)?.cluster)
  const where = { account: cluster?.account ?? find.network(cluster?.network)?.account, region: cluster?.region ?? '' }
  const declared = find.app(app)
  const placement = declared?.placement.find((it) => it.site === site || it.federation !== undefined)
  const own = declared && placement && objectsOf(declared, placement)
  // others may share its namespace: nobody is sent to their load balancers
  const names = [own?.ingress, own?.service?.metadata.name].filter((name) => name !== undefined)
  const namespace = placed?.namespace ?? placement?.namespace ?? app
  const deadline = now().getTime() + waitedSeconds * 1000
  for (;;) {
    const client = cluster === undefined ? undefined : await ground.api({ kind: 'cluster', name: cluster.name })
    const host = client === undefined ? undefined : await addressIn(client, namespace, names)
    if (host !== undefined) return { host, where }
    if (told.signal.aborted || now().getTime() > deadline)
      throw new Refusal(
        'world',
        `the load balancer of ${app} at ${site} has no name yet: neither an Ingress nor a Service of type LoadBalancer in ${namespace} of ${cluster?.name ?? site} has an address`,
        `kubectl --context ${cluster?.name ?? site} --namespace ${namespace} describe ingress,service says why; then run this again`,
      )
    told.observe(`no address yet of ${app} at ${site}`)
    await pause(pollMilliseconds, told.signal)
  }
}

interface List {
  readonly items?: readonly KubeObject[]
}

/** `names`: of its Ingress and its Service; none where a chart brings them. */
async function addressIn(client: KubeClient, namespace: string, names: readonly string[]): Promise<string | undefined> {
  const ingresses = await client.get<List>(`/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`)
  const services = await client.get<List>(`/api/v1/namespaces/${namespace}/services`)
  for (const front of [...(ingresses?.items ?? []), ...(services?.items ?? [])]) {
    if (names.length > 0 && !names.includes(front.metadata.name)) continue
    const status = front.status as { loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] } } | undefined
    const first = status?.loadBalancer?.ingress?.[0]
    const address = first?.hostname ?? first?.ip
    if (address !== undefined && address !== '') return address
  }
  return undefined
}

async function balancerOf({ aws, pause }: Ground, at: Where, host: string, told: Told): Promise<LoadBalancer> {
  for (let tries = 0; ; tries++) {
    try {
      for await (const page of paginateDescribeLoadBalancers({ client: aws.balancing(at) }, {}))
        for (const balancer of page.LoadBalancers ?? [])
          if (balancer.DNSName?.toLowerCase() === host.toLowerCase()) return balancer
    } catch (error) {
      throw awsRefusal(error, `the load balancers in ${at.region} cannot be listed`)
    }
    if (tries > 20 || told.signal.aborted)
      throw new Refusal(
        'world',
        `no load balancer in ${at.region} has the name ${host}`,
        'the Ingress may name one that is gone: delete its status by restarting the load balancer controller, then run this again',
      )
    await pause(pollMilliseconds, told.signal)
  }
}

async function targetGroupOf({ aws }: Ground, at: Where, { LoadBalancerArn }: LoadBalancer): Promise<string> {
  try {
    const { TargetGroups = [] } = await aws
      .balancing(at)
      .send(new DescribeTargetGroupsCommand({ ...(LoadBalancerArn !== undefined && { LoadBalancerArn }) }))
    return (TargetGroups[0]?.TargetGroupArn ?? '').split(':').at(-1) ?? ''
  } catch (error) {
    throw awsRefusal(error, 'the target groups of a load balancer cannot be listed')
  }
}
