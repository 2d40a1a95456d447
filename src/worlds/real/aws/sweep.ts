// What is still there after everything was taken away: by the tag of the fleet, by the tags that EKS and the load balancer controller put
// on what they make, and by service where no tag is. It only names; deleting is a person's.

import {
  DescribeAddressesCommand,
  paginateDescribeNetworkInterfaces,
  paginateDescribeVolumes,
} from '@aws-sdk/client-ec2'
import {
  DescribeTagsCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { paginateGetResources } from '@aws-sdk/client-resource-groups-tagging-api'
import { partitionOf } from '../../../artefacts/partition.ts'
import type { Fleet } from '../../../model/fleet.ts'
import type { Aws, Where } from './clients.ts'
import { awsRefusal, codeOf, concernsAll } from './errors.ts'
import { placeKey, placesOf } from './fleet-accounts.ts'
import { stacksIn } from './preflight/names.ts'
import type { Priced } from './prices.ts'
import { dollarsPerDay } from './prices.ts'
import { fleetTag } from './stacks.ts'
import { stillThere } from './still-there.ts'

export interface Left {
  readonly kind: string
  readonly id: string
  readonly region: string
  readonly dollarsPerDay: number
  /** What takes it away. */
  readonly command: string
  /** Where it stays on purpose. */
  readonly why?: string
}

export interface Swept {
  readonly left: readonly Left[]
  /** What could not be looked at, one sentence each: nobody may take it for clean. */
  readonly unseen: readonly string[]
}

/** `clusters`: beside those of the fleet, by their names. What has no Region is listed in one of its own, and by its tag only. */
export async function sweep(
  aws: Aws,
  fleet: Fleet,
  places: readonly Where[],
  clusters: readonly string[] = [],
): Promise<Swept> {
  const whose: Whose = { fleet: fleet.name, clusters: [...fleet.clusters.map(({ name }) => name), ...clusters] }
  const left = new Map<string, Left>()
  const unseen: string[] = []
  const known = new Set(places.map(placeKey))
  const open = places.filter(({ region }) => partitionOf(region) === 'aws')
  const global = placesOf(open.map((at) => ({ ...at, region: globalRegion }))).filter((at) => !known.has(placeKey(at)))
  await Promise.all(
    [...places, ...global].flatMap((at) =>
      (known.has(placeKey(at)) ? looks : [byTag]).map(async ({ words, look }) => {
        try {
          for (const one of await look(aws, whose, at)) left.set(`${at.region} ${one.id}`, one)
        } catch (error) {
          if (concernsAll(error)) throw awsRefusal(error, `what is left in ${at.region} cannot be looked for`)
          unseen.push(`${words} in ${at.region} could not be looked for (${codeOf(error)})`)
        }
      }),
    ),
  )
  return {
    left: [...left.values()].sort((a, b) => b.dollarsPerDay - a.dollarsPerDay || (a.id < b.id ? -1 : 1)),
    unseen: [...new Set(unseen)].sort(),
  }
}

/** Where the tags of Route 53 are. */
const globalRegion = 'us-east-1'

interface Look {
  readonly words: string
  readonly look: (aws: Aws, whose: Whose, at: Where) => Promise<readonly Left[]>
}

interface Whose {
  readonly fleet: string
  readonly clusters: readonly string[]
}

const clusterTags = ({ clusters }: Whose): ReadonlySet<string> =>
  new Set(
    clusters.flatMap((name) => [
      `kubernetes.io/cluster/${name}=owned`,
      `elbv2.k8s.aws/cluster=${name}`,
      `eks:cluster-name=${name}`,
      `aws:eks:cluster-name=${name}`,
    ]),
  )

type Tag = { readonly Key?: string | undefined; readonly Value?: string | undefined }

const isOurs = (whose: Whose, tags: readonly Tag[] = []): boolean => {
  const own = clusterTags(whose)
  return tags.some(
    ({ Key = '', Value = '' }) => (Key === fleetTag && Value === whose.fleet) || own.has(`${Key}=${Value}`),
  )
}

const byTag: Look = {
  words: 'whatever carries the tag of the fleet',
  look: async (aws, whose, at) => {
    const found: Left[] = []
    const TagFilters = [{ Key: fleetTag, Values: [whose.fleet] }]
    for await (const page of paginateGetResources({ client: aws.tagging(at) }, { TagFilters }))
      for (const { ResourceARN: arn = '' } of page.ResourceTagMappingList ?? []) {
        const one = byArn(arn, at.region)
        if (one !== undefined) found.push(one)
      }
    return stillThere(aws, at, found)
  },
}

const looks: readonly Look[] = [
  byTag,
  {
    words: 'stacks',
    look: async (aws, whose, at) =>
      (await stacksIn(aws, at))
        .filter(({ fleet: owner }) => owner === whose.fleet)
        .map(({ name, status }) => ({
          ...{ kind: `stack (${status})`, id: name, region: at.region, dollarsPerDay: 0 },
          command: `aws cloudformation delete-stack --region ${at.region} --stack-name ${name}`,
        })),
  },
  {
    words: 'network interfaces',
    look: async ({ ec2 }, whose, at) => {
      const found: Left[] = []
      const free = [{ Name: 'status', Values: ['available'] }]
      for await (const page of paginateDescribeNetworkInterfaces({ client: ec2(at) }, { Filters: free }))
        for (const { NetworkInterfaceId: id = '', TagSet, Description } of page.NetworkInterfaces ?? [])
          if (isOurs(whose, TagSet))
            found.push({
              ...{
                kind: `network interface${Description === undefined || Description === '' ? '' : ` (${Description})`}`,
                id,
                region: at.region,
              },
              dollarsPerDay: 0,
              command: `aws ec2 delete-network-interface --region ${at.region} --network-interface-id ${id}`,
            })
      return found
    },
  },
  {
    words: 'volumes',
    look: async ({ ec2 }, whose, at) => {
      const found: Left[] = []
      for await (const page of paginateDescribeVolumes({ client: ec2(at) }, {}))
        for (const { VolumeId: id = '', Tags, Size = 0 } of page.Volumes ?? [])
          if (isOurs(whose, Tags))
            found.push({
              ...{
                kind: `volume of ${Size} GiB`,
                id,
                region: at.region,
                dollarsPerDay: dollarsPerDay('volumeGibibyte', Size),
              },
              command: `aws ec2 delete-volume --region ${at.region} --volume-id ${id}`,
            })
      return found
    },
  },
  {
    words: 'addresses',
    look: async ({ ec2 }, whose, at) => {
      const { Addresses = [] } = await ec2(at).send(new DescribeAddressesCommand({}))
      return Addresses.filter(({ Tags }) => isOurs(whose, Tags)).map(
        ({ AllocationId: id = '', PublicIp, CarrierIp }) => ({
          ...{
            kind: `address ${CarrierIp ?? PublicIp ?? ''}`,
            id,
            region: at.region,
            dollarsPerDay: dollarsPerDay('address'),
          },
          command: `aws ec2 release-address --region ${at.region} --allocation-id ${id}`,
        }),
      )
    },
  },
  {
    words: 'load balancers',
    look: async ({ balancing }, whose, at) => {
      const client = balancing(at)
      const arns: string[] = []
      for await (const page of paginateDescribeLoadBalancers({ client }, {}))
        arns.push(...(page.LoadBalancers ?? []).map(({ LoadBalancerArn = '' }) => LoadBalancerArn))
      for await (const page of paginateDescribeTargetGroups({ client }, {}))
        arns.push(...(page.TargetGroups ?? []).map(({ TargetGroupArn = '' }) => TargetGroupArn))
      const found: Left[] = []
      // twenty at once is what DescribeTags takes
      for (let from = 0; from < arns.length; from += 20) {
        const { TagDescriptions = [] } = await client.send(
          new DescribeTagsCommand({ ResourceArns: arns.slice(from, from + 20) }),
        )
        for (const { ResourceArn: id = '', Tags } of TagDescriptions)
          if (isOurs(whose, Tags)) found.push(balancingPart(id, at.region))
      }
      return found
    },
  },
]

const kinds: readonly (readonly [RegExp, string, Priced, (id: string, region: string) => string])[] = [
  [
    /:natgateway\/(.+)$/,
    'NAT gateway',
    'natGateway',
    (id, region) => `aws ec2 delete-nat-gateway --region ${region} --nat-gateway-id ${id}`,
  ],
  [
    /:vpc-endpoint\/(.+)$/,
    'endpoint',
    'endpoint',
    (id, region) => `aws ec2 delete-vpc-endpoints --region ${region} --vpc-endpoint-ids ${id}`,
  ],
  [
    /:eks:[^:]*:[^:]*:cluster\/(.+)$/,
    'EKS cluster',
    'cluster',
    (id, region) => `aws eks delete-cluster --region ${region} --name ${id}`,
  ],
  [/:hostedzone\/(.+)$/, 'hosted zone', 'hostedZone', (id) => `aws route53 delete-hosted-zone --id ${id}`],
  [
    /:healthcheck\/(.+)$/,
    'health check',
    'healthCheck',
    (id) => `aws route53 delete-health-check --health-check-id ${id}`,
  ],
  [
    /:instance\/(.+)$/,
    'instance',
    'instance',
    (id, region) => `aws ec2 terminate-instances --region ${region} --instance-ids ${id}`,
  ],
  [/:vpc\/(.+)$/, 'VPC', 'free', (id, region) => `aws ec2 delete-vpc --region ${region} --vpc-id ${id}`],
  [/:subnet\/(.+)$/, 'subnet', 'free', (id, region) => `aws ec2 delete-subnet --region ${region} --subnet-id ${id}`],
  [
    /:security-group\/(.+)$/,
    'security group',
    'free',
    (id, region) => `aws ec2 delete-security-group --region ${region} --group-id ${id}`,
  ],
  [
    /:log-group:(.+?)(?::\*)?$/,
    'log group',
    'free',
    (id, region) => `aws logs delete-log-group --region ${region} --log-group-name ${id}`,
  ],
]

const balancingPart = (id: string, region: string): Left =>
  id.includes(':targetgroup/')
    ? {
        ...{ kind: 'target group', id, region, dollarsPerDay: 0 },
        command: `aws elbv2 delete-target-group --region ${region} --target-group-arn ${id}`,
      }
    : {
        ...{ kind: 'load balancer', id, region, dollarsPerDay: dollarsPerDay('loadBalancer') },
        command: `aws elbv2 delete-load-balancer --region ${region} --load-balancer-arn ${id}`,
      }

/** What a look of its own names better is left to it; the tags of some things outlive them, and those are no news. */
function byArn(arn: string, region: string): Left | undefined {
  if (/:(?:network-interface|volume|elastic-ip|stack|loadbalancer|targetgroup|listener)[/:]/.test(arn)) return undefined
  for (const [pattern, kind, priced, command] of kinds) {
    const id = pattern.exec(arn)?.[1]
    if (id !== undefined)
      return { kind, id, region, dollarsPerDay: dollarsPerDay(priced), command: command(id, region) }
  }
  return { kind: arn.split(':')[2] ?? 'resource', id: arn, region, dollarsPerDay: 0, command: `look at ${arn}` }
}
