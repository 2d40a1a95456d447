// Clusters: one Kubernetes control plane each, of one of four kinds.

import { z } from 'zod'
import { onPremisesProvider } from './places.ts'
import {
  cidr,
  count,
  duration,
  exactlyOne,
  instanceType,
  ipv4,
  kubernetesVersion,
  labels,
  name,
  reference,
  region,
  relativePath,
  secretRef,
  semanticVersion,
  text,
} from './scalars.ts'

const endpoint = z.enum(['private', 'public', 'publicAndPrivate'])
const authentication = z.enum(['api', 'apiAndConfigMap', 'configMap'])

export const accessEntry = z.strictObject({
  principal: z.string().max(300).describe('An IAM role or user: its name or ARN'),
  type: z
    .enum(['STANDARD', 'EC2_LINUX', 'EC2_WINDOWS', 'FARGATE_LINUX', 'EC2', 'HYBRID_LINUX', 'HYPERPOD_LINUX'])
    .default('STANDARD'),
  groups: z.array(z.string().max(200)).max(20).default([]),
  policies: z.array(z.string().max(200)).max(20).default([]),
})

export const loadBalancerController = z.strictObject({
  version: semanticVersion.default('3.5.0').describe('Version of the chart aws-load-balancer-controller'),
  releaseName: name.optional(),
  serviceAccount: name.default('aws-load-balancer-controller'),
  role: z.string().max(64).optional(),
  identity: z
    .enum(['podIdentity', 'oidc'])
    .optional()
    .describe('How its pods get AWS credentials; left out, what the place offers'),
})

export const eks = z.strictObject({
  version: kubernetesVersion,
  endpoint: endpoint.default('private'),
  publicAccessCidrs: z.array(cidr).max(40).default([]),
  authentication: authentication.default('api'),
  subnets: z
    .array(reference('subnet'))
    .max(16)
    .optional()
    .describe('Cluster subnets; left out, one in each Availability Zone used'),
  serviceCidr: cidr.optional(),
  ipFamily: z.enum(['ipv4', 'ipv6']).default('ipv4'),
  support: z.enum(['standard', 'extended']).default('standard'),
  addons: z.array(z.string().max(60)).max(40).default(['vpc-cni', 'coredns', 'kube-proxy', 'eks-pod-identity-agent']),
  oidcProvider: z.boolean().default(false),
  secretsKey: z
    .string()
    .regex(
      /^(?:own|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[0-9a-f-]+)$/,
      'own, or the ARN of a key, such as arn:aws:kms:us-west-2:111122223333:key/…',
    )
    .optional()
    .describe('The KMS key that seals its data; own: one that is made with it. Left out, a key of AWS'),
  accessEntries: z.array(accessEntry).max(100).default([]),
  creatorRole: z.string().max(300).optional().describe('The dedicated role that creates the cluster'),
  loadBalancerController: loadBalancerController.optional(),
  remoteNodeNetworks: z.array(cidr).max(15).default([]),
  remotePodNetworks: z.array(cidr).max(15).default([]),
  kubectl: semanticVersion.optional().describe('The kubectl that operators use, to check its skew'),
})

export const eksOutpost = z.strictObject({
  version: kubernetesVersion,
  storage: z.enum(['ebs', 'instanceStore']),
  controlPlaneInstanceType: instanceType,
  etcdInstanceType: instanceType.optional(),
  placementGroup: z.string().max(255).optional(),
  spreadLevel: z.enum(['host', 'rack']).optional(),
  endpoint: endpoint.default('private'),
  authentication: authentication.optional(),
  subnets: z.array(reference('subnet')).max(6).optional(),
  addons: z.array(z.string().max(60)).max(40).default([]),
  breakGlassCertificate: z.boolean().default(false).describe('An x509 kubeconfig kept for the time without the Region'),
  loadBalancerController: loadBalancerController.optional(),
})

export const registryMirror = z.strictObject({
  endpoint: z.string().max(253),
  port: z.int().min(1).max(65_535).default(443),
  namespaces: z.record(z.string().max(200), z.string().max(200)).default({}),
  caCertificate: relativePath.optional(),
})

/** `${NAME}`: stands for a value that is filled in when the file is applied. */
const isReference = (value: string): boolean => /^\$\{\w+\}$/.test(value)

/** In fields that are open to anything, a value under a name such as password is refused before it gets any further. */
function withoutSecrets(value: unknown, context: z.RefinementCtx): void {
  const walk = (inner: unknown, path: readonly (string | number)[]): void => {
    if (typeof inner !== 'object' || inner === null) return
    for (const [key, held] of Object.entries(inner)) {
      const here = [...path, Array.isArray(inner) ? Number(key) : key]
      if (typeof held !== 'string') walk(held, here)
      else if (/password|passphrase|token$|secretKey|privateKey|apiKey|accessKey/i.test(key) && !isReference(held))
        context.addIssue({
          code: 'custom',
          path: here,
          params: { secret: true },
          message: `a secret is never in the fleet: write \${NAME}, which is filled in when the file is applied`,
        })
    }
  }
  walk(value, [])
}

const iamMapping = (of: 'role' | 'user') =>
  z
    .array(
      z.strictObject({
        arn: z
          .string()
          .max(300)
          .regex(
            new RegExp(`^arn:aws[a-z-]*:iam::\\d{12}:${of}/[\\w+=,.@/-]+$`),
            `the ARN of a ${of}, such as arn:aws:iam::111122223333:${of}/operators`,
          ),
        username: z.string().min(1).max(200),
        groups: z.array(z.string().max(200)).max(20).default([]),
      }),
    )
    .max(100)
    .default([])

/** People who sign in with AWS: the file AWSIamConfig of EKS Anywhere. */
export const anywhereIam = z.strictObject({
  region,
  partition: z.enum(['aws', 'aws-cn', 'aws-us-gov']).optional(),
  roles: iamMapping('role'),
  users: iamMapping('user'),
})

/** People who sign in with an identity provider of their own: the file OIDCConfig. */
export const anywhereOidc = z.strictObject({
  clientId: z.string().min(1).max(300),
  issuerUrl: z
    .string()
    .max(500)
    .regex(/^https:\/\//, 'an address that starts with https://'),
  usernameClaim: z.string().max(100).optional(),
  usernamePrefix: z.string().max(100).optional(),
  groupsClaim: z.string().max(100).optional(),
  groupsPrefix: z.string().max(100).optional(),
  requiredClaim: z.strictObject({ claim: z.string().max(100), value: z.string().max(300) }).optional(),
})

export const anywhereUpgrade = z.strictObject({
  strategy: z.enum(['rollingUpdate', 'inPlace']).describe('inPlace: on bare metal only'),
  maxSurge: z.int().min(0).max(100).optional().describe('Machines more than needed while workers are replaced'),
  maxUnavailable: z.int().min(0).max(100).optional().describe('Workers that may be missing meanwhile'),
})

export const eksAnywhere = z.strictObject({
  provider: onPremisesProvider,
  version: kubernetesVersion,
  release: semanticVersion.optional().describe('EKS Anywhere release, such as 0.26.1'),
  role: z
    .enum(['management', 'workload', 'standalone'])
    .optional()
    .describe('Left out: workload when it names a management cluster'),
  managementCluster: reference('cluster').optional(),
  singleNode: z.boolean().default(false),
  boot: z.enum(['iso', 'pxe']).optional(),
  endpoint: ipv4.optional().describe('The virtual address of the API server on the LAN'),
  controlPlane: z.strictObject({ replicas: count.default(3), instance: z.string().max(60).optional() }).optional(),
  etcd: z.strictObject({ replicas: count }).optional(),
  os: z.enum(['bottlerocket', 'ubuntu', 'redhat']).optional(),
  podCidr: cidr.default('192.168.0.0/16'),
  serviceCidr: cidr.default('10.96.0.0/12'),
  cni: z.enum(['cilium', 'kindnetd', 'calico', 'vpc-cni']).default('cilium'),
  airGapped: z.boolean().default(false),
  registryMirror: registryMirror.optional(),
  osImageURL: z.string().max(500).optional(),
  hookImagesURL: z.string().max(500).optional(),
  packages: z.array(z.string().max(60)).max(40).default([]).describe('Curated packages, such as metallb or harbor'),
  packageConfig: z
    .record(z.string().max(60), z.record(z.string(), z.unknown()))
    .superRefine(withoutSecrets)
    .optional()
    .describe(`Values of a package by its name; a secret as \${NAME}, filled in when it is applied`),
  metallbPool: z.string().max(60).optional(),
  hardware: z.strictObject({ csv: relativePath, bmcSecretRef: secretRef.optional() }).optional(),
  datacenter: z
    .record(z.string(), z.unknown())
    .superRefine(withoutSecrets)
    .optional()
    .describe("Fields of the provider's datacenter kind"),
  machine: z
    .record(z.string(), z.unknown())
    .superRefine(withoutSecrets)
    .optional()
    .describe("Fields of the provider's machine kind"),
  identity: z.enum(['iam', 'oidc', 'none']).default('none'),
  iam: anywhereIam.optional(),
  oidc: anywhereOidc.optional(),
  sshKey: z
    .string()
    .max(2_000)
    .regex(/^(?:ssh-|ecdsa-|sk-)\S+ [A-Za-z0-9+/=]+(?: .*)?$/, 'a public key, such as ssh-ed25519 AAAA… name')
    .optional()
    .describe('The public key of people who may log in to its machines'),
  upgrade: anywhereUpgrade.optional().describe('Left out: in place on a single node, else one machine after the other'),
  bundledFlux: z
    .boolean()
    .optional()
    .describe('EKS Anywhere installs Flux on it and commits to the repository itself; left out, skerry installs it'),
  licenseToken: secretRef
    .refine((value) => !/^(?:eyJ|l-[0-9a-f]{32}$)/.test(value), {
      error: 'a token is never in the fleet: name the secret that holds it, such as vault/eks-anywhere/store',
      params: { secret: true },
    })
    .optional(),
  owner: text.optional(),
  backup: text.optional(),
  upgradeWindow: text.optional(),
})

export const existingCluster = z.strictObject({
  kubeconfig: relativePath.optional(),
  context: z.string().max(200).optional(),
  version: kubernetesVersion.optional(),
  region: region.optional(),
  location: z
    .enum(['region', 'site'])
    .default('region')
    .describe('Whether its control plane stands in a Region or at its site'),
})

export const cluster = z
  .strictObject({
    name: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/, 'a name is lower case letters, digits and hyphens'),
    network: reference('network').optional(),
    account: reference('account').optional(),
    at: reference('site').optional().describe('The site at which the control plane stands'),
    labels: labels.default({}),
    protect: z.boolean().optional(),
    eks: eks.optional(),
    eksOutpost: eksOutpost.optional(),
    eksAnywhere: eksAnywhere.optional(),
    existing: existingCluster.optional(),
    tolerations: z
      .strictObject({ notReady: duration.optional(), unreachable: duration.optional() })
      .optional()
      .describe('How long pods stay on a node that is lost, when their app says nothing'),
  })
  .superRefine(exactlyOne(['eks', 'eksOutpost', 'eksAnywhere', 'existing']))
