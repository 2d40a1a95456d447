// EKS: control planes. https://docs.aws.amazon.com/eks/latest/userguide/

import type { Cloud } from '../cloud.ts'
import { principalOf } from '../eks-token.ts'
import type { Entity, Place } from '../entities.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { record, records, text, texts } from '../json.ts'
import { startKubernetes, stopKubernetes } from '../kubernetes-of.ts'
import { within } from '../quotas.ts'
import { clusterAccess } from './cluster-access.ts'
import { invalid, roleMustExist } from './cluster-parts.ts'
import { tellMachines } from './machines-of.ts'
import { nodeGroups } from './node-groups.ts'
import type { ResourceTypes } from './resource-type.ts'
import { partitionArn, uuid } from './resource-type.ts'

/** https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html */
const versions = ['1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36']
const upper = 'ABCDEF0123456789'

export const clusters: ResourceTypes = {
  'AWS::EKS::Cluster': {
    make: ({ cloud, properties, nameFor, by, ...place }) => {
      const name = text(properties.Name) || nameFor(100)
      if (!/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name))
        throw invalid(
          `The name parameter contains invalid characters. It should begin with letter or digit and can have any of the following characters: the set of Unicode letters, digits, hyphens and underscores.`,
        )
      if (cloud.store.get('AWS::EKS::Cluster', name, place) !== undefined)
        throw new AwsError('ResourceInUseException', `Cluster already exists with name: ${name}`, 409)
      within(
        cloud,
        place,
        'eks/L-1194D53C',
        'AWS::EKS::Cluster',
        'ResourceLimitExceededException',
        'Cluster limit exceeded',
      )
      const version = text(properties.Version) || versions[versions.length - 1] || ''
      if (!versions.includes(version)) throw invalid(`unsupported Kubernetes version ${version}`)
      roleMustExist(cloud, properties.RoleArn, place)
      const subnets = texts(record(properties.ResourcesVpcConfig).SubnetIds).map((id) => {
        const found = cloud.store.get('AWS::EC2::Subnet', id, place)
        if (found === undefined) throw invalid(`The subnet ID '${id}' does not exist`)
        return found
      })
      checkSubnets(cloud, subnets, properties, place)
      const id = cloud.store.unique(32, upper)
      const arn = partitionArn('eks', place, `cluster/${name}`)
      return {
        id: name,
        arn,
        status: 'CREATING',
        attributes: {
          Arn: arn,
          Version: version,
          OpenIdConnectIssuerUrl: `https://oidc.eks.${place.region}.amazonaws.com/id/${id}`,
          ClusterSecurityGroupId: cloud.store.id('sg'),
          EncryptionConfigKeyArn: text(record(record(records(properties.EncryptionConfig)[0]).Provider).KeyArn),
          VpcId: text(subnets[0]?.properties.VpcId),
          ...(by !== undefined &&
            record(properties.AccessConfig).BootstrapClusterCreatorAdminPermissions !== false && {
              CreatorArn: principalOf(by),
            }),
          ...(properties.OutpostConfig !== undefined && { Id: uuid(cloud.store.unique(32)) }),
        },
      }
    },
    made: async (cluster, cloud) => {
      const group = text(cluster.attributes.ClusterSecurityGroupId)
      const vpc = text(cluster.attributes.VpcId)
      cloud.store.add({
        type: 'AWS::EC2::SecurityGroup',
        id: group,
        arn: partitionArn('ec2', cluster, `security-group/${group}`),
        account: cluster.account,
        region: cluster.region,
        properties: {
          GroupName: `eks-cluster-sg-${cluster.id}-${cloud.store.unique(10)}`,
          GroupDescription:
            'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.',
          VpcId: vpc,
        },
        attributes: { GroupId: group, VpcId: vpc },
        tags: {
          [`kubernetes.io/cluster/${cluster.id}`]: 'owned',
          'aws:eks:cluster-name': cluster.id,
          Name: `eks-cluster-sg-${cluster.id}`,
        },
        status: 'available',
        madeAt: new Date(),
        of: cluster.id,
      })
      await cloud.pause()
      const { endpoint, ca } = await startKubernetes(cloud, cluster)
      cluster.attributes = {
        ...cluster.attributes,
        Endpoint: endpoint,
        CertificateAuthorityData: Buffer.from(ca).toString('base64'),
      }
      cluster.status = 'ACTIVE'
      tellMachines(cloud, cluster)
    },
    unmake: async (cluster, cloud) => {
      const inIt = (type: string) =>
        cloud.store.list(type, cluster).filter((it) => it.properties.ClusterName === cluster.id)
      if (inIt('AWS::EKS::Nodegroup').length > 0)
        throw new AwsError('ResourceInUseException', 'Cluster has nodegroups attached', 409)
      if (inIt('AWS::EKS::FargateProfile').length > 0)
        throw new AwsError('ResourceInUseException', 'Cluster has Fargate profiles attached', 409)
      cluster.status = 'DELETING'
      await stopKubernetes(cloud, cluster)
      for (const type of ['AWS::EKS::Addon', 'AWS::EKS::AccessEntry', 'AWS::EKS::PodIdentityAssociation'])
        for (const part of inIt(type)) cloud.store.remove(part)
      const group = cloud.store.get('AWS::EC2::SecurityGroup', text(cluster.attributes.ClusterSecurityGroupId), cluster)
      // rules that others put into it go with it
      for (const rule of cloud.store
        .list('AWS::EC2::SecurityGroupIngress', cluster)
        .filter((it) => it.properties.GroupId === group?.id && it.owner === undefined))
        cloud.store.remove(rule)
    },
  },
  ...nodeGroups,
  ...clusterAccess,
}

/** https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html */
function checkSubnets(cloud: Cloud, subnets: readonly Entity[], properties: Input, place: Place): void {
  const onOutpost = properties.OutpostConfig !== undefined
  const zones = new Set(subnets.map((it) => text(it.attributes.AvailabilityZone)))
  if (new Set(subnets.map((it) => text(it.properties.VpcId))).size > 1)
    throw invalid('Subnets specified must be in the same VPC')
  if (onOutpost) {
    if (!subnets.every((it) => text(it.properties.OutpostArn) !== ''))
      throw invalid('Subnets of a local cluster must be on the Outpost')
    return
  }
  if (zones.size < 2) throw invalid('Subnets specified must be in at least two different AZs')
  const kinds = new Map(cloud.zones(place).map((it) => [it.name, it.kind]))
  const edge = subnets.find(
    (it) =>
      kinds.get(text(it.attributes.AvailabilityZone)) !== 'availability-zone' || text(it.properties.OutpostArn) !== '',
  )
  if (edge !== undefined) throw invalid(`The subnet ${edge.id} is in a zone in which EKS places no control plane`)
}
