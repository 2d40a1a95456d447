import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { everyShape } from '../../../test/cloud/every-shape.ts'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import { plan } from '../../plan/index.ts'
import { workloadBundles } from '../workloads/bundles.ts'
import { cloudFormationFiles } from './assembly.ts'
import { cluster } from './cluster.ts'
import type { StackFile } from './stacks.ts'
import { stacksOf } from './stacks.ts'
import { filled, synthesised } from './synthesis.ts'

/** Parsed JSON: any field may be asked for, and be missing. */
interface Json {
  readonly [field: string]: Json
}
type Resource = {
  readonly Type: string
  readonly Properties: Json
  readonly DependsOn?: readonly string[]
}
const examples = ['local-zone', 'wavelength', 'recovery', 'federation'] as const
const all = new Map<string, readonly StackFile[]>()

beforeAll(async () => {
  for (const name of examples) all.set(name, stacksOf(plan(await readFleet([`examples/${name}`]))))
})

const stack = (fleet: (typeof examples)[number], name: string): StackFile => {
  const found = all.get(fleet)?.find((it) => it.name === `${fleet}-${name}`)
  if (found === undefined)
    throw new Error(
      `no stack ${name} in ${all
        .get(fleet)
        ?.map((it) => it.name)
        .join(', ')}`,
    )
  return found
}
const resources = ({ template }: StackFile): Record<string, Resource> => template.Resources as Record<string, Resource>
const ofType = (file: StackFile, type: string): readonly Resource[] =>
  Object.values(resources(file)).filter((it) => it.Type === type)
const parameters = ({ template }: StackFile): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(template.Parameters ?? {}).map(([name, it]) => [name, it.Default]))
const outputsOf = ({ template }: StackFile): readonly string[] => Object.keys((template.Outputs as object) ?? {})

describe('the stacks of local-zone', () => {
  test('[seed 3-4, 10-11, 16] a network, a control plane, nodes for each pool and their add-ons, each after what it takes values from', () => {
    expect(all.get('local-zone')?.map(({ name, needs }) => [name, needs])).toEqual([
      ['local-zone-network-main', []],
      ['local-zone-cluster-eks-cluster', ['local-zone-network-main']],
      ['local-zone-nodes-oregon-workers', ['local-zone-cluster-eks-cluster', 'local-zone-network-main']],
      [
        'local-zone-nodes-los-angeles-eks-selfmanaged-groupnode',
        ['local-zone-cluster-eks-cluster', 'local-zone-network-main'],
      ],
      [
        'local-zone-addons-eks-cluster',
        [
          'local-zone-cluster-eks-cluster',
          'local-zone-nodes-oregon-workers',
          'local-zone-nodes-los-angeles-eks-selfmanaged-groupnode',
        ],
      ],
      ['local-zone-dns-example-com', []],
    ])
  })

  test('[seed 8] what others need is an output: the security group of the cluster, the subnets of the zone, the VPC', () => {
    expect(outputsOf(stack('local-zone', 'cluster-eks-cluster'))).toContain('ClusterSecurityGroupId')
    expect(outputsOf(stack('local-zone', 'network-main'))).toEqual(
      expect.arrayContaining(['VpcId', 'LaxPrivateId', 'LaxPublicId']),
    )
  })

  test('[seed 12-15] the nodes of the zone are an Auto Scaling group in its private subnet, with the key pair, a gp2 volume and an image by parameter', () => {
    const nodes = stack('local-zone', 'nodes-los-angeles-eks-selfmanaged-groupnode')
    expect(parameters(nodes)).toMatchObject({
      ClusterStack: 'local-zone-cluster-eks-cluster',
      Pool: 'eks-selfmanaged-groupnode',
      Subnet1: 'LaxPrivateId',
      ImageId: '/aws/service/eks/optimized-ami/1.35/amazon-linux-2023/x86_64/standard/recommended/image_id',
    })
    const data = resources(nodes).LaunchTemplate?.Properties.LaunchTemplateData
    expect(data).toMatchObject({ KeyName: 'eks-keypair', InstanceType: 't3.medium' })
    expect(data?.BlockDeviceMappings?.[0]?.Ebs?.VolumeType).toBe('gp2')
    expect(ofType(nodes, 'AWS::EKS::Nodegroup')).toEqual([])
    expect(ofType(nodes, 'AWS::AutoScaling::AutoScalingGroup')).toHaveLength(1)
  })

  test('[seed 17-19] the role of the nodes is an output, and an access entry stands where aws-auth stood', () => {
    const nodes = stack('local-zone', 'nodes-los-angeles-eks-selfmanaged-groupnode')
    expect(outputsOf(nodes)).toEqual(['NodeInstanceRole'])
    expect(resources(nodes).NodeAccess?.Properties).toMatchObject({ Type: 'EC2_LINUX' })
  })

  test('[seed 5] the nodes of the Region are a managed group of two', () => {
    const [group] = ofType(stack('local-zone', 'nodes-oregon-workers'), 'AWS::EKS::Nodegroup')
    expect(group?.Properties.ScalingConfig).toEqual({ MinSize: 1, DesiredSize: 2, MaxSize: 3 })
  })

  test('[seed 23-25] the OIDC provider is trusted for one service account by the role of the controller', () => {
    const made = resources(stack('local-zone', 'cluster-eks-cluster'))
    expect(made.OidcProvider?.Properties.ClientIdList).toEqual(['sts.amazonaws.com'])
    const role = made.LoadBalancerControllerRole?.Properties
    expect(role?.RoleName).toBe('AmazonEKSLoadBalancerControllerRole')
    const document = role?.AssumeRolePolicyDocument?.['Fn::Sub']?.[0]
    expect(JSON.parse(String(document)).Statement[0].Condition.StringEquals['${Issuer}:sub']).toBe(
      'system:serviceaccount:kube-system:aws-load-balancer-controller',
    )
    expect(made.LoadBalancerControllerPolicy?.Properties.PolicyDocument?.Statement?.length).toBeGreaterThan(5)
  })

  test('[seed 1, 7] subnets of the zone lie in it, with a route to the NAT gateway of the Region and to the internet', () => {
    const made = resources(stack('local-zone', 'network-main'))
    expect(made.SubnetLaxPrivate?.Properties.AvailabilityZone).toBe('us-west-2-lax-1a')
    expect(made.RouteLaxPrivate?.Properties.NatGatewayId).toEqual({ Ref: 'NatGatewayOregonPublicA' })
    expect(made.RouteLaxPublic?.Properties.GatewayId).toEqual({ Ref: 'InternetGateway' })
  })

  test('only subnets where control planes stand may be chosen by the controller unasked', () => {
    const made = resources(stack('local-zone', 'network-main'))
    const tags = (id: string) => Object.values(made[id]?.Properties.Tags ?? {}).map((tag) => tag.Key)
    expect(tags('SubnetOregonPublicA')).toContain('kubernetes.io/role/elb')
    expect(tags('SubnetLaxPublic')).toEqual(['Name'])
  })
})

describe('the stacks of wavelength', () => {
  test('[seed 138-140] two subnets of the Region hold the control plane, and no managed group is in a zone', () => {
    const config = resources(stack('wavelength', 'cluster-eks-wavelength')).Cluster?.Properties.ResourcesVpcConfig
    expect(Object.values(config?.SubnetIds ?? {}).map((it) => it['Fn::GetStackOutput']?.OutputName)).toEqual([
      'RegionPrivateAId',
      'RegionPrivateBId',
    ])
    for (const site of ['boston', 'new-york', 'washington', 'atlanta'])
      expect(ofType(stack('wavelength', `nodes-${site}-edge`), 'AWS::EKS::Nodegroup')).toEqual([])
  })

  test('[seed 141, 143] volumes are gp2, and nodes are told the endpoint and the certificate of their cluster', () => {
    const data = resources(stack('wavelength', 'nodes-boston-edge')).LaunchTemplate?.Properties.LaunchTemplateData
    expect(data?.BlockDeviceMappings?.[0]?.Ebs?.VolumeType).toBe('gp2')
    const [text, values] = Object.values(data?.UserData?.['Fn::Base64']?.['Fn::Sub'] ?? {})
    expect(text).toContain('apiServerEndpoint: ${Endpoint}')
    expect(values?.Certificate?.['Fn::GetStackOutput']?.OutputName).toBe('ClusterCertificateAuthority')
  })

  test('[seed 145, 153] public subnets lead to the carrier gateway, private ones nowhere', () => {
    const made = resources(stack('wavelength', 'network-carrier'))
    expect(made.RouteBosCarrier?.Properties.CarrierGatewayId).toEqual({ Ref: 'CarrierGateway' })
    expect(made.RouteBosNodes).toBeUndefined()
  })

  test('[seed 146] interface endpoints with a private name and the security group of the cluster, after it', () => {
    const file = stack('wavelength', 'endpoints-carrier')
    expect(resources(file).EndpointEc2?.Properties).toMatchObject({
      ServiceName: 'com.amazonaws.us-east-1.ec2',
      PrivateDnsEnabled: true,
      VpcEndpointType: 'Interface',
    })
    expect(file.needs).toEqual(['wavelength-network-carrier', 'wavelength-cluster-eks-wavelength'])
  })

  test('[seed 147] cluster DNS is kept on the nodes of the Region by the configuration of its add-on', () => {
    const addon = resources(stack('wavelength', 'addons-eks-wavelength')).AddonCoredns?.Properties
    expect(JSON.parse(String(addon?.ConfigurationValues))).toMatchObject({
      replicaCount: 2,
      nodeSelector: { 'parentregion.resources': 'true' },
    })
  })
})

describe('the stacks of recovery and federation', () => {
  test('[seed 91-92, 94] two control planes in two Regions, each with an OIDC provider; subnets of the Outpost name it', () => {
    expect(
      all
        .get('recovery')
        ?.filter((it) => it.name.includes('-cluster-'))
        .map((it) => it.region),
    ).toEqual(['us-east-1', 'us-west-2'])
    for (const name of ['eks-outposts', 'eks-localzone'])
      expect(resources(stack('recovery', `cluster-${name}`)).OidcProvider).toBeDefined()
    const made = resources(stack('recovery', 'network-plant'))
    expect(made.SubnetOutpostsNodes?.Properties.OutpostArn).toMatch(/^arn:aws:outposts:/)
    expect(made.RouteOutpostsFront?.Properties.LocalGatewayId).toEqual({ Ref: 'LocalGatewayId' })
  })

  test('[seed 71-73, 77-78, 85] Karmada: three control planes, a balancer that passes TLS on to 32443 across zones, and its security group', () => {
    expect(all.get('federation')?.filter((it) => it.name.includes('-cluster-'))).toHaveLength(3)
    const made = resources(stack('federation', 'karmada-main'))
    expect(made.KarmadaListener?.Properties).toMatchObject({ Port: 32443, Protocol: 'TCP' })
    // the group that all nodes carry is that of the cluster, so no other is made
    expect(made.KarmadaIngress?.Properties).toMatchObject({
      FromPort: 32443,
      ToPort: 32443,
      GroupId: { 'Fn::GetStackOutput': { OutputName: 'ClusterSecurityGroupId' } },
    })
    expect(made.KarmadaLoadBalancer?.Properties.LoadBalancerAttributes).toEqual([
      { Key: 'load_balancing.cross_zone.enabled', Value: 'true' },
    ])
    expect(made.KarmadaLoadBalancer?.Properties.Subnets).toHaveLength(3)
    expect(
      ofType(stack('federation', 'addons-parent'), 'AWS::EKS::Addon').map((it) => it.Properties.AddonName),
    ).toContain('aws-ebs-csi-driver')
  })
})

describe('the names', () => {
  test('[seed 36-38] the zone of local-zone takes the names of the load balancers as parameters: the zone primary, the Region secondary', () => {
    const dns = stack('local-zone', 'dns-example-com')
    expect(Object.keys(dns.template.Parameters ?? {})).toEqual(
      expect.arrayContaining(['Game2048LosAngelesDNSName', 'Game2048OregonDNSName']),
    )
    const made = resources(dns)
    expect(made.RecordGameExampleComLosAngeles?.Properties).toMatchObject({ Failover: 'PRIMARY', Type: 'A' })
    expect(made.RecordGameExampleComOregon?.Properties).toMatchObject({ Failover: 'SECONDARY' })
    expect(made.HostedZone).toBeUndefined()
  })

  test('[seed 126-132] recovery: zone, health checks of both sites, the primary record, then the secondary', () => {
    const made = resources(stack('recovery', 'dns-example-com'))
    expect(Object.keys(made)).toEqual([
      'HostedZone',
      'HealthCheckWwwExampleComOutposts',
      'HealthCheckWwwExampleComLocalzone',
      'RecordWwwExampleComOutposts',
      'RecordWwwExampleComLocalzone',
    ])
    expect(made.HealthCheckWwwExampleComOutposts?.Properties.HealthCheckConfig).toMatchObject({
      Type: 'HTTP',
      Port: 80,
      ResourcePath: '/',
      RequestInterval: 30,
      FailureThreshold: 3,
      FullyQualifiedDomainName: { Ref: 'Game2048OutpostsDNSName' },
    })
    expect(made.RecordWwwExampleComOutposts?.Properties).toMatchObject({
      SetIdentifier: 'outposts',
      HealthCheckId: { Ref: 'HealthCheckWwwExampleComOutposts' },
      AliasTarget: { EvaluateTargetHealth: true, HostedZoneId: { Ref: 'Game2048OutpostsCanonicalHostedZoneID' } },
    })
    expect(made.RecordWwwExampleComLocalzone?.DependsOn).toEqual(['RecordWwwExampleComOutposts'])
  })

  test('[seed 152] wavelength: weighted records follow alarms, which stand in the Region of their metric', () => {
    const file = stack('wavelength', 'dns-example-com')
    expect(file.needs).toEqual(['wavelength-alarms-us-east-1'])
    const [check] = ofType(file, 'AWS::Route53::HealthCheck')
    expect(check?.Properties.HealthCheckConfig).toMatchObject({ Type: 'CLOUDWATCH_METRIC' })
    const named = ofType(stack('wavelength', 'alarms-us-east-1'), 'AWS::CloudWatch::Alarm').map(
      (it) => it.Properties.AlarmName,
    )
    expect(named).toContain(check?.Properties.HealthCheckConfig?.AlarmIdentifier?.Name)
  })
})

describe('every stack', () => {
  const each = () => [...all.values()].flat()

  test('holds native resources only: no function, no custom resource, no asset, and fits into a call', () => {
    for (const { template } of each()) {
      const types = Object.values(template.Resources as Record<string, Resource>).map((it) => it.Type)
      expect(types.filter((type) => /Lambda|^Custom::|CustomResource/.test(type))).toEqual([])
      expect(JSON.stringify(template).length).toBeLessThan(51_200)
    }
  })

  test('asks only for outputs that a stack before it gives', () => {
    for (const [fleet, files] of all) {
      const byName = new Map(files.map((it) => [it.name, it]))
      for (const file of files) {
        const defaults = parameters(file)
        for (const { StackName, OutputName } of asked(file.template)) {
          const from = typeof StackName === 'string' ? StackName : (defaults[StackName.Ref] ?? '')
          const output = typeof OutputName === 'string' ? OutputName : (defaults[OutputName.Ref] ?? '')
          expect(file.needs, `${fleet}: ${file.name} asks ${from}`).toContain(from)
          const producer = byName.get(from)
          expect(
            producer === undefined ? [] : outputsOf(producer),
            `${file.name} asks ${from} for ${output}`,
          ).toContain(output)
        }
      }
    }
  })

  test('names no account in a template but that of an Outpost: the same file serves any account', () => {
    for (const { template } of each())
      expect(JSON.stringify(template).replaceAll(/arn:aws:outposts:[^"]*/g, '')).not.toContain('111122223333')
  })

  test('is byte for byte what the CDK itself would write', () => {
    const fill = stepOfCluster()
    const outdir = mkdtempSync(join(tmpdir(), 'skerry-cdk-'))
    const { app } = filled('d', fill, outdir)
    const directory = app.synth({ validateOnSynthesis: false }).directory
    const file = readdirSync(directory).find((it) => it.endsWith('.template.json')) ?? ''
    expect(synthesised('d', fill)).toEqual(JSON.parse(readFileSync(join(directory, file), 'utf8')))
    rmSync(outdir, { recursive: true })
  })

  // CloudFormation gives other characters back as question marks, so that a template would never equal the one that is there
  test('is written in ASCII', () => {
    for (const { name, template } of each()) expect(JSON.stringify(template), name).not.toMatch(/[^\x20-\x7e]/)
  })

  test('is the same when it is made again', async () => {
    const made = plan(await readFleet(['examples/wavelength']))
    expect(cloudFormationFiles(made)).toEqual(cloudFormationFiles(made))
  })
})

test('a fleet that is on premises only has no assembly', () => {
  const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: floor }
clusters: [{ name: floor, eksAnywhere: { provider: docker, version: "1.35", role: standalone } }]
sites: [{ name: floor, place: { onPremises: docker }, cluster: floor, nodePools: [{ name: n, kind: machines }] }]
`)
  expect(cloudFormationFiles(plan(fleet))).toEqual([])
})

type Asked = string | { readonly Ref: string }

function asked(value: unknown): readonly { readonly StackName: Asked; readonly OutputName: Asked }[] {
  if (typeof value !== 'object' || value === null) return []
  if ('Fn::GetStackOutput' in value)
    return [value['Fn::GetStackOutput'] as { readonly StackName: Asked; readonly OutputName: Asked }]
  return Object.values(value).flatMap(asked)
}

function stepOfCluster() {
  const fleet = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: one }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: one, network: main, eks: { version: "1.35", oidcProvider: true } }]
sites: [{ name: west, place: { region: us-west-2 }, cluster: one, nodePools: [{ name: n, kind: managed, instanceTypes: [m5.large] }] }]
`)
  const step = plan(fleet).steps.find((it) => it.kind === 'cluster.create')
  if (step === undefined) throw new Error('a cluster is created')
  return (stack: Parameters<typeof cluster>[0], it: Parameters<typeof cluster>[1]) =>
    cluster(stack, it, step, {
      autoscales: false,
      subnetId: (subnet) => subnet,
      networkCidr: '10.0.0.0/16',
      outpostArn: undefined,
      hasOidcProvider: true,
      controller: undefined,
    })
}

describe('what a stack must say so that it works', () => {
  test('a gateway endpoint stands in the routes of every subnet, and nodes come after the endpoints that they need', () => {
    const file = stack('wavelength', 'endpoints-carrier')
    const [gateway] = ofType(file, 'AWS::EC2::VPCEndpoint').filter(
      ({ Properties }) => String(Properties.VpcEndpointType) === 'Gateway',
    )
    const tables = gateway?.Properties.RouteTableIds as unknown as readonly Json[]
    const names = tables.map((it) => String(it['Fn::GetStackOutput']?.OutputName))
    expect(names).toContain('BosNodesRouteTableId')
    expect(outputsOf(stack('wavelength', 'network-carrier'))).toEqual(expect.arrayContaining(names))
    expect(stack('wavelength', 'nodes-boston-edge').needs).toContain('wavelength-endpoints-carrier')
  })

  test('a later version reaches the nodes: a managed group by its version, machines of a group one by one', () => {
    const [managed] = ofType(stack('local-zone', 'nodes-oregon-workers'), 'AWS::EKS::Nodegroup')
    expect(managed?.Properties.Version).toBe('1.35')
    const group = ofType(stack('recovery', 'nodes-outposts-workers'), 'AWS::AutoScaling::AutoScalingGroup')[0]
    expect(group).toMatchObject({
      DependsOn: ['NodeAccess'],
      UpdatePolicy: { AutoScalingRollingUpdate: { MaxBatchSize: 1, MinInstancesInService: 2, PauseTime: 'PT5M' } },
    })
  })

  test('nodes of a control plane on an Outpost know that it is there, by its id', () => {
    const made = stacksOf(
      plan(
        fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: plant }
networks:
  - name: plant
    region: us-east-1
    cidr: 10.20.0.0/16
    subnets: [{ name: nodes, zone: us-east-1a, cidr: 10.20.20.0/24, outpost: plant }]
clusters: [{ name: local, network: plant, eksOutpost: { version: "1.31", storage: ebs, controlPlaneInstanceType: m5.large, subnets: [nodes] } }]
sites:
  - name: plant
    place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a, formFactor: rack, capacity: { m5.large: 8 } } }
    cluster: local
    nodePools: [{ name: workers, kind: selfManaged, instanceTypes: [m5.large], subnets: [nodes], replicas: 2 }]
`),
      ),
    )
    const text = (name: string) => JSON.stringify(made.find((it) => it.name === name)?.template)
    expect(text('plant-cluster-local')).toContain('"ClusterId"')
    expect(text('plant-nodes-plant-workers')).toContain('enableOutpost: true\\n    id: ${Id}')
  })
})

describe('shapes that the examples have not', () => {
  let known: readonly StackFile[] | undefined
  const of = (name: string): StackFile => {
    known ??= stacksOf(plan(everyShape()))
    const found = known.find((it) => it.name === `shapes-${name}`)
    if (found === undefined) throw new Error(`no stack ${name}`)
    return found
  }

  test('a load balancer that is a stack’s is one for each zone, and its names reach Route 53 without a second phase', () => {
    const edge = of('front-shop-los-angeles')
    expect(resources(edge).LoadBalancer?.Properties.Subnets).toHaveLength(1)
    expect(resources(of('front-shop-oregon')).LoadBalancer?.Properties.Subnets).toHaveLength(2)
    const dns = of('dns-example-com')
    expect(dns.template.Parameters).toBeUndefined()
    expect(dns.needs).toEqual(
      expect.arrayContaining([
        'shapes-front-shop-los-angeles',
        'shapes-front-shop-oregon',
        'shapes-front-stream-oregon',
      ]),
    )
    const alias = resources(dns).RecordShopExampleComLosAngeles?.Properties.AliasTarget
    expect(alias?.DNSName?.['Fn::GetStackOutput']).toEqual({
      StackName: 'shapes-front-shop-los-angeles',
      Region: 'us-west-2',
      OutputName: 'DNSName',
    })
    // and a name that changed is read again: the record holds a hash of what made it
    const record = resources(dns).RecordShopExampleComLosAngeles as unknown as { readonly Metadata: object }
    expect(Object.keys(record.Metadata)).toEqual(['skerry.dev/of'])
  })

  test('a pool with bounds is a group with them that its autoscaler finds by tags, and may change by a role of its own', () => {
    const [group] = ofType(of('nodes-los-angeles-edge'), 'AWS::AutoScaling::AutoScalingGroup')
    expect(group?.Properties).toMatchObject({ MinSize: '1', DesiredCapacity: '1', MaxSize: '4' })
    const keys = JSON.stringify(group?.Properties.Tags)
    expect(keys).toContain('"k8s.io/cluster-autoscaler/enabled"')
    expect(keys).toContain('"k8s.io/cluster-autoscaler/",{"Fn::GetStackOutput"')
    const [managed] = ofType(of('nodes-oregon-workers'), 'AWS::EKS::Nodegroup')
    expect(managed?.Properties.ScalingConfig).toEqual({ MinSize: 1, DesiredSize: 2, MaxSize: 5 })

    const made = resources(of('cluster-oregon'))
    expect(made.ClusterAutoscalerIdentity?.Properties).toMatchObject({
      Namespace: 'kube-system',
      ServiceAccount: 'cluster-autoscaler',
    })
    const policy = made.ClusterAutoscalerRole?.Properties.Policies?.[0]?.PolicyDocument
    expect(policy?.Statement?.[1]?.Condition).toEqual({
      StringEquals: { 'aws:ResourceTag/k8s.io/cluster-autoscaler/oregon': 'owned' },
    })
    expect(resources(of('cluster-rack')).ClusterAutoscalerRole).toBeUndefined()
  })

  test('images of ECR: nodes of every kind may pull them', () => {
    for (const [pool, role] of [
      ['oregon-workers', 'NodeInstanceRole'],
      ['los-angeles-edge', 'NodeInstanceRole'],
      ['floor-hosts', 'NodeInstanceRole'],
      ['oregon-pods', 'PodExecutionRole'],
    ] as const)
      expect(JSON.stringify(resources(of(`nodes-${pool}`))[role]?.Properties.ManagedPolicyArns), pool).toMatch(
        /AmazonEC2ContainerRegistryPullOnly|AmazonEKSFargatePodExecutionRolePolicy/,
      )
  })

  test('its target group is the one that the copy’s binding names', () => {
    const bindings = workloadBundles(plan(everyShape()))
      .flatMap(({ base, overlays }) => [...base, ...overlays.flatMap(({ extra, patches }) => [...extra, ...patches])])
      .flatMap(({ objects }) => objects)
    const group = String(resources(of('front-stream-oregon')).Targets?.Properties.Name)
    expect(group.length).toBeLessThanOrEqual(32)
    expect(JSON.stringify(bindings)).toContain(`"targetGroupName":"${group}"`)
    expect(bindings.filter(({ kind }) => kind === 'Ingress')).toEqual([])
  })

  test('TLS ends at a listener that names its certificate', () => {
    expect(resources(of('front-stream-oregon')).Listener?.Properties).toMatchObject({ Protocol: 'TLS', Port: 443 })
  })

  test('a local cluster on an Outpost keeps its instances on different hosts, has etcd of its own, and no access entry', () => {
    const rack = of('cluster-rack')
    expect(resources(rack).Cluster?.Properties.OutpostConfig).toMatchObject({
      ControlPlanePlacement: { SpreadLevel: 'host' },
      EtcdInstanceType: 'c5d.large',
      EtcdPlacement: { SpreadLevel: 'host' },
    })
    expect(ofType(rack, 'AWS::EKS::AccessEntry')).toEqual([])
  })

  test('secrets are sealed by a key of the cluster’s own, whose material changes', () => {
    const made = resources(of('cluster-oregon'))
    expect(made.SecretsKey?.Properties).toMatchObject({ EnableKeyRotation: true })
    expect(made.Cluster?.Properties.EncryptionConfig).toMatchObject([
      { Resources: ['secrets'], Provider: { KeyArn: { 'Fn::GetAtt': ['SecretsKey', 'Arn'] } } },
    ])
  })

  test('[seed 47] hosts of the customer join by a role and an entry HYBRID_LINUX, pods on Fargate by a profile', () => {
    const hosts = resources(of('nodes-floor-hosts'))
    expect(hosts.NodeAccess?.Properties).toMatchObject({ Type: 'HYBRID_LINUX' })
    expect(JSON.stringify(hosts.NodeInstanceRole?.Properties.AssumeRolePolicyDocument)).toContain('ssm.amazonaws.com')
    expect(resources(of('cluster-oregon')).Cluster?.Properties.RemoteNetworkConfig).toMatchObject({
      RemoteNodeNetworks: [{ Cidrs: ['10.80.0.0/16'] }],
    })
    expect(resources(of('nodes-oregon-pods')).Profile?.Properties.Selectors).toEqual([{ Namespace: 'batch' }])
  })

  test('[seed 83] a management host in a private subnet: no key, no port open, known to the clusters of its network', () => {
    const made = resources(of('host-main'))
    expect(made.Host?.Properties).toMatchObject({
      InstanceType: 't3.micro',
      MetadataOptions: { HttpTokens: 'required' },
    })
    expect(made.Host?.Properties.KeyName).toBeUndefined()
    expect(made.SecurityGroup?.Properties.SecurityGroupIngress).toBeUndefined()
    expect(made.AccessOregon?.Properties).toMatchObject({ Type: 'STANDARD' })
    // a local cluster on an Outpost has its own ways in
    expect(made.AccessRack).toBeUndefined()
  })

  test('a machine whose place has no volumes is given none', () => {
    expect(JSON.stringify(of('nodes-rack-workers').template)).not.toContain('nvme')
  })
})
