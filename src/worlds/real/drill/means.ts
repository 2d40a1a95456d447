// By what real means a fault is brought about, and which faults have none. A pure function of the plan. Networks are cut by network ACLs, as
// AWS's own fault injection does it (AWS FIS User Guide, aws:network:disrupt-connectivity): they have no state, so that connections that stand
// are cut too, which a security group would let go on.

import { asList, asRecord, asText, asTexts } from '../../../artefacts/cloudformation/values.ts'
import { objectsOf, placementOf } from '../../../artefacts/workloads/copies.ts'
import type { Fault, Site } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import { counted, listed } from '../../../model/words.ts'

export type Cut = 'everything' | 'users' | 'controlPlane'

export type Means =
  | {
      readonly kind: 'scale'
      readonly app: string
      readonly site: string
      readonly cluster: string
      readonly namespace: string
      readonly workload: string
      readonly workloadKind: 'Deployment' | 'StatefulSet'
      readonly replicas: number
    }
  | {
      readonly kind: 'checkPort'
      readonly app: string
      readonly site: string
      readonly host: string
      readonly port: number
    }
  | {
      readonly kind: 'nodes'
      readonly site: string
      readonly pools: readonly string[]
      /** Undefined: all of them. */
      readonly count: number | undefined
    }
  | { readonly kind: 'cut'; readonly sites: readonly string[]; readonly subnets: readonly string[]; readonly cut: Cut }
  | {
      readonly kind: 'delete'
      readonly app: string
      readonly site: string
      readonly cluster: string
      readonly namespace: string
      readonly object: 'deployment' | 'service' | 'ingress'
      readonly names: readonly string[]
    }

export type MeansOf =
  | { readonly kind: 'means'; readonly means: Means; readonly standIn: string | undefined }
  | { readonly kind: 'notHere'; readonly why: string }

const none = (why: string): MeansOf => ({ kind: 'notHere', why })
const by = (means: Means, standIn?: string): MeansOf => ({ kind: 'means', means, standIn })

export function meansOf(plan: Plan, fault: Fault): MeansOf {
  if (fault.release !== undefined)
    return none('a release is made in the source of the app, and taken back there; skerry commits nothing of yours')
  if (fault.slow !== undefined) return none('nothing of the network of AWS makes packets late')
  if (fault.app !== undefined && fault.site !== undefined) return ofCopy(plan, fault, fault.app, fault.site)
  if (fault.site !== undefined) return ofSites(plan, fault, [fault.site])
  if (fault.cluster !== undefined)
    return none(
      'AWS runs the control plane of a cluster: nobody else can stop it; lose: serviceLink at a site cuts the way to it',
    )
  if (fault.zone !== undefined || fault.region !== undefined) return ofPlace(plan, fault)
  return none(`${fault.lose === 'git' ? 'Git' : 'the registry'} is somebody else’s, and others may live by it too`)
}

// ---------------------------------------------------------------------------------------------- app

function ofCopy(plan: Plan, fault: Fault, appName: string, siteName: string): MeansOf {
  const find = lookup(plan.fleet)
  const app = find.app(appName)
  const row = plan.placement.find((one) => one.app === appName && one.site === siteName)
  const placement = app && row && placementOf(app, row)
  if (app === undefined || row === undefined || placement === undefined)
    return none(`${appName} has no copy at ${siteName}`)
  const where = { app: appName, site: siteName, cluster: row.cluster, namespace: row.namespace }
  const objects = objectsOf(app, placement)
  if (fault.scaleTo !== undefined) {
    const workloadKind = objects.main?.kind === 'StatefulSet' ? 'StatefulSet' : 'Deployment'
    return by({
      ...{ kind: 'scale', ...where, workloadKind },
      workload: objects.main?.metadata.name ?? appName,
      replicas: fault.scaleTo,
    })
  }
  if (fault.checkPort !== undefined) {
    const host = app.expose?.host
    const checks = plan.steps.flatMap(({ subject, intent }) =>
      subject.app === appName && intent.part === 'healthChecks' ? asList(intent.checks).map(asRecord) : [],
    )
    const check = checks.find(({ name }) => name === siteName)
    if (host === undefined || check === undefined) return none(`no health check watches ${appName} at ${siteName}`)
    if (check.by === 'alarm') return none(`the check of ${appName} at ${siteName} follows an alarm and asks no port`)
    return by({ kind: 'checkPort', app: appName, site: siteName, host, port: fault.checkPort })
  }
  if (fault.delete === 'namespace')
    return none('its volumes and their data would go with the namespace, and nothing gives those back')
  if (fault.delete !== undefined) {
    const kinds = { deployment: 'Deployment', service: 'Service', ingress: 'Ingress' } as const
    const wanted = kinds[fault.delete]
    const own = objects.objects.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name)
    const names =
      own.length > 0 ? own : fault.delete === 'ingress' && objects.ingress !== undefined ? [objects.ingress] : []
    if (names.length === 0) return none(`${appName} at ${siteName} has no ${fault.delete} whose name is known`)
    return by({ kind: 'delete', ...where, object: fault.delete, names })
  }
  return none(`nothing of the cloud makes ${appName} crash; scaleTo: 0 is the nearest to it`)
}

// ---------------------------------------------------------------------------------------------- sites

function ofSites(plan: Plan, fault: Fault, names: readonly string[]): MeansOf {
  const find = lookup(plan.fleet)
  const launched = plan.steps.filter(
    ({ kind, subject, intent }) =>
      kind === 'pool.join' &&
      names.includes(subject.site ?? '') &&
      (intent.kind === 'managed' || intent.kind === 'selfManaged'),
  )
  if (launched.length === 0)
    return none(`the machines of ${listed(names)} are not AWS’s: it takes a hand on the plug or the port`)
  if (fault.lose === 'nodes') {
    const [site = ''] = names
    return by(
      { kind: 'nodes', site, pools: launched.map(({ subject }) => subject.pool ?? ''), count: fault.count },
      'the machines are terminated, and others take their place when the fault ends: what they had on their disks is gone',
    )
  }
  const subnets = [
    ...new Set([
      ...launched.flatMap(({ intent }) => asTexts(intent.subnets)),
      ...names.flatMap((name) => subnetsAt(plan, find.site(name))),
    ]),
  ]
  const cut: Cut = fault.lose === 'internet' ? 'users' : fault.lose === 'serviceLink' ? 'controlPlane' : 'everything'
  if (cut === 'controlPlane' && names.some((name) => byInternet(plan, name)))
    return none('its nodes reach the API by the internet as everybody does: that way cannot be cut alone')
  const notes = [
    ...(fault.lose === 'power' || fault.lose === 'everything'
      ? ['the machines are cut off instead of switched off: what runs on them goes on, and nobody hears of it']
      : []),
    ...(cut === 'controlPlane'
      ? ['cut is the way to the whole network of its Region, not only to the control plane']
      : []),
    ...(fault.how === 'refuse' ? ['packets vanish: a network ACL refuses nothing'] : []),
  ]
  return by({ kind: 'cut', sites: names, subnets, cut }, notes.length === 0 ? undefined : notes.join('; '))
}

/** Those of its zone: its load balancers stand there too. */
function subnetsAt(plan: Plan, site: Site | undefined): readonly string[] {
  const zone = site?.place.zone
  if (zone === undefined) return []
  return plan.steps
    .filter(({ kind, intent }) => kind === 'network' && intent.part === undefined)
    .flatMap(({ intent }) => asList(intent.subnets).map(asRecord))
    .filter((subnet) => subnet.zone === zone)
    .map(({ name }) => asText(name))
}

/** A cluster whose endpoint is public alone is reached from outside its network. */
function byInternet(plan: Plan, site: string): boolean {
  const find = lookup(plan.fleet)
  const clusters = find.poolsOf(site).map(({ cluster }) => cluster)
  return plan.steps.some(
    ({ kind, subject, intent }) =>
      kind === 'cluster.create' &&
      clusters.includes(subject.cluster) &&
      asText(asRecord(intent.endpoint).access ?? intent.endpoint) === 'public',
  )
}

function ofPlace(plan: Plan, fault: Fault): MeansOf {
  const { zone, region } = fault
  const where = zone ?? region ?? ''
  if (fault.lose === 'controlPlane') return none(`the control plane of ${where} is AWS’s own`)
  const sites = plan.fleet.sites.filter(({ place }) =>
    zone === undefined ? place.region === region : place.zone === zone,
  )
  if (sites.length === 0) return none(`no site of the fleet stands in ${where} itself`)
  const found = ofSites(
    plan,
    { ...fault, lose: 'everything' },
    sites.map(({ name }) => name),
  )
  if (found.kind === 'notHere') return found
  return {
    ...found,
    standIn: `${listed(sites.map(({ name }) => name))} ${sites.length === 1 ? 'is' : 'are'} cut off; what AWS itself runs in ${where} goes on${found.standIn === undefined ? '' : `; ${found.standIn}`}`,
  }
}

// ---------------------------------------------------------------------------------------------- said before

export interface Risk {
  readonly what: string
  /** Where people would notice. */
  readonly risk: string
  readonly cost: string
}

export const riskOf = (means: Means): Risk => {
  switch (means.kind) {
    case 'scale':
      return {
        what: `${means.app} at ${means.site} is scaled to ${means.replicas} in ${means.cluster}`,
        risk: 'whoever is served by that copy is not, until names lead elsewhere; where Flux brings it, that rests meanwhile',
        cost: 'none beyond a Job of some seconds',
      }
    case 'checkPort':
      return {
        what: `the health check of ${means.host} at ${means.site} asks port ${means.port}`,
        risk: 'users are led away from a copy that is well, onto those that are left',
        cost: 'none',
      }
    case 'nodes':
      return {
        what: `${means.count === undefined ? 'all machines' : counted(means.count, 'machine')} of ${means.site} ${means.count === 1 ? 'is' : 'are'} terminated (${means.pools.join(', ')})`,
        risk: 'what is on their disks is lost; where the zone has no capacity left, none come back',
        cost: 'machines launched anew are paid from their start, some of them for a second minute',
      }
    case 'cut':
      return {
        what: `${listed(means.sites)} ${means.sites.length === 1 ? 'is' : 'are'} cut off from ${cutWords[means.cut]} (${counted(means.subnets.length, 'subnet')})`,
        risk: 'all that stands in these subnets is cut off, also what is not of this fleet',
        cost: 'none',
      }
    case 'delete':
      return {
        what: `the ${means.object} ${listed(means.names)} of ${means.app} at ${means.site} is deleted`,
        risk:
          means.object === 'deployment'
            ? 'its pods end'
            : 'its load balancer goes with it; one that is made anew has another name, and records lead to the old one until up has run',
        cost: means.object === 'deployment' ? 'none' : 'a new load balancer is paid from its start',
      }
  }
}

const cutWords: Record<Cut, string> = {
  everything: 'everything',
  users: 'everybody outside of its network',
  controlPlane: 'the network of its Region',
}

/** Sites that are marked protected, as they are unless they say no, and lose something: their names must be typed. */
export function protectedSites(plan: Plan, all: readonly Means[]): readonly string[] {
  const find = lookup(plan.fleet)
  const touched = all.flatMap((means) => (means.kind === 'cut' ? means.sites : [means.site]))
  return [...new Set(touched)].filter((site) => find.site(site)?.protect === true)
}
