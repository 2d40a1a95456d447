// The document `kind: App`: owned by the team that owns the app.

import { z } from 'zod'
import { apiVersion, metadata } from './fleet.ts'
import { healthCheck, routing } from './network.ts'
import {
  count,
  country,
  duration,
  exactlyOne,
  hostname,
  labels,
  name,
  percentage,
  port,
  reference,
  region,
  relativePath,
  text,
} from './scalars.ts'

export const source = z
  .strictObject({
    manifests: relativePath.optional().describe('A file or a folder of Kubernetes manifests'),
    kustomize: relativePath.optional().describe('A folder with a kustomization.yaml'),
    chart: z
      .strictObject({
        repository: z.string().max(500),
        name: z.string().max(100),
        version: z.string().max(60),
        values: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    image: z.string().max(300).optional().describe('One container image, served on the exposed port'),
  })
  .superRefine(exactlyOne(['manifests', 'kustomize', 'chart', 'image']))

/** Members of a federation, by name, label or Region. */
const memberChoice = z.strictObject({
  clusters: z.array(reference('cluster')).max(5_000).optional(),
  matchLabels: labels.optional(),
  regions: z.array(region).max(50).optional(),
  exclude: z.array(reference('cluster')).max(5_000).optional(),
})

const spreadConstraint = z.strictObject({
  by: z.enum(['cluster', 'region', 'zone', 'provider']),
  min: count.default(1),
  max: count.optional(),
})

/** What is different on some members. */
const memberOverride = z.strictObject({
  clusters: z.array(reference('cluster')).min(1).max(5_000),
  image: z.string().max(300).optional(),
  labels: labels.optional(),
  annotations: z.record(z.string().max(317), z.string().max(1_000)).optional(),
  patches: z
    .array(z.strictObject({ path: z.string().max(300), value: z.unknown() }))
    .max(50)
    .optional(),
})

/** Karmada's application failover: it looks at the health of the copy, not at that of its member. */
const applicationFailover = z.strictObject({
  unhealthyFor: duration.default(300).describe('How long a copy is unhealthy before it is moved'),
  purge: z.enum(['gracefully', 'directly', 'never']).default('gracefully').describe('What becomes of the old copy'),
  gracePeriod: duration
    .refine((seconds) => seconds > 0, 'it is longer than nothing, such as 10m')
    .optional()
    .describe('How long the old copy is kept at most, with purge gracefully; left out, ten minutes'),
})

export const placementEntry = z
  .strictObject({
    site: reference('site').optional(),
    matchLabels: labels.optional().describe('Every site with these labels'),
    federation: reference('federation').optional(),
    replicas: count.default(1),
    weights: z
      .record(name, z.int().min(0).max(1_000))
      .meta({ keyReferences: 'cluster' })
      .optional()
      .describe('Of member clusters, in a federation'),
    division: z
      .enum(['duplicated', 'weighted', 'dynamic', 'aggregated'])
      .optional()
      .describe('How a federation divides replicas; left out, weighted where weights are given, else duplicated'),
    members: memberChoice.optional().describe('Which members may hold it; left out, every one of the federation'),
    groups: z
      .array(memberChoice.extend({ name }))
      .min(1)
      .max(20)
      .optional()
      .describe('Ordered groups of members: the next one is used when nothing fits in those before'),
    spread: z.array(spreadConstraint).max(4).optional(),
    tolerateLoss: z
      .union([duration, z.literal('forever')])
      .optional()
      .describe('How long replicas stay on a lost member; left out, failover.after of the federation'),
    purge: z.enum(['gracefully', 'directly', 'never']).optional(),
    failover: applicationFailover
      .optional()
      .describe('Off a member that lives, and on which the app itself is not well'),
    suspendedOn: z
      .array(reference('cluster'))
      .max(1_000)
      .optional()
      .describe('Members that keep their present version until this is lifted: waves, blue and green, canary'),
    overrides: z.array(memberOverride).max(100).optional(),
    retainReplicas: z.boolean().optional().describe('Members keep their own replica count, as an autoscaler sets it'),
    namespace: name.optional().describe('Left out, the namespace of the app'),
    source: source.optional().describe('Left out, the source of the app'),
    pinned: z.boolean().default(true).describe('Whether pods may only run at this site (node affinity on the zone)'),
    subnets: z
      .array(reference('subnet'))
      .max(8)
      .optional()
      .describe('Of its load balancer; left out, the public ones of the site'),
    annotations: z
      .record(z.string().max(317), z.string().max(1_000))
      .optional()
      .describe('Of its Ingress, beside those that skerry derives'),
  })
  .superRefine(exactlyOne(['site', 'matchLabels', 'federation']))

export const expose = z.strictObject({
  host: hostname,
  aliases: z.array(hostname).max(20).optional(),
  port: port.default(80),
  routing,
  healthCheck: healthCheck.optional(),
  loadBalancer: z.enum(['alb', 'nlb', 'metallb', 'none']).optional().describe('Left out, what the place offers'),
  balancerBy: z
    .enum(['controller', 'stack'])
    .default('controller')
    .describe(
      'Who makes a load balancer of AWS: the controller, from an Ingress or a Service, or a stack, whose target group the controller fills',
    ),
  certificate: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[0-9a-f-]+$/, 'the ARN of a certificate of ACM')
    .optional()
    .describe('With balancerBy stack: TLS ends at the load balancer, by this certificate'),
  accessLogs: z.string().max(63).optional().describe('With balancerBy stack: the bucket that access logs go to'),
  scheme: z.enum(['internetFacing', 'internal']).default('internetFacing'),
  targetType: z.enum(['ip', 'instance']).default('ip'),
  evaluateTargetHealth: z.boolean().default(true),
  ttl: duration.optional().describe('Only for records that are no alias'),
  targetHealthCheck: z
    .strictObject({
      interval: duration.default(15),
      timeout: duration.default(5),
      healthyThreshold: z.int().min(2).max(10).default(2),
      unhealthyThreshold: z.int().min(2).max(10).default(2),
    })
    .optional(),
  annotations: z.record(z.string().max(317), z.string().max(1_000)).optional(),
})

export const objectives = z.strictObject({
  recoverWithin: duration.optional(),
  availability: percentage.optional(),
  latencyP95: duration.optional(),
  residency: z.array(country).min(1).max(50).optional(),
})

export const appDocument = z.strictObject({
  apiVersion: apiVersion.optional(),
  kind: z.literal('App'),
  metadata,
  namespace: name.optional().describe('Left out, the name of the app'),
  source,
  placement: z.array(placementEntry).min(1).max(1_000),
  expose: expose.optional(),
  audiences: z.array(reference('audience')).max(100).optional().describe('Left out, every audience of the fleet'),
  objectives: objectives.optional(),
  startup: duration.default(30).describe('From scheduled to ready, the same in the twin and in local'),
  stateful: z.boolean().default(false),
  resources: z
    .strictObject({
      cpu: z.number().min(0.001).max(1_000).optional(),
      memoryGiB: z.number().min(0.001).max(10_000).optional(),
    })
    .optional(),
  autoscale: z
    .strictObject({ min: count.default(1), max: count, cpuPercent: z.int().min(1).max(100).default(70) })
    .optional()
    .describe('Replicas follow the load: a HorizontalPodAutoscaler at each site, a FederatedHPA in a federation'),
  tolerations: z.strictObject({ notReady: duration.default(300), unreachable: duration.default(300) }).optional(),
  audienceKind: z.enum(['any', 'carrier']).default('any'),
  dependsOn: z.array(reference('app')).max(50).optional(),
  notes: text.optional(),
})
