// Which machines may be nodes of which cluster, and who is told when they change.

import type { Cloud } from '../cloud.ts'
import type { Entity, Place } from '../entities.ts'
import type { Input } from '../json.ts'
import { record, records, tagsOf, text, texts } from '../json.ts'
import type { FakeMachine, RunningKubernetes } from '../kubernetes.ts'
import { mayJoin } from './joining.ts'

const running = new WeakMap<Cloud, Map<string, RunningKubernetes>>()

export function runningOf(cloud: Cloud): Map<string, RunningKubernetes> {
  const found = running.get(cloud) ?? new Map<string, RunningKubernetes>()
  running.set(cloud, found)
  return found
}

export const clusterKey = (name: string, { account, region }: Place): string => `${account}/${region}/${name}`

/** Of all clusters of the account and Region: which one a machine is of is only known by its tags. */
export function tellMachines(cloud: Cloud, place: Place): void {
  for (const cluster of cloud.store.list('AWS::EKS::Cluster', place))
    runningOf(cloud).get(clusterKey(cluster.id, place))?.machines?.(machinesOf(cloud, cluster))
}

/** Whoever could not join asks again and again. */
export function tellWaiting(cloud: Cloud, place: Place): void {
  if (cloud.store.list('AWS::EC2::Instance', place).some((it) => it.attributes.Joined !== true))
    tellMachines(cloud, place)
}

/** Those that have joined: a node stays one, though what let it in is gone. */
export function machinesOf(cloud: Cloud, cluster: Entity): readonly FakeMachine[] {
  return cloud.store
    .list('AWS::EC2::Instance', cluster)
    .filter(
      (it) => it.tags[`kubernetes.io/cluster/${cluster.id}`] === 'owned' && ['pending', 'running'].includes(it.status),
    )
    .filter((it) => {
      const joined =
        it.attributes.Joined === true ||
        cloud.options.strictJoins !== true ||
        mayJoin(cloud, cluster, it, roleArnOf(cloud, it))
      if (joined && it.attributes.Joined !== true) it.attributes = { ...it.attributes, Joined: true }
      return joined
    })
    .map((it): FakeMachine => {
      const zone = text(it.attributes.AvailabilityZone)
      const group = cloud.store.get(
        'AWS::EKS::Nodegroup',
        `${cluster.id}/${it.tags['eks:nodegroup-name'] ?? ''}`,
        cluster,
      )
      const config = nodeConfigOf(it.properties)
      return {
        instanceId: it.id,
        providerId: `aws:///${zone}/${it.id}`,
        privateDnsName: text(it.attributes.PrivateDnsName),
        privateIp: text(it.attributes.PrivateIp),
        instanceType: text(it.properties.InstanceType),
        zone,
        region: cluster.region,
        labels:
          group === undefined
            ? config.labels
            : {
                ...tagsOf(group.properties.Labels),
                'eks.amazonaws.com/nodegroup': it.tags['eks:nodegroup-name'] ?? '',
                'eks.amazonaws.com/capacityType': text(group.properties.CapacityType) || 'ON_DEMAND',
              },
        taints: group === undefined ? config.taints : records(group.properties.Taints).map(taintOf),
        roleArn: roleArnOf(cloud, it),
      }
    })
}

const taintOf = (taint: Input): FakeMachine['taints'][number] => ({
  key: text(taint.Key),
  ...(taint.Value !== undefined && { value: text(taint.Value) }),
  effect:
    { NO_SCHEDULE: 'NoSchedule', PREFER_NO_SCHEDULE: 'PreferNoSchedule', NO_EXECUTE: 'NoExecute' }[
      text(taint.Effect)
    ] ?? '',
})

const roleArnOf = (cloud: Cloud, it: Entity): string => text(it.properties.NodeRole) || roleOf(cloud, it)

function roleOf(cloud: Cloud, instance: Entity): string {
  const profile = cloud.store.byArn(text(instance.properties.IamInstanceProfile))
  return cloud.store.get('AWS::IAM::Role', texts(record(profile?.properties).Roles)[0] ?? '', instance)?.arn ?? ''
}

/** The flags that nodeadm is told by user data: https://awslabs.github.io/amazon-eks-ami/nodeadm/ */
function nodeConfigOf(properties: Input): Pick<FakeMachine, 'labels' | 'taints'> {
  const data = Buffer.from(text(properties.UserData), 'base64').toString('utf8')
  const flag = (name: string) =>
    (new RegExp(`--${name}=(\\S+)`).exec(data)?.[1] ?? '').split(',').filter((it) => it !== '')
  return {
    labels: Object.fromEntries(flag('node-labels').map((it) => it.split('=', 2) as [string, string])),
    taints: flag('register-with-taints').map((it) => {
      const [, key = '', value = '', effect = ''] = /^([^=:]+)=?([^:]*):(.+)$/.exec(it) ?? []
      return { key, ...(value !== '' && { value }), effect }
    }),
  }
}
