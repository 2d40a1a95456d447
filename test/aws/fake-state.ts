// What tests see of the fake cloud and change in it by hand, without the API: what stands, what a person or a controller did.

import type { Cloud } from './cloud.ts'
import type { Stack } from './cloudformation/stack.ts'
import { terminate } from './ec2-instances.ts'
import type { Entity, Place } from './entities.ts'
import type { Input } from './json.ts'
import { isRecord } from './json.ts'
import type { FakeMachine } from './kubernetes.ts'
import { machinesOf, tellWaiting } from './resources/machines-of.ts'
import { make } from './resources/resource-type.ts'
import { typeOf } from './resources/types.ts'

export interface AddedBalancer extends Partial<Place> {
  readonly name: string
  readonly type?: 'application' | 'network'
  readonly scheme?: 'internet-facing' | 'internal'
  readonly subnets: readonly string[]
  readonly securityGroups?: readonly string[]
  readonly tags?: Readonly<Record<string, string>>
  /** A listener for each, with a target group of its own. */
  readonly ports?: readonly number[]
  readonly targets?: readonly { readonly id: string; readonly port?: number }[]
  /** In a Wavelength Zone: has addresses of the carrier. */
  readonly isCarrier?: boolean
}

export interface FakeState {
  /** All that stands now; of one type where it is named. */
  readonly resources: (type?: string) => readonly Entity[]
  readonly resource: (id: string) => Entity | undefined
  readonly stacks: () => readonly Stack[]
  readonly stack: (name: string, place?: Partial<Place>) => Stack | undefined
  /** Nothing goes on any more. */
  readonly settled: () => Promise<void>
  /** A change by hand: properties as CloudFormation names them, nested records merged. */
  readonly change: (id: string, properties: Input) => Entity
  /** Gone by hand, without a look at what needs it. */
  readonly remove: (id: string) => void
  /** Makes a thing as its own API would, with its refusals; a VPC, a subnet or a hosted zone with an id that is given. */
  readonly add: (type: string, properties: Input, at?: Partial<Place> & { readonly id?: string }) => Promise<Entity>
  /** What a load balancer controller makes in a cluster. */
  readonly addLoadBalancer: (balancer: AddedBalancer) => Promise<{
    readonly arn: string
    readonly dnsName: string
    readonly zoneId: string
    readonly targetGroups: readonly string[]
  }>
  readonly machines: (cluster: string, place?: Partial<Place>) => readonly FakeMachine[]
  readonly terminate: (instanceId: string) => void
  /** What GetHealthCheckStatus says from now on. */
  readonly setHealth: (healthCheckId: string, isHealthy: boolean) => void
  readonly optIn: (group: string) => void
  readonly bucket: (name: string) => void
  /** Credentials of their own: of an account, and until when. */
  readonly addKey: (
    accessKeyId: string,
    key: { readonly account: string; readonly arn?: string; readonly secret?: string; readonly expiresAt?: Date },
  ) => void
  /** That role may not be assumed. */
  readonly forbidRole: (arn: string) => void
}

export function stateOf(cloud: Cloud): FakeState {
  const place = (given: Partial<Place> = {}): Place => ({
    account: given.account ?? cloud.account,
    region: given.region ?? cloud.options.region ?? 'us-west-2',
  })
  const resource = (id: string): Entity | undefined => cloud.store.all().find((it) => it.id === id || it.arn === id)
  const must = (id: string): Entity => {
    const found = resource(id)
    if (found === undefined) throw new Error(`the fake cloud has no ${id}`)
    return found
  }
  const add: FakeState['add'] = async (type, properties, at) => {
    const kind = typeOf(type)
    if (kind === undefined) throw new Error(`the fake does not model ${type}`)
    return make(kind, {
      cloud,
      type,
      properties,
      ...place(at),
      ...(at?.id !== undefined && { id: at.id }),
      nameFor: () => `hand-made-${cloud.store.unique(8)}`,
    })
  }
  return {
    resources: (type) => cloud.store.all().filter((it) => type === undefined || it.type === type),
    resource,
    stacks: () => cloud.stacks,
    stack: (name, at) =>
      cloud.stacks.find(
        (it) =>
          it.name === name &&
          it.status !== 'DELETE_COMPLETE' &&
          (at?.region === undefined || it.region === at.region) &&
          (at?.account === undefined || it.account === at.account),
      ),
    settled: async () => {
      while (cloud.isBusy) await cloud.pause(1)
    },
    change: (id, properties) => {
      const found = must(id)
      found.properties = merged(found.properties, properties)
      tellWaiting(cloud, found)
      return found
    },
    remove: (id) => cloud.store.remove(must(id)),
    add,
    addLoadBalancer: async ({
      name,
      type = 'application',
      scheme = 'internet-facing',
      subnets,
      securityGroups = [],
      tags = {},
      ports = [80],
      targets = [],
      isCarrier = false,
      ...at
    }) => {
      const balancer = await add(
        'AWS::ElasticLoadBalancingV2::LoadBalancer',
        {
          Name: name,
          Type: type,
          Scheme: scheme,
          Subnets: subnets,
          SecurityGroups: securityGroups,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        },
        at,
      )
      if (isCarrier)
        balancer.attributes = {
          ...balancer.attributes,
          CarrierIps: subnets.map((_, index) => `155.146.0.${index + 1}`),
        }
      const vpc = balancer.attributes.VpcId
      const targetGroups: string[] = []
      for (const port of ports) {
        const group = await add(
          'AWS::ElasticLoadBalancingV2::TargetGroup',
          {
            Name: `${name.slice(0, 20)}-${port}`,
            Protocol: type === 'network' ? 'TCP' : 'HTTP',
            Port: port,
            VpcId: vpc ?? '',
            TargetType: 'ip',
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          },
          at,
        )
        group.attributes = { ...group.attributes, Targets: targets.map((it) => ({ Id: it.id, Port: it.port ?? port })) }
        targetGroups.push(group.id)
        await add(
          'AWS::ElasticLoadBalancingV2::Listener',
          {
            LoadBalancerArn: balancer.id,
            Port: port,
            Protocol: type === 'network' ? 'TCP' : 'HTTP',
            DefaultActions: [{ Type: 'forward', TargetGroupArn: group.id }],
          },
          at,
        )
      }
      return {
        arn: balancer.id,
        dnsName: String(balancer.attributes.DNSName),
        zoneId: String(balancer.attributes.CanonicalHostedZoneID),
        targetGroups,
      }
    },
    machines: (cluster, at) => {
      const found = cloud.store.get('AWS::EKS::Cluster', cluster, place(at))
      return found === undefined ? [] : machinesOf(cloud, found)
    },
    terminate: (id) => terminate(cloud, must(id)),
    setHealth: (id, isHealthy) => {
      const found = must(id)
      found.attributes = { ...found.attributes, Unhealthy: !isHealthy }
    },
    optIn: (group) => void cloud.optIns.set(`${cloud.account}/${group}`, 'opted-in'),
    bucket: (name) => void cloud.buckets.set(name, cloud.buckets.get(name) ?? new Map()),
    addKey: (id, { account, arn = `arn:aws:iam::${account}:user/somebody`, secret = 'secret', expiresAt }) =>
      void cloud.keys.set(id, { account, arn, secret, ...(expiresAt !== undefined && { expiresAt }) }),
    forbidRole: (arn) => void cloud.unassumable.add(arn),
  }
}

const merged = (before: Input, after: Input): Input => ({
  ...before,
  ...Object.fromEntries(
    Object.entries(after).map(([key, value]) => [
      key,
      isRecord(value) && isRecord(before[key]) ? merged(before[key], value) : value,
    ]),
  ),
})
