// Names as stacks: one for each zone, and one for the alarms of each Region, since an alarm stands where its metric is. The name of a load
// balancer is an output where a stack makes it. What the controller makes in a cluster no template knows of: its names are parameters,
// filled in when the Ingresses have addresses.

import { createHash } from 'node:crypto'
import type { CfnResource, Stack } from 'aws-cdk-lib'
import type { DnsRecords, Reference } from '../dns/index.ts'
import { balancersIn } from '../dns/index.ts'
import { logical, outputs } from './names.ts'
import type { Cdk } from './synthesis.ts'

export interface DnsContext {
  readonly vpcId: (network: string) => string
  readonly frontOf: FrontOf
}

/** The stack of the load balancer before a copy, where it is a stack's. */
type FrontOf = (
  app: string,
  site: string,
) => { readonly name: string; readonly region: string; readonly template: object } | undefined

type Zone = DnsRecords['zones'][number]

export function zoneRecords(stack: Stack, cdk: Cdk, records: DnsRecords, zone: Zone, context: DnsContext): void {
  const made = new Map<string, CfnResource>()
  const resource = (id: string, type: string, properties: object): CfnResource => {
    const one = new cdk.core.CfnResource(stack, id, {
      type,
      properties: withReferences(properties, reference) as Record<string, unknown>,
    })
    // an output that changed is not read again unless the resource that reads it changes too
    const fronts = balancersIn([{ Properties: properties }]).flatMap(
      ({ app, site }) => context.frontOf(app, site) ?? [],
    )
    if (fronts.length > 0)
      one.addMetadata(
        'skerry.dev/of',
        createHash('sha256')
          .update(JSON.stringify(fronts.map(({ template }) => template)))
          .digest('hex')
          .slice(0, 16),
      )
    return one
  }
  const reference = (value: Reference): string => {
    switch (value.ref) {
      case 'hostedZone':
        return hostedZoneId
      case 'vpc':
        return context.vpcId(value.network)
      case 'healthCheck':
        return made.get(value.id)?.ref ?? ''
      case 'alarm':
        // an alarm is known by its name, which is ours
        return alarmName(value.id)
      case 'loadBalancer':
        return ofBalancer(stack, cdk, value, context.frontOf)
      case 'address':
        return parameter(
          stack,
          cdk,
          logical(value.app, value.site, 'Address'),
          `Address of ${value.app} at ${value.site}`,
        )
    }
  }
  // only now: what a zone is seen from is a reference itself
  const hostedZoneId: string = zone.hostedZoneId ?? resource('HostedZone', zone.Type, zone.Properties).ref
  for (const check of records.healthChecks.filter((it) => it.zone === zone.id))
    made.set(check.id, resource(`HealthCheck${logical(check.id)}`, check.Type, check.Properties))
  for (const record of records.recordSets.filter((it) => it.zone === zone.id)) {
    const it = resource(`Record${logical(record.id)}`, record.Type, record.Properties)
    for (const earlier of record.after) {
      const before = made.get(earlier)
      if (before !== undefined) it.addResourceDependency(before)
    }
    made.set(record.id, it)
  }
}

export function alarms(stack: Stack, cdk: Cdk, all: DnsRecords['alarms'], frontOf: FrontOf): void {
  const reference = (value: Reference): string =>
    value.ref === 'loadBalancer' ? ofBalancer(stack, cdk, value, frontOf) : ''
  for (const alarm of all)
    new cdk.core.CfnResource(stack, `Alarm${logical(alarm.id)}`, {
      type: alarm.Type,
      properties: {
        AlarmName: alarmName(alarm.id),
        ...(withReferences(alarm.Properties, reference) as object),
      },
    })
}

function ofBalancer(
  stack: Stack,
  cdk: Cdk,
  { app, site, attribute }: Extract<Reference, { ref: 'loadBalancer' }>,
  frontOf: FrontOf,
): string {
  const made = frontOf(app, site)
  return made === undefined
    ? parameter(
        stack,
        cdk,
        logical(app, site, attribute),
        `${attributeWords[attribute]} of the load balancer of ${app} at ${site}`,
      )
    : cdk.core.Fn.getStackOutput(made.name, outputs.loadBalancer[attribute], made.region)
}

const alarmName = (id: string): string => `skerry-${id.replaceAll(/[^A-Za-z0-9.-]+/g, '-')}`

const attributeWords = {
  DNSName: 'DNS name',
  CanonicalHostedZoneID: 'Canonical hosted zone id',
  LoadBalancerFullName: 'Full name (app/...)',
  TargetGroupFullName: 'Full name of the target group (targetgroup/...)',
} as const

function parameter(stack: Stack, { core }: Cdk, id: string, description: string): string {
  const there = stack.node.tryFindChild(id) as InstanceType<Cdk['core']['CfnParameter']> | undefined
  return (there ?? new core.CfnParameter(stack, id, { type: 'String', description })).valueAsString
}

function withReferences(value: unknown, reference: (value: Reference) => string): unknown {
  if (isReference(value)) return reference(value)
  if (Array.isArray(value)) return value.map((item) => withReferences(item, reference))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withReferences(item, reference)]))
}

const isReference = (value: unknown): value is Reference =>
  typeof value === 'object' && value !== null && 'ref' in value
