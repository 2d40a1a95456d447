// How EKS shows what it has. https://docs.aws.amazon.com/eks/latest/APIReference/

import type { Entity } from './entities.ts'
import type { Input, Json } from './json.ts'
import { isRecord, record, records, text, texts } from './json.ts'

export const seconds = (date: Date): number => date.getTime() / 1_000

/** `ResourcesVpcConfig` as `resourcesVpcConfig`, all the way down; maps of labels keep their keys. */
function lowered(value: Json, isMap = false): Json {
  if (Array.isArray(value)) return value.map((it) => lowered(it))
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      isMap ? key : `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`,
      lowered(item, key === 'Labels' || key === 'Tags'),
    ]),
  )
}

export const raised = (value: Input): Input =>
  Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`,
      isRecord(item) && key !== 'labels' && key !== 'tags'
        ? raised(item)
        : Array.isArray(item)
          ? item.map((it: Json) => (isRecord(it) ? raised(it) : it))
          : item,
    ]),
  )

export const clusterShown = (it: Entity): Input => {
  const {
    ResourcesVpcConfig,
    Logging,
    Tags: _,
    Name: __,
    AccessConfig,
    KubernetesNetworkConfig,
    ...others
  } = it.properties
  const vpc = record(ResourcesVpcConfig)
  const types = records(record(record(Logging).ClusterLogging).EnabledTypes).map((one) => text(one.Type))
  return {
    ...(lowered(others) as Input),
    name: it.id,
    arn: it.arn,
    status: it.status,
    version: it.attributes.Version,
    platformVersion: 'eks.1',
    createdAt: seconds(it.madeAt),
    ...(it.attributes.Endpoint !== undefined && { endpoint: it.attributes.Endpoint }),
    ...(it.attributes.CertificateAuthorityData !== undefined && {
      certificateAuthority: { data: it.attributes.CertificateAuthorityData },
    }),
    ...(it.attributes.Id !== undefined && { id: it.attributes.Id }),
    identity: { oidc: { issuer: it.attributes.OpenIdConnectIssuerUrl } },
    accessConfig: { authenticationMode: text(record(AccessConfig).AuthenticationMode) || 'CONFIG_MAP' },
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: '172.20.0.0/16',
      ipFamily: 'ipv4',
      ...(lowered(KubernetesNetworkConfig) as Input | undefined),
    },
    resourcesVpcConfig: {
      subnetIds: texts(vpc.SubnetIds),
      securityGroupIds: texts(vpc.SecurityGroupIds),
      clusterSecurityGroupId: it.attributes.ClusterSecurityGroupId,
      vpcId: it.attributes.VpcId,
      endpointPublicAccess: vpc.EndpointPublicAccess ?? true,
      endpointPrivateAccess: vpc.EndpointPrivateAccess ?? false,
      publicAccessCidrs: vpc.PublicAccessCidrs ?? ['0.0.0.0/0'],
    },
    logging: { clusterLogging: [{ types, enabled: types.length > 0 }] },
    health: { issues: [] },
    tags: it.tags,
  }
}

export const nodegroupShown = (it: Entity): Input => {
  const { NodegroupName: _, ClusterName, Tags: __, NodeRole, ...others } = it.properties
  return {
    ...(lowered(others) as Input),
    nodegroupName: it.attributes.NodegroupName,
    nodegroupArn: it.arn,
    clusterName: ClusterName,
    nodeRole: NodeRole,
    version: it.attributes.Version,
    status: it.status,
    createdAt: seconds(it.madeAt),
    resources: { autoScalingGroups: [{ name: it.attributes.AutoScalingGroup }] },
    health: { issues: records(it.attributes.Issues) },
    tags: it.tags,
  }
}

export const entryShown = (it: Entity): Input => ({
  clusterName: it.properties.ClusterName,
  principalArn: it.properties.PrincipalArn,
  kubernetesGroups: texts(it.properties.KubernetesGroups),
  accessEntryArn: it.arn,
  username: text(it.properties.Username) || text(it.properties.PrincipalArn),
  type: text(it.properties.Type) || 'STANDARD',
  createdAt: seconds(it.madeAt),
  modifiedAt: seconds(it.madeAt),
  tags: it.tags,
})

export const policyShown = (it: Input, entity: Entity): Input => ({
  policyArn: it.PolicyArn,
  accessScope: lowered(it.AccessScope),
  associatedAt: seconds(entity.madeAt),
  modifiedAt: seconds(entity.madeAt),
})
