// What CloudFormation is allowed, in the name of whoever deploys, for each type of resource that templates of ours hold: the calls by
// which it makes, changes and deletes one, each on the narrowest ground that IAM knows for it. What reads only is granted once for all
// (deploy-policy.ts). https://docs.aws.amazon.com/service-authorization/latest/reference/

export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[] | string>>>>
}

/** On what a call may be made. `open`: anything in the fleet's Regions, since what is made has no name yet. */
export type On =
  | 'open'
  /** Whatever carries the tag of the fleet: stacks give it to all that they make. */
  | 'tagged'
  /** The security group that EKS makes for a cluster: it carries a tag of EKS, and none of ours. */
  | 'clusterGroup'
  /** The clusters of the fleet, and what belongs to them. */
  | 'cluster'
  | 'role'
  | 'instanceProfile'
  | 'iamPolicy'
  | 'oidcProvider'
  | 'balancer'
  | 'autoScaling'
  | 'logGroup'
  | 'alarm'
  | 'zone'
  | 'healthCheck'
  | 'anything'

export type Grants = Readonly<Partial<Record<On, readonly string[]>>>

const ec2 = (...names: readonly string[]) => names.map((name) => `ec2:${name}`)
const eks = (...names: readonly string[]) => names.map((name) => `eks:${name}`)
const iam = (...names: readonly string[]) => names.map((name) => `iam:${name}`)
const elb = (...names: readonly string[]) => names.map((name) => `elasticloadbalancing:${name}`)

const tagsOfBalancers = elb('AddTags', 'RemoveTags')

export const grantsByType: Readonly<Record<string, Grants>> = {
  'AWS::EC2::VPC': { open: ec2('CreateVpc'), tagged: ec2('DeleteVpc', 'ModifyVpcAttribute') },
  'AWS::EC2::VPCCidrBlock': { tagged: ec2('AssociateVpcCidrBlock', 'DisassociateVpcCidrBlock') },
  'AWS::EC2::Subnet': { open: ec2('CreateSubnet'), tagged: ec2('DeleteSubnet', 'ModifySubnetAttribute') },
  'AWS::EC2::InternetGateway': { open: ec2('CreateInternetGateway'), tagged: ec2('DeleteInternetGateway') },
  'AWS::EC2::VPCGatewayAttachment': { tagged: ec2('AttachInternetGateway', 'DetachInternetGateway') },
  'AWS::EC2::CarrierGateway': { open: ec2('CreateCarrierGateway'), tagged: ec2('DeleteCarrierGateway') },
  'AWS::EC2::EIP': { open: ec2('AllocateAddress'), tagged: ec2('ReleaseAddress') },
  'AWS::EC2::NatGateway': { open: ec2('CreateNatGateway'), tagged: ec2('DeleteNatGateway') },
  'AWS::EC2::RouteTable': { open: ec2('CreateRouteTable'), tagged: ec2('DeleteRouteTable') },
  'AWS::EC2::Route': { tagged: ec2('CreateRoute', 'ReplaceRoute', 'DeleteRoute') },
  'AWS::EC2::SubnetRouteTableAssociation': {
    tagged: ec2('AssociateRouteTable', 'DisassociateRouteTable', 'ReplaceRouteTableAssociation'),
  },
  'AWS::EC2::LocalGatewayRouteTableVPCAssociation': {
    open: ec2('CreateLocalGatewayRouteTableVpcAssociation'),
    tagged: ec2('DeleteLocalGatewayRouteTableVpcAssociation'),
  },
  'AWS::EC2::VPCEndpoint': {
    open: ec2('CreateVpcEndpoint'),
    tagged: ec2('ModifyVpcEndpoint', 'DeleteVpcEndpoints'),
    // the name of an endpoint inside the network is a private zone of AWS
    anything: ['route53:AssociateVPCWithHostedZone'],
  },
  'AWS::EC2::FlowLog': { open: [...ec2('CreateFlowLogs'), 'logs:CreateLogDelivery'], tagged: ec2('DeleteFlowLogs') },
  'AWS::EC2::SecurityGroup': {
    open: ec2('CreateSecurityGroup'),
    tagged: ec2(
      'DeleteSecurityGroup',
      'AuthorizeSecurityGroupIngress',
      'AuthorizeSecurityGroupEgress',
      'RevokeSecurityGroupIngress',
      'RevokeSecurityGroupEgress',
    ),
  },
  'AWS::EC2::SecurityGroupIngress': {
    clusterGroup: ec2('AuthorizeSecurityGroupIngress', 'RevokeSecurityGroupIngress'),
  },
  'AWS::EC2::Instance': {
    open: ec2('RunInstances'),
    tagged: ec2('TerminateInstances', 'StopInstances', 'StartInstances', 'ModifyInstanceAttribute', 'MonitorInstances'),
  },
  'AWS::EC2::LaunchTemplate': {
    open: ec2('CreateLaunchTemplate'),
    tagged: ec2(
      'CreateLaunchTemplateVersion',
      'ModifyLaunchTemplate',
      'DeleteLaunchTemplate',
      'DeleteLaunchTemplateVersions',
    ),
  },
  'AWS::AutoScaling::AutoScalingGroup': {
    // who makes a group from a template must be allowed what the group then does
    open: ec2('RunInstances'),
    autoScaling: [
      'CreateAutoScalingGroup',
      'UpdateAutoScalingGroup',
      'DeleteAutoScalingGroup',
      'CreateOrUpdateTags',
      'DeleteTags',
      'SuspendProcesses',
      'ResumeProcesses',
      'AttachTrafficSources',
      'DetachTrafficSources',
    ].map((name) => `autoscaling:${name}`),
  },
  'AWS::EKS::Cluster': {
    cluster: eks(
      'CreateCluster',
      'DeleteCluster',
      'UpdateClusterConfig',
      'UpdateClusterVersion',
      'TagResource',
      'UntagResource',
    ),
  },
  'AWS::EKS::Nodegroup': {
    open: ec2('RunInstances'),
    cluster: eks(
      'CreateNodegroup',
      'UpdateNodegroupConfig',
      'UpdateNodegroupVersion',
      'DeleteNodegroup',
      'TagResource',
    ),
  },
  'AWS::EKS::FargateProfile': { cluster: eks('CreateFargateProfile', 'DeleteFargateProfile', 'TagResource') },
  'AWS::EKS::Addon': { cluster: eks('CreateAddon', 'UpdateAddon', 'DeleteAddon', 'TagResource', 'UntagResource') },
  'AWS::EKS::AccessEntry': {
    cluster: eks(
      'CreateAccessEntry',
      'UpdateAccessEntry',
      'DeleteAccessEntry',
      'AssociateAccessPolicy',
      'DisassociateAccessPolicy',
      'TagResource',
    ),
  },
  'AWS::EKS::PodIdentityAssociation': {
    cluster: eks(
      'CreatePodIdentityAssociation',
      'UpdatePodIdentityAssociation',
      'DeletePodIdentityAssociation',
      'TagResource',
    ),
  },
  'AWS::IAM::Role': {
    role: iam(
      'CreateRole',
      'DeleteRole',
      'UpdateAssumeRolePolicy',
      'PutRolePolicy',
      'DeleteRolePolicy',
      'TagRole',
      'UntagRole',
    ),
  },
  'AWS::IAM::InstanceProfile': {
    instanceProfile: iam(
      'CreateInstanceProfile',
      'DeleteInstanceProfile',
      'AddRoleToInstanceProfile',
      'RemoveRoleFromInstanceProfile',
    ),
  },
  'AWS::IAM::ManagedPolicy': {
    iamPolicy: iam('CreatePolicy', 'DeletePolicy', 'CreatePolicyVersion', 'DeletePolicyVersion', 'TagPolicy'),
  },
  'AWS::IAM::OIDCProvider': {
    oidcProvider: iam(
      'CreateOpenIDConnectProvider',
      'DeleteOpenIDConnectProvider',
      'AddClientIDToOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
      'TagOpenIDConnectProvider',
    ),
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    balancer: [
      ...elb(
        'CreateLoadBalancer',
        'DeleteLoadBalancer',
        'ModifyLoadBalancerAttributes',
        'SetSubnets',
        'SetSecurityGroups',
      ),
      ...tagsOfBalancers,
    ],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    balancer: [
      ...elb('CreateTargetGroup', 'ModifyTargetGroup', 'ModifyTargetGroupAttributes', 'DeleteTargetGroup'),
      ...tagsOfBalancers,
    ],
  },
  'AWS::ElasticLoadBalancingV2::Listener': {
    balancer: [...elb('CreateListener', 'ModifyListener', 'DeleteListener'), ...tagsOfBalancers],
  },
  'AWS::Logs::LogGroup': {
    logGroup: ['CreateLogGroup', 'DeleteLogGroup', 'PutRetentionPolicy', 'TagResource'].map((name) => `logs:${name}`),
  },
  'AWS::CloudWatch::Alarm': {
    alarm: ['PutMetricAlarm', 'DeleteAlarms', 'TagResource'].map((name) => `cloudwatch:${name}`),
  },
  'AWS::KMS::Key': {
    open: ['kms:CreateKey', 'kms:TagResource'],
    tagged: [
      'kms:ScheduleKeyDeletion',
      'kms:EnableKeyRotation',
      'kms:PutKeyPolicy',
      'kms:UpdateKeyDescription',
      'kms:DescribeKey',
      'kms:CreateGrant',
    ],
  },
  'AWS::Route53::HostedZone': {
    anything: ['route53:CreateHostedZone'],
    zone: ['route53:DeleteHostedZone', 'route53:UpdateHostedZoneComment', 'route53:ChangeTagsForResource'],
  },
  'AWS::Route53::HealthCheck': {
    anything: ['route53:CreateHealthCheck'],
    healthCheck: ['route53:UpdateHealthCheck', 'route53:DeleteHealthCheck', 'route53:ChangeTagsForResource'],
  },
  'AWS::Route53::RecordSet': { zone: ['route53:ChangeResourceRecordSets'] },
}
