// A template carried out without CloudFormation: each resource by the call that a person would type, in an order in which what it names is
// there. Only types of networks, IAM and Route 53; of others nothing is made.

import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as route53 from '@aws-sdk/client-route-53'

export interface Clients {
  readonly ec2: ec2.EC2Client
  readonly iam: iam.IAMClient
  readonly route53: route53.Route53Client
}

// biome-ignore lint/suspicious/noExplicitAny: properties are whatever a template says
type Properties = Record<string, any>
interface Resource {
  readonly Type: string
  readonly Properties: Properties
}

type Make = (given: Properties, clients: Clients, name: string) => Promise<Readonly<Record<string, string | undefined>>>

const tagged = (ResourceType: ec2.ResourceType, { Tags = [] }: Properties) => ({
  TagSpecifications: [{ ResourceType, Tags }],
})

const makes: Readonly<Record<string, Make>> = {
  'AWS::EC2::VPC': async (given, { ec2: to }) => {
    const { Vpc } = await to.send(new ec2.CreateVpcCommand({ ...given, ...tagged('vpc', given) }))
    const VpcId = Vpc?.VpcId ?? ''
    const value = (it: unknown) => ({ Value: it === true })
    const { EnableDnsHostnames, EnableDnsSupport } = given
    await to.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsSupport: value(EnableDnsSupport) }))
    await to.send(new ec2.ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: value(EnableDnsHostnames) }))
    return { id: VpcId }
  },
  'AWS::EC2::InternetGateway': async (given, { ec2: to }) => ({
    id: (await to.send(new ec2.CreateInternetGatewayCommand(tagged('internet-gateway', given)))).InternetGateway
      ?.InternetGatewayId,
  }),
  'AWS::EC2::VPCGatewayAttachment': async ({ InternetGatewayId, VpcId }, { ec2: to }) => {
    await to.send(new ec2.AttachInternetGatewayCommand({ InternetGatewayId, VpcId }))
    return {}
  },
  'AWS::EC2::Subnet': async ({ MapPublicIpOnLaunch, ...given }, { ec2: to }) => {
    const { VpcId } = given
    const { Subnet } = await to.send(new ec2.CreateSubnetCommand({ ...given, VpcId, ...tagged('subnet', given) }))
    const Value = MapPublicIpOnLaunch === true
    await to.send(new ec2.ModifySubnetAttributeCommand({ SubnetId: Subnet?.SubnetId, MapPublicIpOnLaunch: { Value } }))
    return { id: Subnet?.SubnetId }
  },
  'AWS::EC2::EIP': async (given, { ec2: to }) => {
    const { AllocationId, PublicIp } = await to.send(
      new ec2.AllocateAddressCommand({ Domain: given.Domain, ...tagged('elastic-ip', given) }),
    )
    return { id: PublicIp, AllocationId }
  },
  'AWS::EC2::NatGateway': async ({ AllocationId, SubnetId, ...given }, { ec2: to }) => ({
    id: (
      await to.send(
        new ec2.CreateNatGatewayCommand({
          ConnectivityType: 'public',
          AllocationId,
          SubnetId,
          ...tagged('natgateway', given),
        }),
      )
    ).NatGateway?.NatGatewayId,
  }),
  'AWS::EC2::RouteTable': async ({ VpcId, ...given }, { ec2: to }) => ({
    id: (await to.send(new ec2.CreateRouteTableCommand({ VpcId, ...tagged('route-table', given) }))).RouteTable
      ?.RouteTableId,
  }),
  'AWS::EC2::Route': async ({ RouteTableId, ...given }, { ec2: to }) => {
    await to.send(new ec2.CreateRouteCommand({ RouteTableId, ...given }))
    return {}
  },
  'AWS::EC2::SubnetRouteTableAssociation': async ({ RouteTableId, SubnetId }, { ec2: to }) => {
    await to.send(new ec2.AssociateRouteTableCommand({ RouteTableId, SubnetId }))
    return {}
  },
  'AWS::EC2::SecurityGroup': async ({ GroupDescription, VpcId, ...given }, { ec2: to }, name) => {
    const { GroupId } = await to.send(
      new ec2.CreateSecurityGroupCommand({
        ...{ GroupName: name, Description: GroupDescription, VpcId },
        ...(given.Tags === undefined ? {} : tagged('security-group', given)),
      }),
    )
    const everywhere = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
    if (given.SecurityGroupIngress !== undefined)
      await to.send(
        new ec2.AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: rules(given.SecurityGroupIngress) }),
      )
    if (given.SecurityGroupEgress !== undefined) {
      await to.send(new ec2.RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: everywhere }))
      await to.send(
        new ec2.AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: rules(given.SecurityGroupEgress) }),
      )
    }
    return { id: GroupId, GroupId }
  },
  'AWS::IAM::Role': async (given, { iam: to }, name) => {
    const RoleName = given.RoleName ?? name
    const { Role } = await to.send(
      new iam.CreateRoleCommand({
        ...{ RoleName, AssumeRolePolicyDocument: JSON.stringify(given.AssumeRolePolicyDocument) },
        ...(given.Path === undefined ? {} : { Path: given.Path }),
        ...(given.PermissionsBoundary === undefined ? {} : { PermissionsBoundary: given.PermissionsBoundary }),
      }),
    )
    for (const PolicyArn of given.ManagedPolicyArns ?? [])
      await to.send(new iam.AttachRolePolicyCommand({ RoleName, PolicyArn }))
    for (const { PolicyName, PolicyDocument } of given.Policies ?? [])
      await to.send(
        new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) }),
      )
    return { id: RoleName, Arn: Role?.Arn }
  },
  'AWS::IAM::ManagedPolicy': async ({ PolicyDocument, Description }, { iam: to }, name) => ({
    id: (
      await to.send(
        new iam.CreatePolicyCommand({ PolicyName: name, Description, PolicyDocument: JSON.stringify(PolicyDocument) }),
      )
    ).Policy?.Arn,
  }),
  'AWS::IAM::InstanceProfile': async ({ Roles }, { iam: to }, name) => {
    const { InstanceProfile } = await to.send(new iam.CreateInstanceProfileCommand({ InstanceProfileName: name }))
    for (const RoleName of Roles)
      await to.send(new iam.AddRoleToInstanceProfileCommand({ InstanceProfileName: name, RoleName }))
    return { id: name, Arn: InstanceProfile?.Arn }
  },
  'AWS::Route53::HostedZone': async ({ Name, HostedZoneConfig }, { route53: to }) => ({
    id: (
      await to.send(new route53.CreateHostedZoneCommand({ Name, HostedZoneConfig, CallerReference: Name }))
    ).HostedZone?.Id?.replace('/hostedzone/', ''),
  }),
  'AWS::Route53::HealthCheck': async ({ HealthCheckConfig, HealthCheckTags }, { route53: to }, name) => {
    const { HealthCheck } = await to.send(
      new route53.CreateHealthCheckCommand({
        CallerReference: name,
        HealthCheckConfig: HealthCheckConfig as route53.HealthCheckConfig,
      }),
    )
    const id = HealthCheck?.Id
    await to.send(
      new route53.ChangeTagsForResourceCommand({
        ResourceType: 'healthcheck',
        ResourceId: id,
        AddTags: HealthCheckTags,
      }),
    )
    return { id }
  },
  'AWS::Route53::RecordSet': async ({ HostedZoneId, ResourceRecords, ...given }, { route53: to }) => {
    const set = {
      ...given,
      ...(ResourceRecords === undefined
        ? {}
        : { ResourceRecords: (ResourceRecords as string[]).map((Value) => ({ Value })) }),
      ...(given.TTL === undefined ? {} : { TTL: Number(given.TTL) }),
    } as unknown as route53.ResourceRecordSet
    const Changes = [{ Action: 'CREATE' as const, ResourceRecordSet: set }]
    await to.send(new route53.ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }))
    return {}
  },
}

export const byHandTypes: readonly string[] = Object.keys(makes)

/** Rules of a template are one range each. */
const rules = (given: readonly Properties[]): ec2.IpPermission[] =>
  given.map(({ IpProtocol, FromPort, ToPort, CidrIp, SourceSecurityGroupId, Description }) => ({
    ...{ IpProtocol, FromPort, ToPort },
    ...(CidrIp === undefined
      ? { UserIdGroupPairs: [{ GroupId: SourceSecurityGroupId, Description }] }
      : { IpRanges: [{ CidrIp, Description }] }),
  }))

/** What an expression is worth: a parameter, an id, an attribute; a star in the place of what is not made. */
function worth(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((it) => worth(it, values))
  if (typeof value !== 'object' || value === null) return value
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: readonly string[] }
  if (Ref !== undefined) return values.get(Ref) ?? '*'
  if (attribute !== undefined) return values.get(attribute.join('.')) ?? '*'
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, worth(inner, values)]))
}

/** Templates name nothing before it is written, but for what DependsOn says; and ours are written so. */
export async function byHand(
  clients: Clients,
  template: object,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const values = new Map(Object.entries(parameters))
  const ids: Record<string, string> = {}
  for (const [name, { Type, Properties }] of Object.entries(
    (template as { Resources: Readonly<Record<string, Resource>> }).Resources,
  )) {
    const { id, ...attributes } = (await makes[Type]?.(worth(Properties, values) as Properties, clients, name)) ?? {}
    if (id !== undefined) ids[name] = id
    if (id !== undefined) values.set(name, id)
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) values.set(`${name}.${key}`, value)
  }
  return ids
}
