// Nodes as a stack of their own for each pool, so that a site that cannot have its machines stops no other. Managed groups where the place
// has them; else an Auto Scaling group of machines that join by themselves.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { autoscalerTag, autoscalerTags } from './autoscaler.ts'
import { managed } from './cluster.ts'
import { outputs } from './names.ts'
import { trustOf } from './network.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asLabels, asList, asRecord, asText, asTexts, isTrue } from './values.ts'

/** What differs between pools of one shape: the parameters of its template. */
export type PoolValues = {
  readonly Site: string
  readonly Pool: string
  readonly RoleName: string
  /** Of the stacks whose outputs it needs. */
  readonly ClusterStack: string
  readonly NetworkStack: string
  /** Names of outputs of the network's stack; of a network that is somebody else's, the ids themselves. */
} & { readonly [subnet: `Subnet${number}`]: string }

export interface PoolShape {
  readonly subnets: number
  /** Whether the subnets are outputs of a stack of ours. */
  readonly ownNetwork: boolean
  /** Whether their control plane stands on an Outpost. */
  readonly localCluster: boolean
}

/** Machines on premises have none; Auto Mode comes with the cluster. */
export const hasPoolStack = ({ intent }: Pick<Step, 'intent'>): boolean =>
  ['managed', 'selfManaged', 'hybrid', 'fargate'].includes(asText(intent.kind))

export function nodes(stack: Stack, cdk: Cdk, { intent }: Step, shape: PoolShape): void {
  const { core, iam } = cdk
  const parameter = (id: string) => new core.CfnParameter(stack, id, { type: 'String' }).valueAsString
  const clusterStack = parameter('ClusterStack')
  const ofCluster = (name: string) => core.Fn.getStackOutput(clusterStack, name)
  const networkStack = shape.ownNetwork ? parameter('NetworkStack') : ''
  const of = {
    site: parameter('Site'),
    pool: parameter('Pool'),
    cluster: ofCluster(outputs.clusterName),
    subnets: Array.from({ length: shape.subnets }, (_, index) => {
      const named = parameter(`Subnet${index + 1}`)
      return shape.ownNetwork ? core.Fn.getStackOutput(networkStack, named) : named
    }),
  }
  const named = intent.roleMapping !== undefined && asRecord(intent.roleMapping).role !== undefined
  const role = new iam.CfnRole(stack, 'NodeInstanceRole', {
    ...(named ? { roleName: parameter('RoleName') } : {}),
    assumeRolePolicyDocument: trustOf('ec2.amazonaws.com'),
    managedPolicyArns: [
      'AmazonEKSWorkerNodePolicy',
      'AmazonEKS_CNI_Policy',
      'AmazonEC2ContainerRegistryPullOnly',
      'AmazonSSMManagedInstanceCore',
    ].map(managed),
  })
  output(stack, cdk, outputs.nodeRole, role.attrArn)
  const machine = {
    // where a place has no volumes, the image is copied to the disks of the machine
    ...(intent.volumeType === 'nvme'
      ? {}
      : {
          blockDeviceMappings: [
            {
              deviceName: '/dev/xvda',
              ebs: {
                volumeType: asText(intent.volumeType),
                volumeSize: Number(intent.volumeSize ?? 20),
                encrypted: true,
                deleteOnTermination: true,
              },
            },
          ],
        }),
    metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: Number(intent.metadataHopLimit ?? 2) },
    ...(intent.keyPair === undefined ? {} : { keyName: asText(intent.keyPair) }),
  }
  const tags = [
    { key: 'Name', value: core.Fn.join('-', [of.cluster, of.site, of.pool]) },
    { key: 'skerry.dev/site', value: of.site },
  ]
  const taints = asList(intent.taints).map(asRecord)
  if (intent.kind === 'managed') {
    const template = new cdk.ec2.CfnLaunchTemplate(stack, 'LaunchTemplate', {
      launchTemplateData: { ...machine, tagSpecifications: [{ resourceType: 'instance', tags }] },
    })
    const effects = {
      NoSchedule: 'NO_SCHEDULE',
      PreferNoSchedule: 'PREFER_NO_SCHEDULE',
      NoExecute: 'NO_EXECUTE',
    } as const
    new cdk.eks.CfnNodegroup(stack, 'Nodes', {
      clusterName: of.cluster,
      nodegroupName: of.pool,
      // a later version of the control plane reaches its nodes by this line
      ...(intent.version === undefined ? {} : { version: asText(intent.version) }),
      nodeRole: role.attrArn,
      subnets: of.subnets,
      instanceTypes: asTexts(intent.instanceTypes),
      capacityType: isTrue(intent.spot) ? 'SPOT' : 'ON_DEMAND',
      // EKS tags the group for an autoscaler itself
      scalingConfig: sizeOf(intent),
      launchTemplate: { id: template.ref, version: template.attrLatestVersionNumber },
      labels: { ...asLabels(intent.labels), 'skerry.dev/site': of.site, 'skerry.dev/pool': of.pool },
      ...(taints.length === 0
        ? {}
        : {
            taints: taints.map(({ key, value, effect }) => ({
              key: asText(key),
              ...(value === undefined ? {} : { value: asText(value) }),
              effect: effects[asText(effect) as keyof typeof effects],
            })),
          }),
    })
    return
  }

  const image = asRecord(intent.image)
  const imageId =
    image.parameter === undefined
      ? asText(image.id)
      : new core.CfnParameter(stack, 'ImageId', {
          type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
          default: asText(image.parameter),
        }).valueAsString
  const profile = new iam.CfnInstanceProfile(stack, 'InstanceProfile', { roles: [role.ref] })
  const entry = asRecord(intent.roleMapping)
  const access =
    entry.by === 'accessEntry'
      ? new cdk.eks.CfnAccessEntry(stack, 'NodeAccess', {
          clusterName: of.cluster,
          principalArn: role.attrArn,
          type: asText(entry.type),
        })
      : undefined
  const groups = [ofCluster(outputs.clusterSecurityGroup)]
  const byCarrier = intent.publicAddress === 'carrier'
  const template = new cdk.ec2.CfnLaunchTemplate(stack, 'LaunchTemplate', {
    launchTemplateData: {
      ...machine,
      imageId,
      instanceType: asTexts(intent.instanceTypes)[0] ?? '',
      iamInstanceProfile: { arn: profile.attrArn },
      ...(byCarrier
        ? {
            networkInterfaces: [{ deviceIndex: 0, associateCarrierIpAddress: true, groups, deleteOnTermination: true }],
          }
        : { securityGroupIds: groups }),
      userData: core.Fn.base64(
        core.Fn.sub(nodeConfig(intent, shape.localCluster), {
          Cluster: of.cluster,
          Site: of.site,
          Pool: of.pool,
          Endpoint: ofCluster(outputs.clusterEndpoint),
          Certificate: ofCluster(outputs.clusterCertificate),
          Cidr: ofCluster(outputs.serviceCidr),
          ...(shape.localCluster ? { Id: ofCluster(outputs.clusterId) } : {}),
        }),
      ),
      tagSpecifications: [{ resourceType: 'instance', tags }],
    },
  })
  const size = sizeOf(intent)
  const made = new cdk.autoscaling.CfnAutoScalingGroup(stack, 'Nodes', {
    minSize: String(size.minSize),
    maxSize: String(size.maxSize),
    desiredCapacity: String(size.desiredSize),
    vpcZoneIdentifier: of.subnets,
    launchTemplate: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
    tags: [
      ...tags.map((tag) => ({ ...tag, propagateAtLaunch: true })),
      { key: core.Fn.join('', ['kubernetes.io/cluster/', of.cluster]), value: 'owned', propagateAtLaunch: true },
      ...(intent.autoscaling === undefined
        ? []
        : [
            { key: autoscalerTag, value: 'true', propagateAtLaunch: false },
            { key: core.Fn.join('', [autoscalerTags, of.cluster]), value: 'owned', propagateAtLaunch: false },
          ]),
    ],
  })
  // nobody joins who is not mapped yet; and a newer image reaches the machines one by one, each when the one before had time to join
  if (access !== undefined) made.addResourceDependency(access)
  made.cfnOptions.updatePolicy = {
    autoScalingRollingUpdate: {
      maxBatchSize: 1,
      minInstancesInService: size.desiredSize,
      pauseTime: 'PT5M',
      suspendProcesses: ['AZRebalance', 'ReplaceUnhealthy', 'AlarmNotification', 'ScheduledActions'],
    },
  }
}

/** By the bounds of its autoscaler; else one more at most, so that a rolling change has room. */
function sizeOf({ replicas, autoscaling }: Step['intent']) {
  const wanted = Number(replicas ?? 1)
  const { min, max } = asRecord(autoscaling)
  if (max !== undefined) return { minSize: Number(min), desiredSize: wanted, maxSize: Number(max) }
  return { minSize: Math.min(1, wanted), desiredSize: wanted, maxSize: wanted + 1 }
}

/** What nodeadm of Amazon Linux 2023 reads: https://awslabs.github.io/amazon-eks-ami/nodeadm/. */
function nodeConfig(intent: Step['intent'], localCluster: boolean): string {
  const labels = [
    ...Object.entries(asLabels(intent.labels)).map(([key, value]) => `${key}=${value}`),
    'skerry.dev/site=${Site}',
    'skerry.dev/pool=${Pool}',
  ].join(',')
  const taints = asList(intent.taints)
    .map(asRecord)
    .map(({ key, value, effect }) => `${asText(key)}=${asText(value)}:${asText(effect)}`)
    .join(',')
  return `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="BOUNDARY"

--BOUNDARY
Content-Type: application/node.eks.aws

apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster:
    name: \${Cluster}
    apiServerEndpoint: \${Endpoint}
    certificateAuthority: \${Certificate}
    cidr: \${Cidr}
${localCluster ? '    enableOutpost: true\n    id: ${Id}\n' : ''}  kubelet:
    flags:
      - --node-labels=${labels}
${taints === '' ? '' : `      - --register-with-taints=${taints}\n`}
--BOUNDARY--
`
}
