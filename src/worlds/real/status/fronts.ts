// The front doors: the load balancer of each copy and how many of its targets it calls healthy. It is known by the Ingress or Service in
// front of the copy, and where that cluster is not heard of, by the record that leads to it.

import type { LoadBalancer } from '@aws-sdk/client-elastic-load-balancing-v2'
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { objectsOf, placementOf } from '../../../artefacts/workloads/copies.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Age } from '../../kube/heard.ts'
import type { Standing } from '../../kube/standing.ts'
import type { Where } from '../aws/clients.ts'
import type { Asking, Said } from './asking.ts'
import { answerOf, remembered, whereOfCluster } from './asking.ts'
import type { ClusterSaid } from './clusters.ts'

export interface FrontStatus extends Age {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly state: Standing
  /** Its DNS name; undefined: there is none yet. */
  readonly name: string | undefined
  readonly targets: number
  readonly healthy: number
  /** What the balancer says of the first target that is not healthy. */
  readonly why: string | undefined
}

interface Door {
  readonly app: string
  readonly site: string
  readonly cluster: string
}

/** Names of load balancers as records have them, by app and site. */
export type Recorded = ReadonlyMap<string, string>

export const frontKey = ({ app, site }: Pick<Door, 'app' | 'site'>): string => `${app}/${site}`

export async function frontStatuses(
  asking: Asking,
  clusters: readonly ClusterSaid[],
  recorded: Recorded,
): Promise<readonly FrontStatus[]> {
  const { plan } = asking.ground
  const find = lookup(plan.fleet)
  const doors = plan.placement
    .filter(({ app, replicas }) => find.app(app)?.expose !== undefined && replicas >= 0)
    .filter((row, index, all) => all.findIndex((one) => frontKey(one) === frontKey(row)) === index)
  const listed = new Map<string, Promise<Said<readonly LoadBalancer[]>>>()
  const statuses = await Promise.all(
    doors.map(async (row): Promise<FrontStatus | undefined> => {
      const { app: appName, site, cluster } = row
      const app = find.app(appName)
      const placement = app && placementOf(app, row)
      const where = whereOfCluster(plan, cluster)
      if (app === undefined || placement === undefined || where === undefined) return undefined
      const { ingress, service } = objectsOf(app, placement)
      const said = clusters.find(({ status }) => status.name === cluster)
      const fronts = said?.api?.fronts ?? {}
      const names = [ingress, service?.metadata.name].flatMap((name) => fronts[`${row.namespace}/${name ?? ''}`] ?? [])
      // a record stands in for a cluster that is silent, not for one that says there is none
      const isUnknown = said?.heard !== true || (ingress === undefined && service === undefined)
      const name = (names[0] ?? (isUnknown ? recorded.get(frontKey(row)) : undefined))?.replace(/\.$/, '')
      // by an address on premises, or as something of the site itself
      if (name === undefined && row.federation !== undefined && row.replicas === 0) return undefined
      return frontStatus(asking, { app: appName, site, cluster }, where, name, listed)
    }),
  )
  return statuses.filter((status) => status !== undefined)
}

async function frontStatus(
  asking: Asking,
  door: Door,
  where: Where,
  name: string | undefined,
  listed: Map<string, Promise<Said<readonly LoadBalancer[]>>>,
): Promise<FrontStatus> {
  const client = asking.ground.aws.balancing(where)
  const key = `${where.account ?? ''} ${where.region}`
  const all =
    listed.get(key) ??
    answerOf(asking, `the load balancers in ${where.region} cannot be listed`, async (abortSignal) => {
      const found: LoadBalancer[] = []
      for (let marker: string | undefined, first = true; first || marker !== undefined; first = false) {
        const page = await client.send(
          new DescribeLoadBalancersCommand({ ...(marker !== undefined && { Marker: marker }) }),
          { abortSignal },
        )
        found.push(...(page.LoadBalancers ?? []))
        marker = page.NextMarker
      }
      return found
    })
  listed.set(key, all)
  const balancers = await all
  const nothing = { ...door, name, targets: 0, healthy: 0 }
  const balancer =
    balancers.kind === 'silent'
      ? undefined
      : balancers.value.find(({ DNSName }) => name !== undefined && sameName(DNSName, name))
  if (balancers.kind === 'said' && balancer === undefined)
    return {
      ...nothing,
      state: 'behind',
      ...{ since: undefined, seconds: undefined },
      why: name === undefined ? 'its load balancer has no address yet' : `there is no load balancer ${name}`,
    }
  const said: Said<{ readonly targets: number; readonly healthy: number; readonly why: string | undefined }> =
    balancers.kind === 'silent'
      ? balancers
      : await answerOf(asking, `the targets of ${name} cannot be described`, async (abortSignal) => {
          const { TargetGroups = [] } = await client.send(
            new DescribeTargetGroupsCommand({ LoadBalancerArn: balancer?.LoadBalancerArn }),
            { abortSignal },
          )
          const health = await Promise.all(
            TargetGroups.map(
              async ({ TargetGroupArn }) =>
                (await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }), { abortSignal }))
                  .TargetHealthDescriptions ?? [],
            ),
          )
          const targets = health.flat()
          const bad = targets.find(({ TargetHealth }) => TargetHealth?.State !== 'healthy')?.TargetHealth
          return {
            targets: targets.length,
            healthy: targets.filter(({ TargetHealth }) => TargetHealth?.State === 'healthy').length,
            why: bad && [bad.State, bad.Reason, bad.Description].filter(Boolean).join(', '),
          }
        })
  const { value, age, heard, why } = remembered(asking, `front/${frontKey(door)}`, said)
  return {
    ...nothing,
    ...value,
    ...age,
    state: !heard
      ? 'notHeardOf'
      : value !== undefined && value.healthy > 0 && value.healthy === value.targets
        ? 'asWanted'
        : 'behind',
    why: heard ? value?.why : why,
  }
}

/** Records of load balancers carry a prefix of their own, and a dot at the end. */
export const sameName = (one: string | undefined, other: string): boolean =>
  one !== undefined && bare(one) === bare(other)

const bare = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^dualstack\./, '')
