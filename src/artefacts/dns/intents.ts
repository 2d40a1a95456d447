// What the steps of a plan say about names, read back into types: the steps decide, the writers only write.

import type { IntentValue, Plan, PlannedStep } from '../../model/plan.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'

export interface ZoneIntent {
  readonly step: string
  readonly name: string
  readonly account?: string
  readonly private: boolean
  readonly servedBy: 'route53' | 'powerdns'
  readonly existing?: string
}

export interface CheckIntent {
  readonly step: string
  readonly host: string
  readonly app: string
  readonly site: string
  readonly protocol: 'http' | 'https' | 'tcp'
  readonly path: string
  readonly port: number
  readonly intervalSeconds: number
  readonly failureThreshold: number
  readonly by: 'checkers' | 'alarm'
  readonly contains?: string
}

export interface RecordIntent {
  readonly step: string
  readonly app: string
  readonly host: string
  /** The zone's step; undefined where the fleet has none for the name. */
  readonly zone: ZoneIntent | undefined
  readonly policy: 'simple' | 'failover' | 'weighted' | 'latency' | 'geolocation' | 'multivalue'
  readonly role?: 'PRIMARY' | 'SECONDARY'
  readonly setIdentifier?: string
  readonly weight?: number
  readonly region?: string
  readonly location?: string
  readonly ttlSeconds?: number
  readonly evaluateTargetHealth: boolean
  /** A copy behind a load balancer of AWS, a copy by its address, or another name. */
  readonly to:
    | { readonly kind: 'loadBalancer' | 'address'; readonly site: string }
    | { readonly kind: 'name'; readonly host: string; readonly alias: boolean }
  /** The site whose check it follows. */
  readonly healthCheck?: string
}

export interface NameIntents {
  readonly zones: readonly ZoneIntent[]
  readonly checks: readonly CheckIntent[]
  readonly records: readonly RecordIntent[]
}

/** Of all that shall be there once the plan is carried out. */
export function nameIntents({ steps }: Plan): NameIntents {
  const wanted = steps.filter((step) => step.kind === 'route.point' && step.change !== 'remove')
  const part = (name: string) => wanted.filter(({ intent }) => intent.part === name)
  const zones = part('zone').map(zoneOf)
  const records = part('record').map((step) => recordOf(step, zones))
  haveOneOwner(records)
  return { zones, checks: part('healthChecks').flatMap(checksOf), records }
}

/** Two apps that write one name undo each other: no file is made of it. */
function haveOneOwner(records: readonly RecordIntent[]): void {
  const owners = new Map<string, Set<string>>()
  for (const { host, app } of records) owners.set(host, (owners.get(host) ?? new Set()).add(app))
  for (const [host, apps] of owners)
    if (apps.size > 1)
      throw new Refusal(
        'input',
        `${host} belongs to ${listed([...apps])}, and a name has one owner`,
        'give one of them another host; skerry check shows where they are declared (DNS001, DNS013)',
      )
}

function zoneOf({ id, intent }: PlannedStep): ZoneIntent {
  return {
    step: id,
    name: text(intent.name),
    private: intent.private === true,
    servedBy: intent.servedBy === 'powerdns' ? 'powerdns' : 'route53',
    ...(intent.account !== undefined && { account: text(intent.account) }),
    ...(intent.existing !== undefined && { existing: text(intent.existing) }),
  }
}

function checksOf({ id, intent, subject }: PlannedStep): readonly CheckIntent[] {
  return list(intent.checks).map((each) => {
    const check = record(each)
    return {
      step: id,
      host: text(intent.host),
      app: subject.app ?? '',
      site: text(check.name),
      protocol: text(check.protocol) as CheckIntent['protocol'],
      path: check.path === undefined ? '/' : text(check.path),
      port: Number(check.port),
      intervalSeconds: Number(check.intervalSeconds),
      failureThreshold: Number(check.failureThreshold),
      by: check.by === 'alarm' ? 'alarm' : 'checkers',
      ...(check.contains !== undefined && { contains: text(check.contains) }),
    }
  })
}

function recordOf({ id, intent, subject }: PlannedStep, zones: readonly ZoneIntent[]): RecordIntent {
  const alias = record(intent.alias)
  const zone = zones.find(
    ({ name, private: hidden }) => name === intent.zone && hidden === (intent.privateZone === true),
  )
  return {
    step: id,
    app: subject.app ?? '',
    host: text(intent.host),
    zone,
    policy: text(intent.policy) as RecordIntent['policy'],
    evaluateTargetHealth: alias.evaluateTargetHealth === true,
    to: targetOf(intent, alias),
    ...(intent.role !== undefined && { role: text(intent.role) as 'PRIMARY' | 'SECONDARY' }),
    ...(intent.setIdentifier !== undefined && { setIdentifier: text(intent.setIdentifier) }),
    ...(typeof intent.weight === 'number' && { weight: intent.weight }),
    ...(intent.region !== undefined && { region: text(intent.region) }),
    ...(intent.location !== undefined && { location: text(intent.location) }),
    ...(typeof intent.ttlSeconds === 'number' && { ttlSeconds: intent.ttlSeconds }),
    ...(typeof intent.healthCheck === 'string' && { healthCheck: intent.healthCheck }),
  }
}

function targetOf(intent: PlannedStep['intent'], alias: Values): RecordIntent['to'] {
  if (alias.record !== undefined) return { kind: 'name', host: text(alias.record), alias: true }
  if (intent.type === 'CNAME') return { kind: 'name', host: text(intent.value), alias: false }
  return alias.loadBalancerOf === undefined
    ? { kind: 'address', site: text(record(intent.addressOf).site) }
    : { kind: 'loadBalancer', site: text(record(alias.loadBalancerOf).site) }
}

type Values = { readonly [key: string]: IntentValue }

const text = (value: IntentValue | undefined): string => (value === undefined || value === null ? '' : String(value))
const list = (value: IntentValue | undefined): readonly IntentValue[] => (Array.isArray(value) ? value : [])
const record = (value: IntentValue | undefined): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}
