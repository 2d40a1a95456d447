// The document `kind: Drill`: what is taken away, when, for how long, and what is expected of the fleet.

import { z } from 'zod'
import { apiVersion, metadata } from './fleet.ts'
import { count, duration, name, port, reference, region, shareComparison, zoneName } from './scalars.ts'

/**
 * What can be lost. Which words go with which target:
 * site: power, uplink (all of its network), serviceLink (only the way to its control plane), internet (only the way from users), nodes;
 * cluster: controlPlane, etcd; zone and region: everything, controlPlane; app at a site: app; the fleet: git, registry.
 */
export const loss = z.enum([
  'power',
  'uplink',
  'serviceLink',
  'internet',
  'nodes',
  'controlPlane',
  'etcd',
  'everything',
  'app',
  'git',
  'registry',
])

export const fault = z
  .strictObject({
    at: duration.refine((seconds) => seconds > 0, 'a drill begins with all well: a fault comes later, such as at: 1m'),
    for: duration
      .refine((seconds) => seconds > 0, 'a fault lasts some time, such as for: 10m')
      .optional()
      .describe('Left out, until the drill ends'),
    site: reference('site').optional(),
    cluster: reference('cluster').optional(),
    zone: zoneName.optional(),
    region: region.optional(),
    app: reference('app').optional(),
    lose: loss.optional(),
    how: z
      .enum(['blackhole', 'refuse'])
      .optional()
      .describe('Whether packets vanish or are refused; left out, what the loss does in truth'),
    slow: duration.optional().describe('Answers come that much later'),
    scaleTo: count.optional().describe('The replicas of the app at the site'),
    checkPort: port.optional().describe('The health check of the app at the site asks this port instead'),
    delete: z
      .enum(['deployment', 'service', 'ingress', 'namespace'])
      .optional()
      .describe('An object of the app at the site, deleted by hand'),
    release: z
      .enum(['broken', 'crashing'])
      .optional()
      .describe(
        'A new version of the app reaches every place that nothing holds back; broken: it never becomes ready, crashing: it does, takes the place of the old one, and ends',
      ),
    count: z.int().min(1).max(10_000).optional().describe('How many nodes; left out, all'),
  })
  .superRefine((fault, context) => {
    const verbs = (['lose', 'slow', 'scaleTo', 'checkPort', 'delete', 'release'] as const).filter(
      (key) => fault[key] !== undefined,
    )
    if (verbs.length !== 1) {
      context.addIssue({
        code: 'custom',
        path: verbs.length > 1 ? [verbs[1] ?? ''] : [],
        message:
          verbs.length === 0
            ? 'one of lose, slow, scaleTo, checkPort, delete, release is needed'
            : `only one of ${verbs.join(', ')} may be given`,
      })
      return
    }
    const needsApp =
      fault.scaleTo !== undefined || fault.checkPort !== undefined || fault.delete !== undefined || fault.lose === 'app'
    if (needsApp && (fault.app === undefined || fault.site === undefined))
      context.addIssue({ code: 'custom', path: [], message: 'app and site are needed to say which copy is meant' })
    if (fault.release !== undefined && (fault.app === undefined || fault.site !== undefined))
      context.addIssue({
        code: 'custom',
        path: fault.site === undefined ? [] : ['site'],
        message: 'a release names an app and no site: where it arrives, the fleet decides (suspendedOn, rings)',
      })
    const target =
      fault.app !== undefined
        ? 'app'
        : fault.site !== undefined
          ? 'site'
          : fault.cluster !== undefined
            ? 'cluster'
            : fault.zone !== undefined
              ? 'zone'
              : fault.region !== undefined
                ? 'region'
                : 'fleet'
    const allowed: Record<string, readonly string[]> = {
      app: ['app'],
      site: ['power', 'uplink', 'serviceLink', 'internet', 'nodes'],
      cluster: ['controlPlane', 'etcd'],
      zone: ['everything', 'controlPlane'],
      region: ['everything', 'controlPlane'],
      fleet: ['git', 'registry'],
    }
    if (fault.lose !== undefined && !allowed[target]?.includes(fault.lose)) {
      context.addIssue({
        code: 'custom',
        path: ['lose'],
        message: `a ${target} can lose ${allowed[target]?.join(', ')}`,
      })
    }
  })

export const expectation = z
  .strictObject({
    app: reference('app').optional(),
    audience: reference('audience').optional().describe('Left out, every audience of the app'),
    servedBy: reference('site').optional().describe('Users are answered, by this site'),
    answeredBy: reference('site').optional().describe('The name resolves to this site'),
    availability: shareComparison.optional().describe('The share of requests answered over the drill'),
    evictions: z
      .union([z.literal('none'), z.literal('some'), count])
      .optional()
      .describe('Pods deleted by the control plane at the site'),
    nodes: z.enum(['ready', 'unknown']).optional().describe('What the control plane says of the nodes of the site'),
    controlPlaneSays: z.enum(['ready', 'lost']).optional(),
    object: z.enum(['present', 'absent']).optional().describe('The deleted object of the app at the site'),
    site: reference('site').optional(),
    cluster: reference('cluster').optional(),
    replicas: count.optional().describe('Ready replicas of the app at the site'),
    within: duration.optional().describe('Counted from the first fault, or from what after names'),
    after: z.enum(['fault', 'heal']).default('fault'),
    for: duration.optional().describe('And stays so at least that long'),
  })
  .superRefine((expectation, context) => {
    const claims = (
      [
        'servedBy',
        'answeredBy',
        'availability',
        'evictions',
        'nodes',
        'controlPlaneSays',
        'object',
        'replicas',
      ] as const
    ).filter((key) => expectation[key] !== undefined)
    if (claims.length !== 1)
      context.addIssue({
        code: 'custom',
        path: claims.length > 1 ? [claims[1] ?? ''] : [],
        message:
          claims.length === 0
            ? 'one of servedBy, answeredBy, availability, evictions, nodes, controlPlaneSays, object, replicas is needed'
            : `only one of ${claims.join(', ')} may be given`,
      })
    if (
      (expectation.servedBy ?? expectation.answeredBy ?? expectation.availability) !== undefined &&
      expectation.app === undefined
    )
      context.addIssue({ code: 'custom', path: [], message: 'app is needed to say whose users are meant' })
    if ((expectation.evictions !== undefined || expectation.nodes !== undefined) && expectation.site === undefined)
      context.addIssue({ code: 'custom', path: [], message: 'site is needed to say which nodes are meant' })
    if (
      (expectation.object !== undefined || expectation.replicas !== undefined) &&
      (expectation.site === undefined || expectation.app === undefined)
    )
      context.addIssue({ code: 'custom', path: [], message: 'app and site are needed to say which copy is meant' })
  })

/** What the drill takes for granted where documents and engines differ, or nothing is published. */
export const assumptions = z.strictObject({
  nodeLifecycle: z
    .enum(['eks', 'upstream'])
    .optional()
    .describe('eks: as AWS documents its controller manager; upstream: as Kubernetes 1.36 was measured'),
  dnsPropagation: duration.optional().describe('The longest time from a health verdict to every name server'),
  ttlViolators: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Share of users whose resolver keeps answers longer than their TTL'),
  nodeBoot: duration.optional(),
})

export const drillDocument = z
  .strictObject({
    apiVersion: apiVersion.optional(),
    kind: z.literal('Drill'),
    metadata,
    faults: z.array(fault).min(1).max(200),
    expect: z.array(expectation).max(200).default([]),
    assume: assumptions.optional(),
    length: duration
      .optional()
      .describe('Left out, half an hour after the last fault or repair, or until the last expectation can be judged'),
    seed: name.optional(),
  })
  .superRefine(({ faults, length }, context) => {
    if (length === undefined) return
    for (const [index, { at }] of faults.entries())
      if (at >= length)
        context.addIssue({
          code: 'custom',
          path: ['faults', index, 'at'],
          message: 'this fault comes after the length of the drill',
        })
  })
