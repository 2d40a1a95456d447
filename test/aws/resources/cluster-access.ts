// What is in a cluster beside its nodes: Fargate profiles, add-ons, access entries, identities of pods.

import { AwsError } from '../errors.ts'
import { record, records, text, texts } from '../json.ts'
import { accessArn, clusterOf, invalid, roleMustExist } from './cluster-parts.ts'
import { machinesOf, tellMachines } from './machines-of.ts'
import type { ResourceTypes } from './resource-type.ts'
import { partitionArn, uuid } from './resource-type.ts'

/** These run without a node. */
const nodeless = ['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent', 'eks-node-monitoring-agent']

export const clusterAccess: ResourceTypes = {
  'AWS::EKS::FargateProfile': {
    make: ({ cloud, properties, nameFor, ...place }) => {
      const cluster = clusterOf(cloud, properties, place)
      const name = text(properties.FargateProfileName) || nameFor(100)
      roleMustExist(cloud, properties.PodExecutionRoleArn, place)
      return {
        id: `${cluster.id}|${name}`,
        attributes: {
          Arn: partitionArn('eks', place, `fargateprofile/${cluster.id}/${name}/${uuid(cloud.store.unique(32))}`),
        },
        status: 'ACTIVE',
      }
    },
  },
  'AWS::EKS::Addon': {
    make: ({ cloud, properties, ...place }) => {
      const cluster = clusterOf(cloud, properties, place)
      const name = text(properties.AddonName)
      const id = `${cluster.id}|${name}`
      if (cloud.store.get('AWS::EKS::Addon', id, place) !== undefined)
        throw new AwsError('ResourceInUseException', `Addon already exists.`, 409)
      if (properties.ConfigurationValues !== undefined && !isJson(text(properties.ConfigurationValues)))
        throw invalid('ConfigurationValue is not in valid format')
      const hasFargate = cloud.store
        .list('AWS::EKS::FargateProfile', place)
        .some((it) => it.properties.ClusterName === cluster.id)
      if (
        !nodeless.includes(name) &&
        !hasFargate &&
        cluster.properties.RemoteNetworkConfig === undefined &&
        machinesOf(cloud, cluster).length === 0
      )
        throw new AwsError(
          'NotStabilized',
          `Addon ${name} is DEGRADED: [InsufficientNumberOfReplicas: The add-on is unhealthy because it doesn't have the desired number of replicas.]`,
        )
      const arn = partitionArn('eks', place, `addon/${cluster.id}/${name}/${uuid(cloud.store.unique(32))}`)
      return {
        id,
        arn,
        attributes: { Arn: arn, AddonVersion: text(properties.AddonVersion) || 'v1.0.0-eksbuild.1' },
        status: 'ACTIVE',
      }
    },
  },
  'AWS::EKS::AccessEntry': {
    make: ({ cloud, properties, ...place }) => {
      const cluster = clusterOf(cloud, properties, place)
      if (
        record(cluster.properties.AccessConfig).AuthenticationMode === 'CONFIG_MAP' ||
        cluster.properties.AccessConfig === undefined
      )
        throw new AwsError(
          'InvalidRequestException',
          `The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.`,
        )
      const principal = text(properties.PrincipalArn)
      const id = `${principal}|${cluster.id}`
      const type = text(properties.Type) || 'STANDARD'
      if (
        !['STANDARD', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX', 'HYPERPOD_LINUX'].includes(
          type,
        )
      )
        throw invalid(`The type ${type} is not supported`)
      if (
        type !== 'STANDARD' &&
        (records(properties.AccessPolicies).length > 0 || texts(properties.KubernetesGroups).length > 0)
      )
        throw invalid(`An access entry of the type ${type} has neither groups nor policies`)
      const there = cloud.store.get('AWS::EKS::AccessEntry', id, place)
      // EKS makes one for the role of a managed group by itself
      if (there !== undefined)
        throw new AwsError(
          'ResourceInUseException',
          `The specified access entry resource is already in use on this cluster.`,
          409,
        )
      return {
        id,
        arn: accessArn(cluster, principal, cloud),
        attributes: { AccessEntryArn: accessArn(cluster, principal, cloud) },
        status: 'ACTIVE',
      }
    },
    made: (entry, cloud) => tellMachines(cloud, entry),
  },
  'AWS::EKS::PodIdentityAssociation': {
    make: ({ cloud, properties, ...place }) => {
      const cluster = clusterOf(cloud, properties, place)
      roleMustExist(cloud, properties.RoleArn, place)
      const twin = cloud.store
        .list('AWS::EKS::PodIdentityAssociation', place)
        .some(
          (it) =>
            it.properties.ClusterName === cluster.id &&
            it.properties.Namespace === properties.Namespace &&
            it.properties.ServiceAccount === properties.ServiceAccount,
        )
      if (twin)
        throw new AwsError(
          'ResourceInUseException',
          `Association already exists: ${text(properties.ServiceAccount)}`,
          409,
        )
      const association = `a-${cloud.store.unique(17)}`
      const arn = partitionArn('eks', place, `podidentityassociation/${cluster.id}/${association}`)
      return { id: arn, arn, attributes: { AssociationArn: arn, AssociationId: association } }
    },
  },
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value)
    return true
  } catch {
    return false
  }
}
