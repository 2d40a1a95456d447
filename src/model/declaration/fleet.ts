// The document `kind: Fleet`: everything that is declared once for all apps.

import { z } from 'zod'
import { cluster } from './cluster.ts'
import { account, dnsZone, network, siteNetwork } from './network.ts'
import { place } from './places.ts'
import {
  bandwidth,
  cidr,
  count,
  country,
  duration,
  instanceType,
  kubernetesVersion,
  labels,
  location,
  name,
  reference,
  region,
  relativePath,
  secretRef,
  text,
  zoneName,
} from './scalars.ts'

export const apiVersion = z.literal('skerry.dev/v1alpha1')

export const metadata = z.strictObject({
  name,
  description: text.optional(),
  owner: z.string().max(200).optional(),
  labels: labels.optional(),
})

export const nodePool = z.strictObject({
  name,
  kind: z
    .enum(['managed', 'selfManaged', 'fargate', 'autoMode', 'hybrid', 'machines'])
    .optional()
    .describe('Left out, the safe kind of the place'),
  cluster: reference('cluster').optional().describe('Left out, the cluster of the site'),
  instanceTypes: z.array(instanceType).min(1).max(20).optional(),
  replicas: count.default(1),
  subnets: z.array(reference('subnet')).min(1).max(16).optional(),
  volumeType: z.enum(['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard', 'nvme']).optional(),
  volumeSize: z.int().min(1).max(16_384).optional().describe('GiB'),
  version: kubernetesVersion.optional().describe('Left out, the version of the cluster'),
  ami: z.string().max(200).optional().describe('An image id, or an SSM parameter; left out, the one of the version'),
  os: z.enum(['al2023', 'al2', 'bottlerocket', 'ubuntu', 'redhat', 'windows']).optional(),
  spot: z.boolean().default(false),
  keyPair: z.string().max(255).optional(),
  publicAddress: z.enum(['none', 'automatic', 'elastic', 'carrier']).optional(),
  networkBorderGroup: z.string().max(60).optional().describe('Left out, the one of the place'),
  metadataHopLimit: z.int().min(1).max(64).default(2),
  clusterSecurityGroup: z.boolean().default(true).describe('Whether nodes and control plane admit each other'),
  labels: labels.default({}),
  taints: z
    .array(
      z.strictObject({
        key: z.string().max(317),
        value: z.string().max(63).optional(),
        effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
      }),
    )
    .max(20)
    .default([]),
  hardware: z
    .strictObject({ cpu: z.number().min(0.1), memoryGiB: z.number().min(0.1) })
    .optional()
    .describe('Of a machine on premises'),
  bootTime: duration.optional().describe('From power to kubelet; left out, two minutes'),
  namespaces: z
    .array(name)
    .min(1)
    .max(5)
    .optional()
    .describe('Of pods that Fargate runs; left out, those of the apps at the site'),
  autoscaling: z
    .strictObject({ min: count, max: count })
    .optional()
    .describe('Bounds within which a cluster autoscaler keeps the number of nodes'),
})

export const link = z.strictObject({
  to: reference('cluster').optional().describe('What it leads to; left out, the cluster of the site'),
  kind: z.enum(['strong', 'intermittent', 'airgapped']).default('strong'),
  bandwidth: bandwidth.optional(),
  delay: duration.optional().describe('Round trip'),
  mtu: z.int().min(576).max(9216).optional(),
  offlineFor: duration.optional().describe('How long the site must go on without it'),
  localGateway: z.boolean().optional().describe('Whether an Outpost has a route to its LAN by the local gateway'),
})

export const site = z.strictObject({
  name,
  place,
  cluster: reference('cluster').optional().describe('The cluster that its node pools join'),
  location: location.optional(),
  country: country.optional(),
  labels: labels.default({}),
  network: z
    .union([reference('network'), siteNetwork])
    .optional()
    .describe('Left out, the network of its cluster'),
  link: link.optional(),
  nodePools: z.array(nodePool).max(100).default([]),
  protect: z.boolean().default(true).describe('Never deleted without its name typed'),
  internet: z
    .boolean()
    .optional()
    .describe('Whether users reach it over the internet without its Region; left out, what the place offers'),
  sharedRisks: z
    .array(name)
    .max(20)
    .default([])
    .describe('Tags of what it would lose together with other sites, such as a grid or a duct'),
  powerHoldUp: duration.optional().describe('How long a battery or generator carries it'),
})

const column = z.union([
  z.enum(['string', 'int', 'number', 'boolean', 'ip', 'cidr', 'point', 'cluster', 'site', 'account', 'network']),
  z.array(z.string().max(100)).min(1).max(100),
])

export const fleetClass = z.strictObject({
  name,
  rows: z
    .strictObject({
      csv: relativePath.optional(),
      list: z
        .array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])))
        .max(100_000)
        .optional(),
      key: z.string().max(60),
      columns: z.record(z.string().max(60), column),
      retired: z.array(z.string().max(100)).max(100_000).default([]).describe('Keys of rows that are gone on purpose'),
    })
    .superRefine((rows, context) => {
      if ((rows.csv === undefined) === (rows.list === undefined))
        context.addIssue({ code: 'custom', path: [], message: 'rows come from exactly one of csv and list' })
    }),
  site: z
    .record(z.string(), z.unknown())
    .meta({ template: 'site' })
    .describe('A site, in which {column} stands for the value of the row'),
  cluster: z
    .record(z.string(), z.unknown())
    .meta({ template: 'cluster' })
    .optional()
    .describe('A cluster for each row, likewise'),
})

export const federation = z.strictObject({
  name,
  engine: z.literal('karmada').default('karmada'),
  version: z.string().max(40).optional(),
  host: reference('cluster'),
  members: z.union([z.array(reference('cluster')).max(5_000), z.strictObject({ matchLabels: labels })]),
  sync: z
    .record(z.string(), z.enum(['push', 'pull']))
    .meta({ keyReferences: 'cluster', keyAllows: ['default'] })
    .default({ default: 'push' })
    .describe('By cluster, or default'),
  endpoint: z.enum(['networkLoadBalancer', 'none']).default('networkLoadBalancer'),
  port: z.int().min(1).max(65_535).default(32443),
  highAvailability: z.boolean().default(true),
  etcd: z
    .strictObject({ replicas: count.default(3), storage: z.enum(['volume', 'hostPath', 'memory']).default('volume') })
    .optional(),
  failover: z
    .strictObject({
      after: duration.default(0),
      purge: z.enum(['gracefully', 'directly', 'never']).default('gracefully'),
      failback: z.enum(['manual', 'none']).default('manual'),
      featureGate: z.boolean().default(true),
      noExecuteEviction: z.boolean().default(true),
      noExecutePolicyAllowed: z.boolean().default(true),
      taintPolicy: z.boolean().default(true),
    })
    .optional(),
})

export const gitops = z.strictObject({
  engine: z.literal('flux').default('flux'),
  version: z.string().max(40).optional(),
  url: z.string().max(500),
  branch: z.string().max(200).default('main'),
  path: relativePath.optional(),
  deliver: z.enum(['pullRequest', 'branch', 'push']).default('pullRequest'),
  sourceInterval: duration.default(60),
  interval: duration.default(600),
  prune: z.boolean().default(true),
  wait: z.boolean().default(true),
  clusters: z.array(reference('cluster')).max(5_000).optional().describe('Left out, every cluster'),
  secretRef: secretRef.optional(),
  provider: z.enum(['generic', 'github', 'gitlab', 'codecommit']).default('generic'),
  rings: z
    .record(name, z.string().min(1).max(200))
    .optional()
    .describe(
      'The Git tag, branch or commit that each ring follows (the sites with that label ring); left out, branch',
    ),
  secrets: z
    .strictObject({
      age: z
        .array(z.string().regex(/^age1[0-9a-z]{20,100}$/, 'an age recipient, such as age1…'))
        .min(1)
        .max(50),
      keySecret: name.default('sops-age').describe('The Secret in flux-system with the private key, put there by hand'),
    })
    .optional()
    .describe('Secrets in the repository are encrypted by SOPS for these recipients; left out, there are none in it'),
})

export const audience = z.strictObject({
  name,
  near: z
    .union([location, reference('site')])
    .optional()
    .describe('A location, or a site'),
  at: reference('site').optional().describe('On the LAN of a site: these users never resolve the public name'),
  carrier: z.string().max(60).optional(),
  country: country.optional(),
  weight: z.number().min(0).default(1).describe('Its share of all users, against the other audiences'),
})

/** A finding that the team lives with, and why. */
export const acceptance = z.strictObject({
  code: z.string().regex(/^[A-Z]{2,4}\d{2,3}$/, 'a code such as LZ005'),
  at: z.string().max(300).optional().describe('Only there: the start of a path such as sites.los-angeles'),
  reason: z.string().min(10, 'a reason of ten characters or more').max(1_000),
  until: z.iso.date('a date such as 2027-03-01').optional(),
})

/** Facts of an account or a carrier that are newer than skerry's own table. */
export const facts = z.strictObject({
  zones: z
    .array(
      z.strictObject({
        name: zoneName,
        kind: z.enum(['localZone', 'wavelength']),
        region,
        group: z.string().max(60),
        networkBorderGroup: z.string().max(60).optional(),
        parentZone: zoneName.optional(),
        location: location.optional(),
        instanceTypes: z.array(instanceType).max(500).optional(),
        volumeTypes: z.array(z.string().max(10)).max(10).optional(),
      }),
    )
    .max(500)
    .default([]),
})

export const fleetDocument = z.strictObject({
  apiVersion,
  kind: z.literal('Fleet'),
  metadata,
  accounts: z.array(account).max(1_000).default([]),
  networks: z.array(network).max(5_000).default([]),
  dns: z.strictObject({ zones: z.array(dnsZone).max(100) }).optional(),
  clusters: z.array(cluster).max(5_000).default([]),
  sites: z.array(site).max(5_000).default([]),
  classes: z.array(fleetClass).max(100).default([]),
  federations: z.array(federation).max(20).default([]),
  gitops: gitops.optional(),
  audiences: z.array(audience).max(1_000).default([]),
  accept: z.array(acceptance).max(500).default([]),
  facts: facts.optional(),
  egressAllowList: z.array(cidr).max(1_000).optional(),
})
