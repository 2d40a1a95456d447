// A machine in a private subnet from which people reach what has a private address only: by Session Manager, so that it has no key, no
// public address and no port that is open. Its role is known to the clusters of its network.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { managed } from './cluster.ts'
import { logical, outputs } from './names.ts'
import { trustOf } from './network.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asRecord, asText } from './values.ts'

export interface HostContext {
  readonly vpcId: string
  readonly subnetId: string
  /** Clusters that take access entries, by name, with the expression of theirs and of their security group. */
  readonly clusters: readonly { readonly name: string; readonly clusterName: string; readonly securityGroup: string }[]
}

const image = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64'

export function host(stack: Stack, cdk: Cdk, { intent }: Step, context: HostContext): void {
  const { core, ec2, eks, iam } = cdk
  const { instanceType } = asRecord(intent.managementHost)
  const role = new iam.CfnRole(stack, 'HostRole', {
    assumeRolePolicyDocument: trustOf('ec2.amazonaws.com'),
    managedPolicyArns: [managed('AmazonSSMManagedInstanceCore')],
    policies: [
      {
        policyName: 'find-clusters',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Action: 'eks:DescribeCluster',
              Resource: context.clusters.map(({ clusterName }) =>
                core.Fn.sub('arn:${AWS::Partition}:eks:${AWS::Region}:${AWS::AccountId}:cluster/${Cluster}', {
                  Cluster: clusterName,
                }),
              ),
            },
          ],
        },
      },
    ],
  })
  const profile = new iam.CfnInstanceProfile(stack, 'InstanceProfile', { roles: [role.ref] })
  const group = new ec2.CfnSecurityGroup(stack, 'SecurityGroup', {
    groupDescription: 'Nobody asks it; it asks AWS and the clusters',
    vpcId: context.vpcId,
    securityGroupEgress: [{ ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'HTTPS' }],
  })
  const imageId = new core.CfnParameter(stack, 'ImageId', {
    type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
    default: image,
  }).valueAsString
  const machine = new ec2.CfnInstance(stack, 'Host', {
    imageId,
    instanceType: asText(instanceType),
    subnetId: context.subnetId,
    securityGroupIds: [group.attrGroupId],
    iamInstanceProfile: profile.ref,
    metadataOptions: { httpTokens: 'required' },
    monitoring: true,
    blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 20 } }],
    tags: [{ key: 'Name', value: `${asText(intent.name)}-management` }],
  })
  for (const { name, clusterName, securityGroup } of context.clusters) {
    new eks.CfnAccessEntry(stack, `Access${logical(name)}`, {
      clusterName,
      principalArn: role.attrArn,
      type: 'STANDARD',
      accessPolicies: [
        {
          policyArn: core.Fn.sub('arn:${AWS::Partition}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy'),
          accessScope: { type: 'cluster' },
        },
      ],
    })
    new ec2.CfnSecurityGroupIngress(stack, `Ingress${logical(name)}`, {
      groupId: securityGroup,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      sourceSecurityGroupId: group.attrGroupId,
      description: 'The API, from the management host',
    })
  }
  output(stack, cdk, outputs.host, machine.ref)
}
