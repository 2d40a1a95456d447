// Copies of apps. The copy that takes over is placed before the one that it stands in for, so that at no moment the first is alone; an
// app comes after those that it depends on, and after the controller that makes its load balancer.

import type { App, Cluster, Federation, Manifest, Placement, Site } from '../../model/fleet.ts'
import type { IntentValue } from '../../model/plan.ts'
import { counted, listed } from '../../model/words.ts'
import { canonical, digestOf } from '../digest.ts'
import type { Draft } from '../draft.ts'
import { idOf, intentOf, intentValue, nothing } from '../draft.ts'
import type { Ground } from '../ground.ts'
import { divisionOf } from '../karmada.ts'
import { policiesOf } from '../policies.ts'
import { isAws, loadBalancerOf, named } from '../subnets.ts'
import { addonsReady } from './addons.ts'
import { joinedOf } from './federations.ts'
import { nodeSubnets } from './pools.ts'

export function appSteps(ground: Ground): readonly Draft[] {
  return ground.fleet.apps.flatMap((app) =>
    standInsFirst(app).flatMap((placement) => copySteps(ground, app, placement)),
  )
}

/** In the order in which they are told: where users fail over, the last resort first. What must wait says so in its needs. */
function standInsFirst({ placement, expose }: App): readonly Placement[] {
  const order = new Map((expose?.routing.failover ?? []).map((site, index) => [site, index]))
  const rank = ({ site }: Placement) => order.get(site ?? '') ?? order.size
  return order.size === 0 ? placement : [...placement].sort((a, b) => rank(b) - rank(a))
}

/** The look at a copy, by the id of the step that places it. */
export const placedId = (placing: string): string => idOf.verify('placed', placing.slice(placing.indexOf('/') + 1))

function copySteps(ground: Ground, app: App, placement: Placement): readonly Draft[] {
  const site = ground.find.site(placement.site)
  const federation = ground.fleet.federations.find((it) => it.name === placement.federation)
  const cluster = site === undefined ? undefined : ground.clusterAt(site)
  const id = ground.placing(app, placement)
  const at = placement.site ?? placement.federation ?? 'nowhere'
  const { namespace } = placement
  const subject = {
    app: app.name,
    ...(site !== undefined && { site: site.name }),
    ...(cluster !== undefined && { cluster: cluster.name }),
    ...(placement.federation !== undefined && { federation: placement.federation }),
  }
  const front = site === undefined ? undefined : frontOf(ground, app, placement, site)
  const fronts = ground.frontsOf(placement).flatMap((it) => {
    const made = frontOf(ground, app, placement, it)
    return made === undefined ? [] : [{ site: it.name, ...made }]
  })
  const policies = federation === undefined ? undefined : policiesOf(app.name, federation, placement)
  const dependsOn = (app.dependsOn ?? []).flatMap((name) => {
    const other = ground.find.app(name)
    return other === undefined ? [] : ground.placingAt(other, placement.site ?? '')
  })
  const needs = new Set([
    ...(federation === undefined ? [] : afterMembers(ground, federation)),
    ...(site === undefined ? [] : afterSite(ground, site, cluster)),
    ...backupsOf(ground, app, placement),
    ...dependsOn,
  ])
  for (const it of [
    ...(site !== undefined && front?.subnets !== undefined ? [site] : []),
    ...ground.frontsOf(placement),
  ]) {
    const network = ground.find.networkOf(it)
    if (network !== undefined) needs.add(idOf.network(network.name))
  }
  const shared =
    site === undefined
      ? ground.fleet.apps.some(
          (it) =>
            it !== app &&
            it.placement.some((other) => other.federation === placement.federation && other.namespace === namespace),
        )
      : ground.find.placementsAt(site.name).some((it) => it.app !== app && it.placement.namespace === namespace)
  const place: Draft = {
    id,
    kind: 'app.place',
    title: `Place ${app.name} ${site === undefined ? `on the federation ${at}` : `at ${at}`}, ${counted(placement.replicas, 'replica')}${namespace === app.name ? '' : ` in ${namespace}`}${federation === undefined ? '' : `, ${divisionWords[divisionOf(placement)]}`}${ground.byFlux(cluster) ? ', by Flux' : ''}${placement.suspendedOn === undefined || placement.suspendedOn.length === 0 ? '' : `, held back on ${listed(placement.suspendedOn)}`}`,
    subject,
    needs: [...needs],
    intent: intentOf({
      app: app.name,
      site: placement.site,
      federation: placement.federation,
      cluster: cluster?.name,
      namespace,
      by: ground.byFlux(cluster) ? 'flux' : placement.federation === undefined ? 'skerry' : 'karmada',
      replicas: placement.replicas,
      weights: placement.weights,
      policy: policies?.propagation,
      overrides: policies === undefined || policies.overrides.length === 0 ? undefined : policies.overrides,
      templateLabels: policies === undefined || Object.keys(policies.labels).length === 0 ? undefined : policies.labels,
      // Karmada would put the namespace on every member, whoever holds something in it
      namespaceLabels: federation === undefined ? undefined : { 'namespace.karmada.io/skip-auto-propagation': 'true' },
      fronts: fronts.length === 0 ? undefined : fronts,
      source: sourceOf(placement.source ?? app.source),
      objects: placement.manifests.map(objectOf),
      zoneAffinity: site === undefined || !placement.pinned ? undefined : affinity(ground, site),
      ingress: front,
      resources: app.resources,
      autoscale: app.autoscale,
      podTolerations: app.tolerations,
    }),
    inverse: {
      kind: 'app.remove',
      title: `Remove ${app.name} from ${at}: ${front === undefined ? '' : 'its Ingress first, so that its load balancer goes, then '}${shared ? `its objects; the namespace ${namespace} goes with the last app in it` : `the namespace ${namespace}`}`,
    },
    existing: false,
    origin: app.origin,
    ...(dependsOn.length > 0 && { field: 'dependsOn' }),
  }
  const look: Draft = {
    id: placedId(id),
    kind: 'verify',
    title:
      federation === undefined
        ? `${app.name} is available at ${at}${front === undefined ? '' : ', and its load balancer has an address'}`
        : `${app.name} is available on the members of ${at}, and Karmada has gathered its status`,
    subject,
    needs: [id],
    intent: intentOf({
      of: id,
      claim: front === undefined ? 'available' : 'available, with an address',
      namespace,
      list: ['ingress', 'pods', 'services'],
      command:
        federation === undefined
          ? undefined
          : `kubectl karmada get deployments,pods -n ${namespace} --operation-scope members`,
    }),
    inverse: nothing,
    existing: false,
    origin: app.origin,
  }
  return [place, look]
}

function afterSite(ground: Ground, site: Site, cluster: Cluster | undefined): readonly string[] {
  if (cluster === undefined) return []
  return [
    ...ground.ready(cluster, site),
    ...(ground.byFlux(cluster) ? [idOf.gitops(cluster.name)] : []),
    ...addonsReady(ground, cluster),
  ]
}

function afterMembers(ground: Ground, federation: Federation): readonly string[] {
  const wanted = federation.memberClusters.flatMap((member) => ground.find.cluster(member) ?? [])
  // the driver of its load balancers must be on a member before an Ingress arrives there
  return [...joinedOf(federation), ...new Set(wanted.flatMap((member) => addonsReady(ground, member)))]
}

const divisionWords = {
  duplicated: 'on each member',
  weighted: 'divided by weight',
  dynamic: 'divided by what is free',
  aggregated: 'on as few members as have room',
} as const

/** The copies that stand in for this one: those that come after it where users fail over. */
function backupsOf(ground: Ground, app: App, { site }: Placement): readonly string[] {
  const order = app.expose?.routing.failover ?? []
  const place = site === undefined ? -1 : order.indexOf(site)
  return place < 0
    ? []
    : [...new Set(order.slice(place + 1))]
        .filter((other) => other !== site && app.placement.some((it) => it.site === other))
        .flatMap((other) => ground.placingAt(app, other))
}

/** Nodes of the site, by zone: its own where it is one, else the zones in which its nodes' subnets lie. None where the label does not tell sites apart. */
function affinity(ground: Ground, site: Site): IntentValue | undefined {
  if (!ground.traits(site).ownZone.value) return undefined
  const zones = site.place.zone === undefined ? nodeZones(ground, site) : [site.place.zone]
  return zones.length === 0 ? undefined : { key: 'topology.kubernetes.io/zone', values: zones }
}

function nodeZones(ground: Ground, site: Site): readonly string[] {
  const { all } = ground.subnets(ground.find.networkOf(site)?.name)
  const names = ground.find.poolsOf(site.name).flatMap((pool) => pool.subnets ?? nodeSubnets(ground, site))
  return [...new Set(named(all, [...new Set(names)]).map(({ zone }) => zone))].sort()
}

type Values = Parameters<typeof intentOf>[0]

interface Front extends Values {
  readonly subnets?: readonly string[] | undefined
}

/** How users reach the copy. */
function frontOf(ground: Ground, app: App, placement: Placement, site: Site): Front | undefined {
  const { expose } = app
  const manifest = placement.manifests.find(({ kind }) => kind === 'Ingress')
  if (expose === undefined && manifest === undefined) return undefined
  const traits = ground.traits(site)
  const kind = loadBalancerOf(app, traits)
  const here = ground.subnets(ground.find.networkOf(site)?.name).at(site, traits)
  const { max } = traits.loadBalancerSubnets.value
  const scheme = expose?.scheme ?? 'internetFacing'
  const derived = here.filter((subnet) => subnet.public === (scheme === 'internetFacing')).slice(0, max)
  return {
    name: manifest?.name ?? app.name,
    class: isAws(kind) ? 'alb' : kind,
    loadBalancer: kind,
    port: expose?.port,
    scheme,
    targetType: expose?.targetType,
    targetHealthCheck: expose?.targetHealthCheck,
    ...(expose?.balancerBy === 'stack' &&
      isAws(kind) && { balancerBy: 'stack', certificate: expose.certificate, accessLogs: expose.accessLogs }),
    subnets: isAws(kind) ? (placement.subnets ?? derived.map((subnet) => subnet.name)) : undefined,
    annotations: { ...expose?.annotations, ...placement.annotations },
  }
}

function sourceOf({ manifests, kustomize, chart, image }: App['source']): Values {
  return {
    manifests,
    kustomize,
    image,
    chart:
      chart === undefined
        ? undefined
        : { ...chart, values: chart.values === undefined ? undefined : intentValue(chart.values) },
  }
}

/** By name for the reader, by hash for the difference: a change inside a manifest is a change of the copy. */
function objectOf(manifest: Manifest): IntentValue {
  const known = objects.get(manifest)
  if (known !== undefined) return known
  const made = {
    name: `${manifest.kind}/${manifest.name}`,
    digest: digestOf(canonical(manifest.object)).slice(0, 23),
    ...(manifest.namespace !== undefined && { namespace: manifest.namespace }),
  }
  objects.set(manifest, made)
  return made
}

/** Copies at thousands of sites share their manifests. */
const objects = new WeakMap<Manifest, IntentValue>()
