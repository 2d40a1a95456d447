// What the declaration asks of one copy of an app, decided before any object is looked at: where its pods may run, how they are spread,
// how users reach it, what it must bear. Copies of which the same is asked are one shape, however many thousand rows there are.

import type { App, Cluster, Placement, Site } from '../../model/fleet.ts'
import type { IntentValue, Plan, PlannedStep } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import { isAws } from '../../plan/subnets.ts'
import { targetGroupName } from '../cloudformation/names.ts'
import { at, fieldsAt } from './fields.ts'

export interface Asked {
  /** A name, or the variable that stands for it where each target has its own. */
  readonly namespace: string
  readonly replicas: number
  /** Nodes of the site, by a label; undefined where every node of the cluster is one. */
  readonly nodes?: { readonly key: string; readonly values: readonly string[] }
  /** Labels by which an app may have pinned itself to the site already. */
  readonly knownLabels: readonly string[]
  /** Spread over these, where there are two replicas and two of them. */
  readonly spreadOver: readonly string[]
  /** The site must go on without a registry. */
  readonly keepsImages: boolean
  readonly tolerations?: Partial<NonNullable<App['tolerations']>> | NonNullable<Cluster['tolerations']>
  readonly resources?: NonNullable<App['resources']>
  readonly autoscale?: NonNullable<App['autoscale']>
  readonly front?: Front
}

export interface Front {
  /** `binding`: the load balancer is a stack's, and its target group is filled from here. */
  readonly kind: 'ingress' | 'service' | 'binding'
  readonly port: number
  readonly annotations: Readonly<Record<string, string>>
  /** Declared with the app or the copy: stronger than what a manifest says. */
  readonly declared: Readonly<Record<string, string>>
  /** Of a binding: the group's name, and what is put into it. */
  readonly targetGroup?: string
  readonly targetType?: 'ip' | 'instance'
}

/** The step that places the copy: what is decided there is not decided again here. */
export function placeStep(plan: Plan, app: App, placement: Placement): PlannedStep | undefined {
  const known = made.get(plan) ?? index(plan)
  made.set(plan, known)
  return known.get(keyOf(app.name, placement.site, placement.federation, placement.namespace))
}

const made = new WeakMap<Plan, ReadonlyMap<string, PlannedStep>>()

const index = (plan: Plan): ReadonlyMap<string, PlannedStep> =>
  new Map(
    plan.steps
      .filter(({ kind, change }) => kind === 'app.place' && change !== 'remove')
      .map((step) => [
        keyOf(step.subject.app, step.subject.site, step.subject.federation, String(step.intent.namespace)),
        step,
      ]),
  )

const keyOf = (app = '', site = '', federation = '', namespace = ''): string =>
  [app, site, federation, namespace].join(' ')

export function askedAt(
  ground: Ground,
  step: PlannedStep,
  app: App,
  placement: Placement,
  site: Site,
  cluster: Cluster,
): Asked {
  const nodes = nodesOf(ground, step, placement, site, cluster)
  const front = frontOf(ground, app, site, step.intent.ingress)
  const tolerations = { ...cluster.tolerations, ...app.tolerations }
  return {
    namespace: placement.namespace,
    replicas: placement.replicas,
    ...(nodes !== undefined && { nodes }),
    knownLabels: [
      ...new Set([zoneLabel, ...ground.find.poolsOf(site.name).flatMap(({ labels }) => Object.keys(labels))]),
    ],
    spreadOver: spreadOver(ground, step, site, cluster),
    keepsImages: mayBeCutOff(site, cluster),
    ...(Object.keys(tolerations).length > 0 && { tolerations }),
    ...(app.resources !== undefined && { resources: app.resources }),
    ...(app.autoscale !== undefined && { autoscale: app.autoscale }),
    ...(front !== undefined && { front }),
  }
}

/** On every member of a federation alike: nothing of one site, and all that any of them has to bear. */
export function askedEverywhere(ground: Ground, app: App, placement: Placement, members: readonly Cluster[]): Asked {
  const sites = members.flatMap(({ name }) => ground.find.sitesOf(name).map((site) => ({ site, name })))
  const cutOff = members.some((cluster) => ground.find.sitesOf(cluster.name).some((site) => mayBeCutOff(site, cluster)))
  const kinds = sites.map(
    ({ site }) => app.expose?.loadBalancer ?? ground.traits(site).loadBalancers.value[0] ?? 'none',
  )
  const kind = kinds.find((one) => one !== 'none')
  const front =
    app.expose === undefined || kind === undefined
      ? undefined
      : frontFrom(app, kind, [], app.expose.annotations ?? {}, placement.annotations ?? {})
  return {
    namespace: placement.namespace,
    replicas: placement.replicas,
    knownLabels: [],
    spreadOver: ['kubernetes.io/hostname'],
    keepsImages: cutOff,
    ...(app.tolerations !== undefined && { tolerations: app.tolerations }),
    ...(app.resources !== undefined && { resources: app.resources }),
    ...(front !== undefined && { front }),
  }
}

const zoneLabel = 'topology.kubernetes.io/zone'

/** Whether a restart there may find no registry: the site is meant to go on without its link. */
export const mayBeCutOff = ({ link }: Site, { eksAnywhere }: Cluster): boolean =>
  (link?.offlineFor ?? 0) > 0 || (link !== undefined && link.kind !== 'strong') || eksAnywhere?.airGapped === true

/**
 * A cluster that stands at one site needs no affinity: there is nowhere else to run. Where the zone does not tell the site's nodes from
 * the others, a label that all of its pools carry and no other pool of the cluster does.
 */
function nodesOf(
  ground: Ground,
  step: PlannedStep,
  placement: Placement,
  site: Site,
  cluster: Cluster,
): Asked['nodes'] {
  const pools = ground.find.poolsIn(cluster.name)
  const others = pools.filter((pool) => pool.site !== site.name)
  if (!placement.pinned || others.length === 0) return undefined
  const zones = step.intent.zoneAffinity
  const values = valuesOf(zones)
  if (values.length > 0) return { key: String(at(zones, 'key')), values }
  const own = pools.filter((pool) => pool.site === site.name)
  const label = Object.entries(own[0]?.labels ?? {}).find(
    ([key, value]) =>
      own.every(({ labels }) => labels[key] === value) && others.every(({ labels }) => labels[key] !== value),
  )
  return label === undefined ? undefined : { key: label[0], values: [label[1]] }
}

const valuesOf = (affinity: IntentValue | undefined): readonly string[] => {
  const values = at(affinity, 'values')
  return Array.isArray(values) ? values.map(String) : []
}

/** Two of them are known to be there: a constraint that nothing can meet would only be noise. */
function spreadOver(ground: Ground, step: PlannedStep, site: Site, cluster: Cluster): readonly string[] {
  const here = ground.find.poolsOf(site.name).filter((pool) => pool.cluster === cluster.name)
  const machines = here.reduce((sum, pool) => sum + pool.replicas, 0)
  const zones = valuesOf(step.intent.zoneAffinity).length
  return [...(zones > 1 ? [zoneLabel] : []), ...(machines > 1 ? ['kubernetes.io/hostname'] : [])]
}

/** How users reach the copy, from what the plan decided: the subnets by name, as the intent has them. */
function frontOf(ground: Ground, app: App, site: Site, intent: IntentValue | undefined): Front | undefined {
  const kind = at(intent, 'loadBalancer')
  if (typeof kind !== 'string') return undefined
  if (at(intent, 'balancerBy') === 'stack' && app.expose !== undefined)
    return {
      kind: 'binding',
      port: app.expose.port,
      annotations: {},
      declared: {},
      targetGroup: targetGroupName(ground.fleet.name, app.name, site.name),
      targetType: app.expose.targetType,
    }
  const names = at(intent, 'subnets')
  const subnets = (Array.isArray(names) ? names.map(String) : []).map((name) => subnetRef(ground, name))
  const declared = Object.fromEntries(
    Object.entries(fieldsAt(intent, 'annotations')).map(([key, value]) => [key, String(value)]),
  )
  return frontFrom(app, kind, subnets, {}, declared)
}

/** By id where it exists; by its Name tag where the fleet makes it, under that name. The controller takes either. */
export const subnetRef = (ground: Ground, name: string): string => ground.find.subnet(name)?.existing?.subnetId ?? name

function frontFrom(
  app: App,
  kind: string,
  subnets: readonly string[],
  ofApp: Readonly<Record<string, string>>,
  ofCopy: Readonly<Record<string, string>>,
): Front | undefined {
  const { expose } = app
  const declared = { ...ofApp, ...ofCopy }
  const port = expose?.port ?? 80
  if (kind === 'alb')
    return {
      kind: 'ingress',
      port,
      annotations: { ...(expose && albAnnotations(expose)), ...subnetsOf(alb, subnets) },
      declared,
    }
  if (expose === undefined || kind === 'none') return undefined
  return {
    kind: 'service',
    port,
    annotations: isAws(kind) ? { ...nlbAnnotations(expose), ...subnetsOf(nlb, subnets) } : {},
    declared,
  }
}

type Expose = NonNullable<App['expose']>

const alb = 'alb.ingress.kubernetes.io/'
const nlb = 'service.beta.kubernetes.io/aws-load-balancer-'

const subnetsOf = (prefix: string, subnets: readonly string[]): Readonly<Record<string, string>> =>
  subnets.length === 0 ? {} : { [`${prefix}subnets`]: subnets.join(', ') }

const schemes = { internetFacing: 'internet-facing', internal: 'internal' } as const

function albAnnotations(expose: Expose): Readonly<Record<string, string>> {
  const { scheme, targetType, port, healthCheck, targetHealthCheck } = expose
  const check = targetHealthCheck
  return {
    [`${alb}scheme`]: schemes[scheme],
    [`${alb}target-type`]: targetType,
    ...(port !== 80 && { [`${alb}listen-ports`]: JSON.stringify([{ [port === 443 ? 'HTTPS' : 'HTTP']: port }]) }),
    ...(healthCheck !== undefined && healthCheck.path !== '/' && { [`${alb}healthcheck-path`]: healthCheck.path }),
    ...(check !== undefined && {
      [`${alb}healthcheck-interval-seconds`]: String(check.interval),
      [`${alb}healthcheck-timeout-seconds`]: String(check.timeout),
      [`${alb}healthy-threshold-count`]: String(check.healthyThreshold),
      [`${alb}unhealthy-threshold-count`]: String(check.unhealthyThreshold),
    }),
  }
}

function nlbAnnotations({ scheme, targetType, targetHealthCheck: check }: Expose): Readonly<Record<string, string>> {
  return {
    [`${nlb}type`]: 'external',
    [`${nlb}nlb-target-type`]: targetType,
    [`${nlb}scheme`]: schemes[scheme],
    ...(check !== undefined && {
      [`${nlb}healthcheck-interval`]: String(check.interval),
      [`${nlb}healthcheck-timeout`]: String(check.timeout),
      [`${nlb}healthcheck-healthy-threshold`]: String(check.healthyThreshold),
      [`${nlb}healthcheck-unhealthy-threshold`]: String(check.unhealthyThreshold),
    }),
  }
}
