// A control plane as a stack: the cluster with its role, who may use it, the provider by which IAM trusts its service accounts, the add-ons
// that need no node, and the role of the load balancer controller.

import type { Stack } from 'aws-cdk-lib'
import type { Step } from '../../model/plan.ts'
import { autoscalerRole } from './autoscaler.ts'
import { logical, outputs } from './names.ts'
import { trustOf } from './network.ts'
import type { Cdk } from './synthesis.ts'
import { output } from './synthesis.ts'
import { asList, asRecord, asText, asTexts } from './values.ts'

export interface ClusterContext {
  /** The id of a subnet, as an expression. */
  readonly subnetId: (subnet: string) => string
  /** Of the network, to choose a range for Services that does not overlap it. */
  readonly networkCidr: string | undefined
  readonly outpostArn: string | undefined
  readonly hasOidcProvider: boolean
  /** The step that installs the load balancer controller, where there is one. */
  readonly controller: Step | undefined
  /** Whether a pool of it has bounds. */
  readonly autoscales: boolean
}

const authenticationModes = { api: 'API', apiAndConfigMap: 'API_AND_CONFIG_MAP', configMap: 'CONFIG_MAP' } as const

/** Add-ons that are there before any node: the others wait for somewhere to run, and so would the stack. */
const nodeless = new Set(['vpc-cni', 'kube-proxy', 'eks-pod-identity-agent'])
export const waitsForNodes = (addon: string): boolean => !nodeless.has(addon)

export function cluster(stack: Stack, cdk: Cdk, { intent }: Step, context: ClusterContext): void {
  const { eks, iam } = cdk
  const name = asText(intent.name)
  const onOutpost = intent.kind === 'eksOutpost'
  const role = new iam.CfnRole(stack, 'ControlPlaneRole', {
    assumeRolePolicyDocument: trustOf(onOutpost ? 'ec2.amazonaws.com' : 'eks.amazonaws.com'),
    managedPolicyArns: [managed(onOutpost ? 'AmazonEKSLocalOutpostClusterPolicy' : 'AmazonEKSClusterPolicy')],
  })
  const serviceCidr =
    intent.serviceCidr === undefined ? freeServiceCidr(context.networkCidr) : asText(intent.serviceCidr)
  const endpoint = asText(intent.endpoint)
  const publicCidrs = asTexts(intent.publicAccessCidrs)
  const remoteNodes = asTexts(intent.remoteNodeNetworks)
  const remotePods = asTexts(intent.remotePodNetworks)
  const mode = authenticationModes[asText(intent.authentication) as keyof typeof authenticationModes]
  const sealed =
    onOutpost || intent.secretsKey === undefined ? undefined : sealingKey(stack, cdk, asText(intent.secretsKey))
  const made = new eks.CfnCluster(stack, 'Cluster', {
    name,
    version: asText(intent.version),
    roleArn: role.attrArn,
    resourcesVpcConfig: {
      subnetIds: asList(intent.subnets).map((subnet) => context.subnetId(asText(asRecord(subnet).name))),
      endpointPrivateAccess: endpoint !== 'public',
      endpointPublicAccess: endpoint !== 'private',
      ...(endpoint === 'private' || publicCidrs.length === 0 ? {} : { publicAccessCidrs: publicCidrs }),
    },
    kubernetesNetworkConfig:
      intent.ipFamily === 'ipv6' ? { ipFamily: 'ipv6' } : { ipFamily: 'ipv4', serviceIpv4Cidr: serviceCidr },
    ...(onOutpost
      ? {
          outpostConfig: {
            outpostArns: [context.outpostArn ?? ''],
            controlPlaneInstanceType: asText(intent.controlPlaneInstanceType),
            ...placedApart('controlPlanePlacement', intent),
            ...(intent.etcdInstanceType === undefined
              ? {}
              : { etcdInstanceType: asText(intent.etcdInstanceType), ...placedApart('etcdPlacement', intent) }),
          },
        }
      : {
          accessConfig: {
            authenticationMode: mode ?? 'API',
            bootstrapClusterCreatorAdminPermissions: true,
          },
          ...(sealed === undefined
            ? {}
            : { encryptionConfig: [{ resources: ['secrets'], provider: { keyArn: sealed } }] }),
          upgradePolicy: { supportType: intent.support === 'extended' ? 'EXTENDED' : 'STANDARD' },
          logging: {
            clusterLogging: {
              enabledTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'].map((type) => ({
                type,
              })),
            },
          },
        }),
    ...(remoteNodes.length === 0
      ? {}
      : {
          remoteNetworkConfig: {
            remoteNodeNetworks: [{ cidrs: remoteNodes }],
            ...(remotePods.length === 0 ? {} : { remotePodNetworks: [{ cidrs: remotePods }] }),
          },
        }),
  })

  for (const value of asList(intent.accessEntries)) {
    const entry = asRecord(value)
    const principal = asText(entry.principal)
    new eks.CfnAccessEntry(stack, `Access${logical(principal.replace(/^.*[:/]/, ''))}`, {
      clusterName: made.ref,
      principalArn: principal.startsWith('arn:')
        ? principal
        : cdk.core.Fn.sub(`arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${principal}`),
      type: asText(entry.type),
      ...(asTexts(entry.groups).length === 0 ? {} : { kubernetesGroups: asTexts(entry.groups) }),
      accessPolicies: asTexts(entry.policies).map((policy) => ({
        policyArn: cdk.core.Fn.sub(`arn:\${AWS::Partition}:eks::aws:cluster-access-policy/${policy}`),
        accessScope: { type: 'cluster' },
      })),
    })
  }

  if (!onOutpost)
    for (const addon of asTexts(intent.addons).filter((it) => !waitsForNodes(it)))
      new eks.CfnAddon(stack, `Addon${logical(addon)}`, {
        clusterName: made.ref,
        addonName: addon,
        resolveConflicts: 'OVERWRITE',
      })

  const provider = context.hasOidcProvider
    ? new iam.CfnOIDCProvider(stack, 'OidcProvider', {
        url: made.attrOpenIdConnectIssuerUrl,
        clientIdList: ['sts.amazonaws.com'],
      })
    : undefined
  if (context.controller !== undefined) controllerRole(stack, cdk, context.controller, made, provider)
  // Pod Identity is not on Outposts
  if (context.autoscales && !onOutpost) autoscalerRole(stack, cdk, made.ref, name)

  output(stack, cdk, outputs.clusterName, made.ref)
  if (onOutpost) output(stack, cdk, outputs.clusterId, made.attrId)
  output(stack, cdk, outputs.clusterEndpoint, made.attrEndpoint)
  output(stack, cdk, outputs.clusterCertificate, made.attrCertificateAuthorityData)
  output(stack, cdk, outputs.clusterSecurityGroup, made.attrClusterSecurityGroupId)
  if (intent.ipFamily !== 'ipv6') output(stack, cdk, outputs.serviceCidr, serviceCidr)
}

/** Instances on different hosts or racks. A group that is named is the control plane's: etcd of its own has none to be given. */
function placedApart(
  where: 'controlPlanePlacement' | 'etcdPlacement',
  { placementGroup, spreadLevel }: Step['intent'],
) {
  const group =
    where === 'controlPlanePlacement' && placementGroup !== undefined ? { groupName: asText(placementGroup) } : {}
  const spread = spreadLevel === undefined ? {} : { spreadLevel: asText(spreadLevel) }
  return Object.keys({ ...group, ...spread }).length === 0 ? {} : { [where]: { ...group, ...spread } }
}

/** A key of the fleet's own changes its material every year, and can be taken back for thirty days after it is deleted. */
function sealingKey(stack: Stack, { core, kms }: Cdk, wanted: string): string {
  if (wanted !== 'own') return wanted
  return new kms.CfnKey(stack, 'SecretsKey', {
    description: 'Seals the secrets of the cluster',
    enableKeyRotation: true,
    pendingWindowInDays: 30,
    keyPolicy: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: core.Fn.sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
  }).attrArn
}

type Made = InstanceType<Cdk['eks']['CfnCluster']>
type Provider = InstanceType<Cdk['iam']['CfnOIDCProvider']>

/** What the controller may do, in the words of its authors; and who may be it: one service account of this cluster. */
function controllerRole(stack: Stack, cdk: Cdk, { intent }: Step, made: Made, provider: Provider | undefined): void {
  const account = asRecord(intent.serviceAccount)
  const policyName = asText(asRecord(intent.policy).name)
  const policy = new cdk.iam.CfnManagedPolicy(stack, 'LoadBalancerControllerPolicy', {
    description: `${policyName}: as published with the controller`,
    policyDocument: policyOf(cdk, asText(asRecord(intent.chart).version)),
  })
  const subject = `system:serviceaccount:${asText(account.namespace)}:${asText(account.name)}`
  const byPodIdentity = account.identity === 'podIdentity' || provider === undefined
  const role = new cdk.iam.CfnRole(stack, 'LoadBalancerControllerRole', {
    roleName: asText(account.role),
    managedPolicyArns: [policy.ref],
    assumeRolePolicyDocument: byPodIdentity
      ? {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { Service: 'pods.eks.amazonaws.com' },
              Action: ['sts:AssumeRole', 'sts:TagSession'],
            },
          ],
        }
      : // keys of an object cannot hold an expression, so the document is one string with the issuer put in
        cdk.core.Fn.sub(
          JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: { Federated: '${Provider}' },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: { StringEquals: { '${Issuer}:sub': subject, '${Issuer}:aud': 'sts.amazonaws.com' } },
              },
            ],
          }),
          {
            Provider: provider.attrArn,
            Issuer: cdk.core.Fn.select(1, cdk.core.Fn.split('//', made.attrOpenIdConnectIssuerUrl)),
          },
        ),
  })
  if (byPodIdentity)
    new cdk.eks.CfnPodIdentityAssociation(stack, 'LoadBalancerControllerIdentity', {
      clusterName: made.ref,
      namespace: asText(account.namespace),
      serviceAccount: asText(account.name),
      roleArn: role.attrArn,
    })
  output(stack, cdk, outputs.controllerRole, role.attrArn)
}

/**
 * Chart 1.N.M carries the controller 2.N.x, a chart from 2 on the controller of its own number. The policy is that of the newest release
 * of the same minor version, else of the newest known one before it.
 */
function policyOf(cdk: Cdk, chart: string): object {
  const [major = 0, minor = 0] = chart.split('.').map(Number)
  const line = major === 1 ? 2 : major
  for (let tried = minor; tried >= 0; tried -= 1)
    for (let patch = 9; patch >= 0; patch -= 1) {
      const found = cdk.controllerPolicy(`${line}.${tried}.${patch}`)
      if (found !== undefined) return found
    }
  throw new Error(`no policy is known for chart ${chart} of the load balancer controller`)
}

/** EKS picks one of these two itself where none is named, and does not say which: nodes must know it. */
const freeServiceCidr = (networkCidr: string | undefined): string =>
  networkCidr?.startsWith('172.') === true ? '10.100.0.0/16' : '172.20.0.0/16'

export const managed = (policy: string): string => `arn:aws:iam::aws:policy/${policy}`
