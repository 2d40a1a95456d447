// Load balancers and targets by their own API. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/

import type { Call, Handlers } from './cloud.ts'
import type { Entity } from './entities.ts'
import { AwsError } from './errors.ts'
import type { Input } from './json.ts'
import { records, text, texts } from './json.ts'
import { page } from './pages.ts'
import { listenersTo } from './resources/balancing.ts'
import { typeOf } from './resources/types.ts'

const balancer = 'AWS::ElasticLoadBalancingV2::LoadBalancer'
const targetGroup = 'AWS::ElasticLoadBalancingV2::TargetGroup'
const listener = 'AWS::ElasticLoadBalancingV2::Listener'

const listed = (call: Call, name: string, all: readonly Input[]): Input => {
  const { items, next } = page(call.cloud, all, call.input.Marker, call.input.PageSize, 400)
  return { [name]: items, ...(next !== undefined && { NextMarker: next }) }
}

function chosen(
  call: Call,
  type: string,
  { arns, names, of, code }: { arns: string; names: string; of: string; code: string },
): readonly Entity[] {
  const all = call.cloud.store.list(type, call)
  const byArn = texts(call.input[arns])
  const byName = texts(call.input[names])
  for (const arn of byArn)
    if (!all.some((it) => it.arn === arn)) throw new AwsError(code, `One or more of them not found: ${arn}`)
  for (const name of byName)
    if (!all.some((it) => it.attributes[of] === name)) throw new AwsError(code, `'[${name}]' not found`)
  return all.filter(
    (it) =>
      (byArn.length === 0 || byArn.includes(it.arn ?? '')) &&
      (byName.length === 0 || byName.includes(text(it.attributes[of]))),
  )
}

const balancerShown = (call: Call, it: Entity): Input => ({
  LoadBalancerArn: it.arn,
  LoadBalancerName: it.attributes.LoadBalancerName,
  DNSName: it.attributes.DNSName,
  CanonicalHostedZoneId: it.attributes.CanonicalHostedZoneID,
  CreatedTime: it.madeAt.toISOString(),
  Scheme: it.properties.Scheme ?? 'internet-facing',
  Type: it.properties.Type ?? 'application',
  VpcId: it.attributes.VpcId,
  State: { Code: it.status },
  AvailabilityZones: texts(it.properties.Subnets).map((SubnetId) => ({
    SubnetId,
    ZoneName: call.cloud.store.get('AWS::EC2::Subnet', SubnetId, it)?.attributes.AvailabilityZone,
  })),
  SecurityGroups: texts(it.properties.SecurityGroups),
  IpAddressType: it.properties.IpAddressType ?? 'ipv4',
})

const groupShown = (call: Call, it: Entity): Input => ({
  TargetGroupArn: it.arn,
  TargetGroupName: it.attributes.TargetGroupName,
  Protocol: it.properties.Protocol,
  Port: it.properties.Port,
  VpcId: it.properties.VpcId,
  TargetType: it.properties.TargetType ?? 'instance',
  HealthCheckProtocol: it.properties.HealthCheckProtocol ?? it.properties.Protocol,
  HealthCheckPath: it.properties.HealthCheckPath,
  HealthCheckEnabled: true,
  LoadBalancerArns: [...new Set(listenersTo(call.cloud, it.id, it).map((one) => text(one.properties.LoadBalancerArn)))],
})

/** Those registered, and the machines of the groups that are attached. */
function targetsOf(call: Call, group: Entity): readonly Input[] {
  const attached = call.cloud.store
    .list('AWS::AutoScaling::AutoScalingGroup', group)
    .filter((it) => texts(it.attributes.TrafficSources).includes(group.id))
    .map(({ id }) => id)
  const machines = call.cloud.store
    .list('AWS::EC2::Instance', group)
    .filter((it) => attached.includes(it.of ?? '') && it.status !== 'shutting-down')
  const unwell = texts(group.attributes.Unhealthy)
  const health = (id: string, isUp: boolean): Input =>
    unwell.includes(id) || unwell.includes('*')
      ? { State: 'unhealthy', Reason: 'Target.FailedHealthChecks', Description: 'Health checks failed' }
      : isUp
        ? { State: 'healthy' }
        : { State: 'initial', Reason: 'Elb.RegistrationInProgress' }
  return [
    ...records(group.attributes.Targets).map((it) => ({
      Target: it,
      HealthCheckPort: text(it.Port),
      TargetHealth: health(text(it.Id), true),
    })),
    ...machines.map((it) => ({
      Target: { Id: it.id, Port: group.properties.Port },
      HealthCheckPort: text(group.properties.Port),
      TargetHealth: health(it.id, it.status === 'running'),
    })),
  ]
}

function groupOf(call: Call): Entity {
  const found = call.cloud.store.get(targetGroup, text(call.input.TargetGroupArn), call)
  if (found === undefined) throw new AwsError('TargetGroupNotFound', 'One or more target groups not found')
  return found
}

async function remove(call: Call, type: string, arn: string): Promise<Input> {
  const found = call.cloud.store.get(type, arn, call)
  // deleting what is not there succeeds
  if (found === undefined) return {}
  await typeOf(type)?.unmake?.(found, call.cloud)
  call.cloud.store.remove(found)
  return {}
}

export const balancingActions: Handlers = {
  DescribeLoadBalancers: (call) =>
    listed(
      call,
      'LoadBalancers',
      chosen(call, balancer, {
        arns: 'LoadBalancerArns',
        names: 'Names',
        of: 'LoadBalancerName',
        code: 'LoadBalancerNotFound',
      }).map((it) => balancerShown(call, it)),
    ),
  DescribeTargetGroups: (call) => {
    const of = text(call.input.LoadBalancerArn)
    const all = chosen(call, targetGroup, {
      arns: 'TargetGroupArns',
      names: 'Names',
      of: 'TargetGroupName',
      code: 'TargetGroupNotFound',
    }).map((it) => groupShown(call, it))
    return listed(
      call,
      'TargetGroups',
      all.filter((it) => of === '' || texts(it.LoadBalancerArns).includes(of)),
    )
  },
  DescribeListeners: (call) => {
    const of = text(call.input.LoadBalancerArn)
    if (of !== '' && call.cloud.store.get(balancer, of, call) === undefined)
      throw new AwsError('LoadBalancerNotFound', `'[${of}]' not found`)
    return listed(
      call,
      'Listeners',
      call.cloud.store
        .list(listener, call)
        .filter((it) => of === '' || it.properties.LoadBalancerArn === of)
        .map((it) => ({
          ListenerArn: it.arn,
          LoadBalancerArn: it.properties.LoadBalancerArn,
          Port: it.properties.Port,
          Protocol: it.properties.Protocol,
          DefaultActions: it.properties.DefaultActions,
        })),
    )
  },
  DescribeTargetHealth: (call) => ({ TargetHealthDescriptions: targetsOf(call, groupOf(call)) }),
  DescribeTags: (call) => ({
    TagDescriptions: texts(call.input.ResourceArns).map((arn) => {
      const found = call.cloud.store.byArn(arn)
      if (found === undefined) throw new AwsError('LoadBalancerNotFound', `'[${arn}]' not found`)
      return { ResourceArn: arn, Tags: Object.entries(found.tags).map(([Key, Value]) => ({ Key, Value })) }
    }),
  }),
  RegisterTargets: (call) => {
    const group = groupOf(call)
    group.attributes = {
      ...group.attributes,
      Targets: [...records(group.attributes.Targets), ...records(call.input.Targets)],
    }
    return {}
  },
  DeregisterTargets: (call) => {
    const group = groupOf(call)
    const dropped = records(call.input.Targets).map((it) => text(it.Id))
    group.attributes = {
      ...group.attributes,
      Targets: records(group.attributes.Targets).filter((it) => !dropped.includes(text(it.Id))),
    }
    return {}
  },
  DeleteLoadBalancer: (call) => remove(call, balancer, text(call.input.LoadBalancerArn)),
  DeleteTargetGroup: (call) => remove(call, targetGroup, text(call.input.TargetGroupArn)),
  DeleteListener: (call) => remove(call, listener, text(call.input.ListenerArn)),
}
