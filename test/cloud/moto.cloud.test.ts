// A second opinion on the fake: another maker's mock of AWS is given the same templates and the same calls, right and wrong, and both are
// asked what stands now. Only where moto tells the truth: VPCs, IAM, Route 53. Where the two differ on purpose is in test/aws/SPEC.md.

import { CloudFormationClient, CreateStackCommand, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteInternetGatewayCommand,
  DeleteRouteTableCommand,
  DeleteVpcCommand,
  DescribeAddressesCommand,
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam'
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import {
  ChangeResourceRecordSetsCommand,
  DeleteHostedZoneCommand,
  GetHealthCheckCommand,
  ListHealthChecksCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StackFile } from '../../src/artefacts/cloudformation/stacks.ts'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { plan } from '../../src/plan/index.ts'
import type { FakeAws } from '../aws/server.ts'
import { startFakeAws } from '../aws/server.ts'
import { needs } from '../needs.ts'
import { byHand, byHandTypes } from './by-hand.ts'
import { everyShape } from './every-shape.ts'
import type { Moto } from './moto.ts'
import { moto, startMoto } from './moto.ts'

const region = 'us-west-2'
let ours: FakeAws
let theirs: Moto
const clouds: Cloud[] = []

beforeEach(needs('moto', moto))
beforeAll(async () => {
  if (moto() !== true) return
  ours = await startFakeAws({ region, millisecondsPerResource: 0 })
  theirs = await startMoto()
  clouds.push(cloudAt('ours', ours.url, ours.env), cloudAt('moto', theirs.url))
}, 120_000)
afterAll(async () => {
  for (const { clients } of clouds) for (const client of Object.values(clients)) client.destroy()
  await theirs?.stop()
  await ours?.stop()
})

interface Cloud {
  readonly name: string
  readonly clients: {
    readonly cloudFormation: CloudFormationClient
    readonly ec2: EC2Client
    readonly iam: IAMClient
    readonly route53: Route53Client
  }
}

function cloudAt(name: string, endpoint: string, env: Readonly<Record<string, string>> = {}): Cloud {
  const config = {
    ...{ endpoint, region, maxAttempts: 1 },
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? 'any',
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? 'any',
    },
  }
  return {
    name,
    clients: {
      cloudFormation: new CloudFormationClient(config),
      ec2: new EC2Client(config),
      iam: new IAMClient(config),
      route53: new Route53Client(config),
    },
  }
}

/** The ids of what was made, by the names that the template gives. */
type Ids = Readonly<Record<string, string>>

/** Ours by a stack, moto by the calls that a person would type: its own stacks lose tags and associations. */
async function made(cloud: Cloud, name: string, template: object, parameters: Ids = {}): Promise<Ids> {
  if (cloud.name === 'moto') return byHand(cloud.clients, template, parameters)
  const { cloudFormation } = cloud.clients
  await cloudFormation.send(
    new CreateStackCommand({
      StackName: name,
      TemplateBody: JSON.stringify(template),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  )
  await ours.state.settled()
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: name }))
  return Object.fromEntries(
    StackResources.map(({ LogicalResourceId = '', PhysicalResourceId = '', ResourceStatus }) => {
      expect(`${LogicalResourceId} ${ResourceStatus}`).toBe(`${LogicalResourceId} CREATE_COMPLETE`)
      return [LogicalResourceId, PhysicalResourceId]
    }),
  )
}

/** What is an account's own, is made up by CloudFormation, or is told by one of the two only (SPEC.md says which). */
const own = new Set([
  ...[
    'OwnerId',
    'SubnetArn',
    'SecurityGroupArn',
    'Arn',
    'CreateDate',
    'CreateTime',
    'RoleId',
    'RoleLastUsed',
    '$metadata',
  ],
  ...['AssociationId', 'RouteTableAssociationId', 'NetworkAclAssociationId', 'AvailabilityZoneId', 'DhcpOptionsId'],
  ...[
    'PublicIp',
    'PrivateIp',
    'PrivateIpAddress',
    'NetworkInterfaceId',
    'NetworkInterfaceOwnerId',
    'InstanceId',
    'NetworkBorderGroup',
  ],
  ...['GroupName', 'PolicyName', 'CallerReference'],
])

/** Of what has no name in the template: the main route table, the default group and ACL, the address of a gateway. */
const unnamed = /^(eipalloc|acl|rtb|sg)-[0-9a-f]+$/

/** With ids as names of the template, without what is an account's own, lists in an order that depends on their content. */
function plain(value: unknown, ids: Ids): unknown {
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]))
  const of = (it: unknown): unknown => {
    if (typeof it === 'string') return names.get(it.replace('/hostedzone/', '')) ?? it.replace(unnamed, '$1')
    if (it instanceof Date) return it.toISOString()
    if (Array.isArray(it)) return it.map(of).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    if (typeof it !== 'object' || it === null) return it
    return Object.fromEntries(
      Object.entries(it)
        .filter(([key, inner]) => !own.has(key) && inner !== undefined && !(Array.isArray(inner) && inner.length === 0))
        .filter(([, inner]) => !(inner as { Key?: string }).Key?.startsWith('aws:'))
        .map(([key, inner]) => [key, of(key === 'Tags' ? ownTags(inner) : inner)] as const)
        .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }
  return of(value)
}

const ownTags = (tags: unknown): unknown => (tags as { Key: string }[]).filter(({ Key }) => !Key.startsWith('aws:'))

/** What stands in a network, as EC2 tells it. */
async function networkOf({ clients: { ec2 } }: Cloud, ids: Ids): Promise<unknown> {
  const Filters = [{ Name: 'vpc-id', Values: [ids.Vpc ?? ''] }]
  const { Vpcs } = await ec2.send(new DescribeVpcsCommand({ Filters }))
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ Filters }))
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand({ Filters }))
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))
  const { NetworkAcls } = await ec2.send(new DescribeNetworkAclsCommand({ Filters }))
  const { InternetGateways } = await ec2.send(
    new DescribeInternetGatewaysCommand({ Filters: [{ Name: 'attachment.vpc-id', Values: [ids.Vpc ?? ''] }] }),
  )
  const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({ Filter: Filters }))
  const { Addresses } = await ec2.send(new DescribeAddressesCommand({}))
  const all = { Vpcs, Subnets, RouteTables, SecurityGroups, NetworkAcls, InternetGateways, NatGateways, Addresses }
  return plain(all, ids)
}

type Resources = Readonly<Record<string, { readonly Type: string; readonly Properties: object }>>

/** A network with what a cluster, its nodes and the load balancer before a copy have of IAM and of security groups. */
async function everything(): Promise<object> {
  const federation = stacksOf(plan(await readFleet(['examples/federation'])))
  const recovery = stacksOf(plan(await readFleet(['examples/recovery'])))
  const shapes = stacksOf(plan(everyShape()))
  const of = (stacks: readonly StackFile[], name: string, ...only: readonly string[]): Resources => {
    const all = stacks.find((it) => it.name === name)?.template.Resources as Resources
    return Object.fromEntries(
      Object.entries(all).filter(
        ([id, { Type }]) => byHandTypes.includes(Type) && (only.length === 0 || only.includes(id)),
      ),
    )
  }
  const group = of(shapes, 'shapes-front-shop-oregon', 'SecurityGroup').SecurityGroup
  return {
    Parameters: { RoleName: { Type: 'String' } },
    Resources: {
      ...(federation.find(({ name }) => name === 'federation-network-oregon')?.template.Resources as Resources),
      ...of(federation, 'federation-cluster-oregon'),
      ...of(recovery, 'recovery-nodes-localzone-workers'),
      SecurityGroup: { ...group, Properties: { ...group?.Properties, VpcId: { Ref: 'Vpc' } } },
    },
  }
}

async function rolesOf({ clients: { iam } }: Cloud, ids: Ids): Promise<unknown> {
  const roles = ['FlowLogRole', 'ControlPlaneRole', 'LoadBalancerControllerRole', 'NodeInstanceRole']
  const told: object[] = []
  for (const RoleName of roles.map((name) => ids[name] ?? '')) {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }))
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }))
    const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))
    told.push({ ...Role, AssumeRolePolicyDocument: trust, AttachedPolicies, PolicyNames })
  }
  const { InstanceProfile } = await iam.send(
    new GetInstanceProfileCommand({ InstanceProfileName: ids.InstanceProfile ?? '' }),
  )
  return plain([told, InstanceProfile?.Path, InstanceProfile?.Roles?.map(({ RoleName }) => RoleName)], ids)
}

async function namesOf({ clients: { route53 } }: Cloud, ids: Ids): Promise<unknown> {
  const { HostedZones } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' }))
  const HostedZoneId = ids.HostedZone ?? ''
  const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }))
  // which name servers a zone gets is drawn
  const sets = ResourceRecordSets.map((set) => (/NS|SOA/.test(set.Type ?? '') ? { ...set, ResourceRecords: [] } : set))
  const { HealthChecks } = await route53.send(new ListHealthChecksCommand({}))
  return plain({ HostedZones, sets, HealthChecks }, ids)
}

let both: readonly { readonly cloud: Cloud; readonly ids: Ids }[] = []
beforeAll(async () => {
  if (moto() !== true) return
  const template = await everything()
  const zone = stacksOf(plan(await readFleet(['examples/recovery']))).find(({ name }) => name.includes('-dns-'))
  const values = Object.keys(zone?.template.Parameters ?? {}).map((id) => [
    id,
    id.endsWith('ZoneID') ? 'Z1H1FL5HABSF5' : 'one.example.net',
  ])
  both = await Promise.all(
    clouds.map(async (cloud) => ({
      cloud,
      ids: {
        ...(await made(cloud, 'all', template, { RoleName: 'recovery-workers' })),
        ...(await made(cloud, 'names', zone?.template ?? {}, Object.fromEntries(values))),
      },
    })),
  )
}, 60_000)

test.each([
  { what: 'a network with its subnets, routes, gateways, security groups and ACLs', told: networkOf },
  { what: 'the roles of a cluster, its nodes and its controller, with their policies', told: rolesOf },
  { what: 'a zone with its records and health checks', told: namesOf },
])('$what: both tell the same', async ({ told }) => {
  const [mine, another] = await Promise.all(both.map(({ cloud, ids }) => told(cloud, ids)))
  expect(mine).toEqual(another)
})

interface Wrong {
  readonly what: string
  readonly ask: (clients: Cloud['clients'], ids: Ids) => Promise<unknown>
  readonly error: string
  /** Where moto says otherwise, and is wrong. */
  readonly moto?: string
}

const record = (Name: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  ...{ Name, Type: 'A', TTL: 60, ResourceRecords: [{ Value: '192.0.2.1' }] },
  ...more,
})
const change = (HostedZoneId: string, Action: 'CREATE' | 'DELETE', ResourceRecordSet: ResourceRecordSet) =>
  new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] } })
const trust =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'

const wrong: readonly Wrong[] = [
  {
    what: 'a VPC that is not there',
    ask: ({ ec2 }) => ec2.send(new DescribeVpcsCommand({ VpcIds: ['vpc-0123456789abcdef0'] })),
    error: 'InvalidVpcID.NotFound',
  },
  {
    what: 'a subnet that is not there',
    ask: ({ ec2 }) => ec2.send(new DescribeSubnetsCommand({ SubnetIds: ['subnet-0123456789abcdef0'] })),
    error: 'InvalidSubnetID.NotFound',
  },
  {
    what: 'a route table that is not there',
    ask: ({ ec2 }) => ec2.send(new DescribeRouteTablesCommand({ RouteTableIds: ['rtb-0123456789abcdef0'] })),
    error: 'InvalidRouteTableID.NotFound',
  },
  {
    what: 'a security group that is not there',
    ask: ({ ec2 }) => ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: ['sg-0123456789abcdef0'] })),
    error: 'InvalidGroup.NotFound',
  },
  {
    what: 'deleting a VPC that has subnets',
    ask: ({ ec2 }, ids) => ec2.send(new DeleteVpcCommand({ VpcId: ids.Vpc })),
    error: 'DependencyViolation',
  },
  {
    what: 'deleting an internet gateway that is attached',
    ask: ({ ec2 }, ids) => ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: ids.InternetGateway })),
    error: 'DependencyViolation',
  },
  {
    what: 'deleting a route table that has a subnet',
    ask: ({ ec2 }, ids) => ec2.send(new DeleteRouteTableCommand({ RouteTableId: ids.RouteTableOregonPublicA })),
    error: 'DependencyViolation',
  },
  {
    what: 'a rule that is there already',
    ask: ({ ec2 }, ids) =>
      ec2.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: ids.SecurityGroup,
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        }),
      ),
    error: 'InvalidPermission.Duplicate',
  },
  {
    what: 'a role that is not there',
    ask: ({ iam }) => iam.send(new GetRoleCommand({ RoleName: 'nobody' })),
    error: 'NoSuchEntityException',
  },
  {
    what: 'a role that is there already',
    ask: ({ iam }, ids) =>
      iam.send(new CreateRoleCommand({ RoleName: ids.NodeInstanceRole, AssumeRolePolicyDocument: trust })),
    error: 'EntityAlreadyExistsException',
  },
  {
    what: 'deleting a role that has policies',
    ask: ({ iam }, ids) => iam.send(new DeleteRoleCommand({ RoleName: ids.NodeInstanceRole })),
    error: 'DeleteConflictException',
  },
  {
    what: 'detaching a policy that is not attached',
    ask: ({ iam }, ids) =>
      iam.send(
        new DetachRolePolicyCommand({
          RoleName: ids.NodeInstanceRole,
          PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
        }),
      ),
    error: 'NoSuchEntityException',
  },
  {
    what: 'a trust document that is none',
    ask: ({ iam }) => iam.send(new CreateRoleCommand({ RoleName: 'odd', AssumeRolePolicyDocument: '{' })),
    error: 'MalformedPolicyDocumentException',
    moto: 'done',
  },
  {
    what: 'a zone that is not there',
    ask: ({ route53 }) => route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: 'Z0000000000000' })),
    error: 'NoSuchHostedZone',
  },
  {
    what: 'deleting a zone that has records',
    ask: ({ route53 }, ids) => route53.send(new DeleteHostedZoneCommand({ Id: ids.HostedZone })),
    error: 'HostedZoneNotEmpty',
  },
  {
    what: 'a record that is there already',
    ask: async ({ route53 }, { HostedZone = '' }) => {
      await route53.send(change(HostedZone, 'CREATE', record('a.example.com')))
      await route53.send(change(HostedZone, 'CREATE', record('a.example.com')))
    },
    error: 'InvalidChangeBatch',
  },
  {
    what: 'deleting a record that is not there',
    ask: ({ route53 }, { HostedZone = '' }) => route53.send(change(HostedZone, 'DELETE', record('b.example.com'))),
    error: 'InvalidChangeBatch',
    moto: 'InvalidInput',
  },
  {
    what: 'a record outside of its zone',
    ask: ({ route53 }, { HostedZone = '' }) => route53.send(change(HostedZone, 'CREATE', record('a.example.org'))),
    error: 'InvalidChangeBatch',
  },
  {
    what: 'a second PRIMARY',
    ask: ({ route53 }, { HostedZone = '' }) =>
      route53.send(
        change(HostedZone, 'CREATE', record('www.example.com', { SetIdentifier: 'third', Failover: 'PRIMARY' })),
      ),
    error: 'InvalidChangeBatch',
    moto: 'done',
  },
  {
    what: 'a health check that is not there',
    ask: ({ route53 }) =>
      route53.send(new GetHealthCheckCommand({ HealthCheckId: '00000000-0000-4000-8000-000000000000' })),
    error: 'NoSuchHealthCheck',
  },
]

test.each(wrong)('$what: both refuse it alike', async ({ ask, error, moto: theirs = error }) => {
  const said = await Promise.all(
    both.map(({ cloud: { clients }, ids }) =>
      ask(clients, ids).then(
        () => 'done',
        (refused: Error) => refused.name,
      ),
    ),
  )
  expect(said).toEqual([error, theirs])
})
