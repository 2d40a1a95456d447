// Whether a machine would become a node: what its kubelet needs, by what EKS documents of nodes that fail to join. What boots on it, and how
// long that takes, is not modelled. https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html#worker-node-fail

import type { Cloud } from '../cloud.ts'
import type { Entity } from '../entities.ts'
import { record, text, texts } from '../json.ts'
import { isBlackhole } from './routes.ts'
import { rulesOf } from './security-groups.ts'

export const mayJoin = (cloud: Cloud, cluster: Entity, machine: Entity, roleArn: string): boolean =>
  isLetIn(cloud, cluster, roleArn) &&
  isTold(cluster, machine) &&
  hasWayOut(cloud, machine) &&
  isAdmitted(cloud, cluster, machine)

/** By an access entry for nodes. A ConfigMap is inside of the cluster: with that mode alone everybody is taken for mapped. */
function isLetIn(cloud: Cloud, cluster: Entity, roleArn: string): boolean {
  const { AuthenticationMode: mode } = record(cluster.properties.AccessConfig)
  if (mode === undefined || mode === 'CONFIG_MAP') return true
  const entry = cloud.store.get('AWS::EKS::AccessEntry', `${roleArn}|${cluster.id}`, cluster)
  return /^(EC2|HYBRID_LINUX)/.test(text(entry?.properties.Type))
}

/** User data that names the cluster; of a managed group EKS writes it. */
function isTold(cluster: Entity, machine: Entity): boolean {
  if (machine.tags['eks:nodegroup-name'] !== undefined && machine.properties.UserData === undefined) return true
  const data = Buffer.from(text(machine.properties.UserData), 'base64').toString('utf8')
  const name = cluster.id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(name:\\s*["']?|bootstrap\\.sh\\s+["']?)${name}["']?\\s`, 'm').test(`${data}\n`)
}

/** What nodes without a way to the internet ask for: https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html */
const endpoints = ['ec2', 'ecr.api', 'ecr.dkr', 's3', 'sts']

function hasWayOut(cloud: Cloud, machine: Entity): boolean {
  const subnet = cloud.store.get('AWS::EC2::Subnet', text(machine.properties.SubnetId), machine)
  const services = cloud.store
    .list('AWS::EC2::VPCEndpoint', machine)
    .filter((it) => it.properties.VpcId === subnet?.properties.VpcId)
    .map((it) => text(it.properties.ServiceName))
  if (endpoints.every((name) => services.some((service) => service.endsWith(`.${name}`)))) return true
  const table = cloud.store
    .list('AWS::EC2::SubnetRouteTableAssociation', machine)
    .find((it) => it.properties.SubnetId === subnet?.id)?.properties.RouteTableId
  return cloud.store
    .list('AWS::EC2::Route', machine)
    .filter((it) => it.properties.RouteTableId === table && it.properties.DestinationCidrBlock === '0.0.0.0/0')
    .some((route) => !isBlackhole(cloud, route))
}

function isAdmitted(cloud: Cloud, cluster: Entity, machine: Entity): boolean {
  const id = text(cluster.attributes.ClusterSecurityGroupId)
  const group = cloud.store.get('AWS::EC2::SecurityGroup', id, cluster)
  return (
    group !== undefined &&
    texts(machine.properties.SecurityGroupIds).includes(id) &&
    group.attributes.EgressRevoked !== true &&
    (group.attributes.IngressRevoked !== true ||
      rulesOf(cloud, group, 'Ingress').some((it) => it.IpProtocol === '-1' && it.SourceSecurityGroupId === id))
  )
}
