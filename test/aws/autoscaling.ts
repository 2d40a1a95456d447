// Auto Scaling groups by their own API. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/

import type { Call, Handlers } from './cloud.ts'
import { terminate } from './ec2-instances.ts'
import type { Entity } from './entities.ts'
import { validation } from './errors.ts'
import type { Input } from './json.ts'
import { isTrue, record, records, text, texts } from './json.ts'
import { page } from './pages.ts'
import { settle } from './resources/auto-scaling.ts'

const type = 'AWS::AutoScaling::AutoScalingGroup'

function groupOf(call: Call): Entity {
  const name = text(call.input.AutoScalingGroupName)
  const found = call.cloud.store.get(type, name, call)
  if (found === undefined)
    throw validation(`AutoScalingGroup name not found - AutoScalingGroup with name ${name} not found`)
  return found
}

const machinesOf = (call: Call, group: Entity): readonly Entity[] =>
  call.cloud.store.list('AWS::EC2::Instance', group).filter((it) => it.of === group.id && it.status !== 'shutting-down')
const sources = (it: Entity): string[] => texts(it.attributes.TrafficSources)

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html */
const allProcesses = [
  'Launch',
  'Terminate',
  'AddToLoadBalancer',
  'AlarmNotification',
  'AZRebalance',
  'HealthCheck',
  'InstanceRefresh',
  'ReplaceUnhealthy',
  'ScheduledActions',
]
const processesOf = (call: Call): readonly string[] => {
  const named = texts(call.input.ScalingProcesses)
  return named.length === 0 ? allProcesses : named
}

const shown = (call: Call, it: Entity): Input => ({
  AutoScalingGroupName: it.id,
  AutoScalingGroupARN: it.arn,
  MinSize: it.properties.MinSize,
  MaxSize: it.properties.MaxSize,
  DesiredCapacity: it.properties.DesiredCapacity ?? it.properties.MinSize,
  DefaultCooldown: 300,
  HealthCheckType: 'EC2',
  HealthCheckGracePeriod: 0,
  CreatedTime: it.madeAt.toISOString(),
  VPCZoneIdentifier: texts(it.properties.VPCZoneIdentifier).join(','),
  AvailabilityZones: [
    ...new Set(
      texts(it.properties.VPCZoneIdentifier).map((subnet) =>
        text(call.cloud.store.get('AWS::EC2::Subnet', subnet, it)?.attributes.AvailabilityZone),
      ),
    ),
  ],
  ...(it.properties.LaunchTemplate !== undefined && {
    LaunchTemplate: {
      LaunchTemplateId: record(it.properties.LaunchTemplate).LaunchTemplateId,
      Version: text(record(it.properties.LaunchTemplate).Version),
    },
  }),
  Instances: machinesOf(call, it).map((one) => ({
    InstanceId: one.id,
    InstanceType: one.properties.InstanceType,
    AvailabilityZone: one.attributes.AvailabilityZone,
    LifecycleState: one.status === 'running' ? 'InService' : 'Pending',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
  })),
  SuspendedProcesses: texts(it.attributes.Suspended).map((ProcessName) => ({
    ProcessName,
    SuspensionReason: 'User suspended',
  })),
  TrafficSources: sources(it).map((Identifier) => ({ Identifier, Type: 'elbv2' })),
  TargetGroupARNs: sources(it),
  Tags: Object.entries(it.tags).map(([Key, Value]) => ({
    Key,
    Value,
    ResourceId: it.id,
    ResourceType: 'auto-scaling-group',
    PropagateAtLaunch: true,
  })),
})

export const autoScalingActions: Handlers = {
  DescribeAutoScalingGroups: (call) => {
    const names = texts(call.input.AutoScalingGroupNames)
    const filters = records(call.input.Filters)
    const all = call.cloud.store
      .list(type, call)
      .filter((it) => names.length === 0 || names.includes(it.id))
      .filter((it) =>
        filters.every(
          (filter) =>
            !text(filter.Name).startsWith('tag:') ||
            texts(filter.Values).includes(it.tags[text(filter.Name).slice(4)] ?? ''),
        ),
      )
      .map((it) => shown(call, it))
    const { items, next } = page(call.cloud, all, call.input.NextToken, call.input.MaxRecords)
    return { AutoScalingGroups: items, ...(next !== undefined && { NextToken: next }) }
  },
  DescribeAutoScalingInstances: (call) => {
    const wanted = texts(call.input.InstanceIds)
    const all = call.cloud.store
      .list('AWS::EC2::Instance', call)
      .filter((it) => it.of !== undefined && (wanted.length === 0 || wanted.includes(it.id)))
    return {
      AutoScalingInstances: all.map((it) => ({
        InstanceId: it.id,
        AutoScalingGroupName: it.of,
        AvailabilityZone: it.attributes.AvailabilityZone,
        LifecycleState: 'InService',
        HealthStatus: 'HEALTHY',
        ProtectedFromScaleIn: false,
      })),
    }
  },
  DescribeScalingActivities: (call) => {
    const it = groupOf(call)
    const all = records(it.attributes.Activities).map((activity) => ({
      ...activity,
      AutoScalingGroupName: it.id,
      Cause: 'a machine was wanted',
    }))
    const { items, next } = page(call.cloud, all, call.input.NextToken, call.input.MaxRecords)
    return { Activities: items, ...(next !== undefined && { NextToken: next }) }
  },
  UpdateAutoScalingGroup: (call) => {
    const it = groupOf(call)
    const change = Object.fromEntries(
      ['MinSize', 'MaxSize', 'DesiredCapacity']
        .filter((name) => call.input[name] !== undefined)
        .map((name) => [name, text(call.input[name])]),
    )
    const after = { ...it.properties, ...change } as Input
    const [min, max] = [Number(after.MinSize), Number(after.MaxSize)]
    if (min > max) throw validation(`Min bound, ${min}, must be lesser or equal to max bound, ${max}`)
    const wanted = Number(after.DesiredCapacity ?? min)
    if (change.DesiredCapacity !== undefined && (wanted < min || wanted > max))
      throw validation(`Desired capacity:${wanted} must be between the specified min size:${min} and max size:${max}`)
    // bounds that leave the old wish outside move it
    it.properties = { ...after, DesiredCapacity: text(Math.min(max, Math.max(min, wanted))) }
    settle(it, call.cloud)
    return {}
  },
  SetDesiredCapacity: (call) => {
    const it = groupOf(call)
    const wanted = Number(call.input.DesiredCapacity)
    if (wanted < Number(it.properties.MinSize))
      throw validation(
        `New SetDesiredCapacity value ${wanted} is below min value ${text(it.properties.MinSize)} for the AutoScalingGroup.`,
      )
    if (wanted > Number(it.properties.MaxSize))
      throw validation(
        `New SetDesiredCapacity value ${wanted} is above max value ${text(it.properties.MaxSize)} for the AutoScalingGroup.`,
      )
    it.properties = { ...it.properties, DesiredCapacity: text(wanted) }
    settle(it, call.cloud)
    return {}
  },
  SuspendProcesses: (call) => {
    const it = groupOf(call)
    it.attributes = {
      ...it.attributes,
      Suspended: [...new Set([...texts(it.attributes.Suspended), ...processesOf(call)])],
    }
    return {}
  },
  ResumeProcesses: (call) => {
    const it = groupOf(call)
    const back = processesOf(call)
    it.attributes = {
      ...it.attributes,
      Suspended: texts(it.attributes.Suspended).filter((name) => !back.includes(name)),
    }
    settle(it, call.cloud)
    return {}
  },
  TerminateInstanceInAutoScalingGroup: (call) => {
    const id = text(call.input.InstanceId)
    const machine = call.cloud.store.get('AWS::EC2::Instance', id, call)
    const group = call.cloud.store.get(type, machine?.of ?? '', call)
    if (machine === undefined || group === undefined)
      throw validation(`Instance Id not found - No managed instance found for instance ID: ${id}`)
    if (isTrue(call.input.ShouldDecrementDesiredCapacity))
      group.properties = { ...group.properties, DesiredCapacity: text(Number(group.properties.DesiredCapacity) - 1) }
    terminate(call.cloud, machine)
    return {
      Activity: {
        ActivityId: `${id}-end`,
        AutoScalingGroupName: group.id,
        Cause: 'asked for',
        StartTime: new Date().toISOString(),
        StatusCode: 'InProgress',
      },
    }
  },
  AttachTrafficSources: (call) => {
    const it = groupOf(call)
    const wanted = records(call.input.TrafficSources).map((one) => text(one.Identifier))
    for (const arn of wanted)
      if (call.cloud.store.byArn(arn) === undefined)
        throw validation(`Provided Target Groups may not be valid. Please ensure they exist and try again.`)
    it.attributes = { ...it.attributes, TrafficSources: [...new Set([...sources(it), ...wanted])] }
    return {}
  },
  DetachTrafficSources: (call) => {
    const it = groupOf(call)
    const dropped = records(call.input.TrafficSources).map((one) => text(one.Identifier))
    it.attributes = { ...it.attributes, TrafficSources: sources(it).filter((arn) => !dropped.includes(arn)) }
    return {}
  },
  DescribeTrafficSources: (call) => ({
    TrafficSources: sources(groupOf(call)).map((Identifier) => ({ Identifier, Type: 'elbv2', State: 'InService' })),
  }),
}
