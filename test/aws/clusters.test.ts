import {
  AttachTrafficSourcesCommand,
  DescribeAutoScalingGroupsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation'
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  DeleteClusterCommand,
  DescribeClusterCommand,
  DescribeNodegroupCommand,
  ListAccessEntriesCommand,
  ListAddonsCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
  UpdateNodegroupConfigCommand,
} from '@aws-sdk/client-eks'
import { DescribeLoadBalancersCommand, DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { GetRoleCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api'
import { STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenFor } from '../../src/worlds/real/aws/eks-token.ts'
import type { Asked } from './fake.case.ts'
import { asked, clusterWithNodes, configOf } from './fake.case.ts'
import type { FakeCluster, FakeMachine } from './kubernetes.ts'

let it: Asked
const clusters: FakeCluster[] = []
let machines: readonly FakeMachine[] = []
const stopped: string[] = []
let group = ''
beforeAll(async () => {
  it = await asked({
    kubernetes: async (cluster) => {
      clusters.push(cluster)
      return {
        endpoint: 'https://127.0.0.1:6443',
        ca: 'PEM',
        stop: () => void stopped.push(cluster.name),
        machines: (all) => {
          machines = all
        },
      }
    },
  })
  const made = await it.create('one', clusterWithNodes, { Tags: [{ Key: 'skerry.dev/fleet', Value: 'f' }] })
  expect(made.StackStatus).toBe('CREATE_COMPLETE')
  const { nodegroup } = await it.eks.send(
    new DescribeNodegroupCommand({ clusterName: 'one', nodegroupName: 'workers' }),
  )
  group = nodegroup?.resources?.autoScalingGroups?.[0]?.name ?? ''
})
afterAll(() => it.stop())

const groupNow = async () =>
  (await it.autoScaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] })))
    .AutoScalingGroups?.[0]

test('a cluster has the endpoint and the certificate of its Kubernetes API, which is told of its machines', async () => {
  const { cluster } = await it.eks.send(new DescribeClusterCommand({ name: 'one' }))
  expect(cluster).toMatchObject({
    status: 'ACTIVE',
    version: '1.35',
    endpoint: 'https://127.0.0.1:6443',
    certificateAuthority: { data: Buffer.from('PEM').toString('base64') },
    accessConfig: { authenticationMode: 'API' },
  })
  expect(cluster?.createdAt).toBeInstanceOf(Date)
  expect((await it.eks.send(new ListClustersCommand({}))).clusters).toEqual(['one'])
  expect((await it.eks.send(new ListNodegroupsCommand({ clusterName: 'one' }))).nodegroups).toEqual(['workers'])
  expect((await it.eks.send(new ListAddonsCommand({ clusterName: 'one' }))).addons).toEqual([])
  expect(machines).toHaveLength(2)
  expect(machines[0]).toMatchObject({
    zone: 'us-west-2a',
    labels: { 'skerry.dev/site': 'one', 'eks.amazonaws.com/nodegroup': 'workers' },
    roleArn: expect.stringContaining(':role/'),
  })
  expect(await it.eks.send(new DescribeClusterCommand({ name: 'none' })).catch((error: Error) => error.name)).toBe(
    'ResourceNotFoundException',
  )
})

test('a token of EKS says who it is by its signature, and its access entry what it may be', async () => {
  const token = (cluster: string, sts = it.sts): Promise<string> =>
    tokenFor(() => sts)({ account: undefined, region: 'us-west-2' }, cluster)
  const good = await token('one')
  expect(it.fake.verifyEksToken('one', good).arn).toBe('arn:aws:iam::111122223333:user/skerry')
  expect(clusters[0]?.whoHas(good).groups).toContain('system:masters')
  expect(() => it.fake.verifyEksToken('another', good)).toThrow('SignatureDoesNotMatch')
  const config = configOf(it.fake, 'us-west-2', 1)
  const forger = new STSClient({ ...config, credentials: { ...config.credentials, secretAccessKey: 'wrong' } })
  const bad = await token('one', forger)
  forger.destroy()
  expect(() => it.fake.verifyEksToken('one', bad)).toThrow('SignatureDoesNotMatch')
  const elsewhere = `k8s-aws-v1.${Buffer.from('https://example.com/?Action=GetCallerIdentity').toString('base64url')}`
  expect(() => it.fake.verifyEksToken('one', elsewhere)).toThrow('unexpected hostname')
  expect(() => it.fake.verifyEksToken('one', 'hello')).toThrow('k8s-aws-v1.')
})

test('access entries: one that is there for the nodes, one that is made, one that is refused', async () => {
  const principalArn = 'arn:aws:iam::111122223333:role/people'
  await it.eks.send(new CreateAccessEntryCommand({ clusterName: 'one', principalArn }))
  await it.eks.send(
    new AssociateAccessPolicyCommand({
      clusterName: 'one',
      principalArn,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy',
      accessScope: { type: 'cluster' },
    }),
  )
  await expect(it.eks.send(new CreateAccessEntryCommand({ clusterName: 'one', principalArn }))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  })
  const { accessEntries } = await it.eks.send(new ListAccessEntriesCommand({ clusterName: 'one' }))
  expect(accessEntries).toEqual(expect.arrayContaining([principalArn, expect.stringContaining('NodeRole')]))
  await expect(
    it.eks.send(
      new CreateAccessEntryCommand({ clusterName: 'one', principalArn: `${principalArn}2`, type: 'EC2LINUX' }),
    ),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' })
})

test('a group keeps its number of machines: scaled, one ended, suspended and resumed', async () => {
  await it.eks.send(
    new UpdateNodegroupConfigCommand({
      clusterName: 'one',
      nodegroupName: 'workers',
      scalingConfig: { minSize: 0, desiredSize: 1, maxSize: 3 },
    }),
  )
  await it.fake.state.settled()
  expect((await groupNow())?.Instances).toHaveLength(1)
  await it.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, DesiredCapacity: 2 }))
  await it.fake.state.settled()
  const [first] = (await groupNow())?.Instances ?? []
  await it.autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: first?.InstanceId,
      ShouldDecrementDesiredCapacity: false,
    }),
  )
  await it.fake.state.settled()
  const after = (await groupNow())?.Instances?.map(({ InstanceId }) => InstanceId) ?? []
  expect(after).toHaveLength(2)
  expect(after).not.toContain(first?.InstanceId)
  await it.autoScaling.send(new SuspendProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: ['Launch'] }))
  await it.ec2.send(new TerminateInstancesCommand({ InstanceIds: [after[0] ?? ''] }))
  await it.fake.state.settled()
  expect((await groupNow())?.Instances).toHaveLength(1)
  expect(machines).toHaveLength(1)
  await it.autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: group, ScalingProcesses: ['Launch'] }))
  await it.fake.state.settled()
  expect(machines).toHaveLength(2)
  await expect(
    it.autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, DesiredCapacity: 9 })),
  ).rejects.toThrow('must be between')
  const { Reservations = [] } = await it.ec2.send(
    new DescribeInstancesCommand({
      Filters: [
        { Name: 'tag:eks:cluster-name', Values: ['one'] },
        { Name: 'instance-state-name', Values: ['running'] },
      ],
    }),
  )
  expect(Reservations).toHaveLength(2)
})

test('machines of an attached group are targets, and a balancer of a controller is found by its tags', async () => {
  const [subnet] = it.fake.state.resources('AWS::EC2::Subnet')
  const made = await it.fake.state.addLoadBalancer({
    name: 'k8s-web',
    type: 'network',
    subnets: [subnet?.id ?? ''],
    tags: { 'elbv2.k8s.aws/cluster': 'one' },
  })
  await it.autoScaling.send(
    new AttachTrafficSourcesCommand({
      AutoScalingGroupName: group,
      TrafficSources: [{ Identifier: made.targetGroups[0], Type: 'elbv2' }],
    }),
  )
  const { TargetHealthDescriptions = [] } = await it.balancing.send(
    new DescribeTargetHealthCommand({ TargetGroupArn: made.targetGroups[0] }),
  )
  expect(TargetHealthDescriptions.map(({ TargetHealth }) => TargetHealth?.State)).toEqual(['healthy', 'healthy'])
  const { LoadBalancers } = await it.balancing.send(new DescribeLoadBalancersCommand({ Names: ['k8s-web'] }))
  expect(LoadBalancers?.[0]).toMatchObject({
    DNSName: made.dnsName,
    CanonicalHostedZoneId: made.zoneId,
    State: { Code: 'active' },
  })
  const tagged = await it.tagging.send(
    new GetResourcesCommand({
      TagFilters: [{ Key: 'elbv2.k8s.aws/cluster', Values: ['one'] }],
      ResourceTypeFilters: ['elasticloadbalancing:loadbalancer'],
    }),
  )
  expect(tagged.ResourceTagMappingList?.map(({ ResourceARN }) => ResourceARN)).toEqual([made.arn])
  const ours = await it.tagging.send(
    new GetResourcesCommand({ TagFilters: [{ Key: 'skerry.dev/fleet', Values: ['f'] }] }),
  )
  expect(ours.ResourceTagMappingList?.length).toBeGreaterThan(5)
  for (const { id, type } of it.fake.state.resources()) if (type.startsWith('AWS::Elastic')) it.fake.state.remove(id)
})

test('rules of a security group are given and taken by hand', async () => {
  const GroupId = it.fake.state.stack('one')?.outputs[0]?.value ?? ''
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }] },
  ]
  await it.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  await expect(it.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))).rejects.toMatchObject(
    { name: 'InvalidPermission.Duplicate' },
  )
  const { SecurityGroups } = await it.ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId] }))
  expect(SecurityGroups?.[0]?.IpPermissions?.find(({ FromPort }) => FromPort === 443)).toMatchObject({
    IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'inside' }],
  })
  expect(SecurityGroups?.[0]?.IpPermissionsEgress).toHaveLength(1)
  await it.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
  await expect(it.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }))).rejects.toMatchObject({
    name: 'InvalidPermission.NotFound',
  })
})

test('roles are read; a cluster with groups is not deleted; without its stack nothing is left', async () => {
  const { Roles = [] } = await it.iam.send(new ListRolesCommand({}))
  expect(Roles).toHaveLength(2)
  const { Role } = await it.iam.send(new GetRoleCommand({ RoleName: Roles[0]?.RoleName }))
  expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toMatchObject({ Version: '2012-10-17' })
  await expect(it.eks.send(new DeleteClusterCommand({ name: 'one' }))).rejects.toThrow(
    'Cluster has nodegroups attached',
  )
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'one' }))
  await it.fake.state.settled()
  expect(it.fake.state.resources()).toEqual([])
  expect(stopped).toEqual(['one'])
})
