// The fake and clients to it, for the tests of its rules.

import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { Capability, CreateStackCommandInput, Stack } from '@aws-sdk/client-cloudformation'
import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient } from '@aws-sdk/client-eks'
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2'
import { IAMClient } from '@aws-sdk/client-iam'
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api'
import { Route53Client } from '@aws-sdk/client-route-53'
import { S3Client } from '@aws-sdk/client-s3'
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { STSClient } from '@aws-sdk/client-sts'
import type { FakeAwsOptions } from './cloud.ts'
import type { FakeAws } from './server.ts'
import { startFakeAws } from './server.ts'

export interface Asked {
  readonly fake: FakeAws
  readonly cloudFormation: CloudFormationClient
  readonly ec2: EC2Client
  readonly eks: EKSClient
  readonly sts: STSClient
  readonly iam: IAMClient
  readonly autoScaling: AutoScalingClient
  readonly balancing: ElasticLoadBalancingV2Client
  readonly route53: Route53Client
  readonly quotas: ServiceQuotasClient
  readonly s3: S3Client
  readonly tagging: ResourceGroupsTaggingAPIClient
  /** A stack from a template, when nothing goes on any more. */
  readonly create: (name: string, template: object, more?: Partial<CreateStackCommandInput>) => Promise<Stack>
  readonly stack: (name: string) => Promise<Stack>
  readonly stop: () => Promise<void>
}

export const named: Capability[] = ['CAPABILITY_NAMED_IAM']

export async function asked(options: FakeAwsOptions & { readonly attempts?: number } = {}): Promise<Asked> {
  const fake = await startFakeAws({ millisecondsPerResource: 1, ...options })
  const config = configOf(fake, options.region ?? 'us-west-2', options.attempts ?? 1)
  const clients = {
    cloudFormation: new CloudFormationClient(config),
    ec2: new EC2Client(config),
    eks: new EKSClient(config),
    sts: new STSClient(config),
    iam: new IAMClient(config),
    autoScaling: new AutoScalingClient(config),
    balancing: new ElasticLoadBalancingV2Client(config),
    route53: new Route53Client(config),
    quotas: new ServiceQuotasClient(config),
    s3: new S3Client(config),
    tagging: new ResourceGroupsTaggingAPIClient(config),
  }
  const stack = async (name: string): Promise<Stack> => {
    await fake.state.settled()
    const { Stacks = [] } = await clients.cloudFormation.send(new DescribeStacksCommand({ StackName: name }))
    const [found] = Stacks
    if (found === undefined) throw new Error(`no stack ${name}`)
    return found
  }
  return {
    fake,
    ...clients,
    stack,
    create: async (StackName, template, more = {}) => {
      const input = { StackName, TemplateBody: JSON.stringify(template), Capabilities: named, ...more }
      const { StackId = '' } = await clients.cloudFormation.send(new CreateStackCommand(input))
      return stack(StackId)
    },
    stop: async () => {
      for (const client of Object.values(clients)) client.destroy()
      await fake.stop()
    },
  }
}

export const configOf = (fake: FakeAws, region: string, maxAttempts: number) => ({
  endpoint: fake.url,
  region,
  maxAttempts,
  credentials: {
    accessKeyId: fake.env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: fake.env.AWS_SECRET_ACCESS_KEY ?? '',
  },
})

const ref = (Ref: string) => ({ Ref })

/** A VPC with two subnets. */
export const network = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    A: {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: ref('Vpc'), CidrBlock: '10.0.0.0/24', AvailabilityZone: 'us-west-2a' },
    },
    B: {
      Type: 'AWS::EC2::Subnet',
      Properties: { VpcId: ref('Vpc'), CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-west-2b' },
    },
  },
  Outputs: { VpcId: { Value: ref('Vpc') }, AId: { Value: ref('A') }, BId: { Value: ref('B') } },
}

export const roleOf = (service: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
    },
  },
})

/** A cluster in that network, with a group of its machines. */
export const clusterWithNodes = {
  Resources: {
    ...network.Resources,
    ControlRole: roleOf('eks.amazonaws.com'),
    NodeRole: roleOf('ec2.amazonaws.com'),
    Cluster: {
      Type: 'AWS::EKS::Cluster',
      Properties: {
        Name: 'one',
        Version: '1.35',
        RoleArn: { 'Fn::GetAtt': ['ControlRole', 'Arn'] },
        ResourcesVpcConfig: { SubnetIds: [ref('A'), ref('B')] },
        AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: true },
      },
    },
    Nodes: {
      Type: 'AWS::EKS::Nodegroup',
      Properties: {
        ClusterName: ref('Cluster'),
        NodegroupName: 'workers',
        NodeRole: { 'Fn::GetAtt': ['NodeRole', 'Arn'] },
        Subnets: [ref('A')],
        InstanceTypes: ['t3.medium'],
        ScalingConfig: { MinSize: 1, DesiredSize: 2, MaxSize: 3 },
        Labels: { 'skerry.dev/site': 'one' },
      },
    },
  },
  Outputs: { Group: { Value: { 'Fn::GetAtt': ['Cluster', 'ClusterSecurityGroupId'] } } },
}
