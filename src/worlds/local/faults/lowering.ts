// A fault as what it says and what it takes away: the same things, in the same order and words, as the twin takes (its machines/faults*.ts
// are the other half of this file; a test holds the two together). What is away in truth is said here; which hops, engines and nodes that
// makes bad is bad.ts's business, since faults overlap.

import type { Fault, Site } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import type { EventValue } from '../../../model/timeline.ts'
import { siteTraits } from '../../../places/index.ts'
import {
  appSubject,
  checkSubject,
  clusterSubject,
  copySubject,
  doorSubject,
  gitSubject,
  nodeSubject,
  objectSubject,
  regionSubject,
  registrySubject,
  siteSubject,
  zoneSubject,
} from '../../../timeline/subjects.ts'
import type { Layout } from '../layout.ts'
import type { Ground, GroundNode } from './ground.ts'
import { groundOf, nodeKey } from './ground.ts'

export type How = 'blackhole' | 'refuse'

/** A thing that is away, or bad, for as long as somebody holds it so. */
export type Outage =
  | { readonly kind: 'power' | 'registrations'; readonly site: string }
  | { readonly kind: 'internet' | 'serviceLink'; readonly site: string; readonly how: How }
  | { readonly kind: 'node'; readonly node: string }
  | { readonly kind: 'controlPlane' | 'etcd'; readonly cluster: string; readonly how: How }
  | { readonly kind: 'git' | 'registry'; readonly how: How }
  | { readonly kind: 'crash'; readonly app: string; readonly site: string }
  | { readonly kind: 'late'; readonly app: string; readonly site: string; readonly seconds: number }
  | { readonly kind: 'checkPort'; readonly app: string; readonly site: string; readonly port: number }
  | { readonly kind: 'release'; readonly app: string; readonly version: 'broken' | 'crashing' }

/** Done once by hand, at an API server that must answer; at the end the operator puts back what nobody else did. */
export type Act =
  | {
      readonly kind: 'scale'
      readonly app: string
      readonly site: string
      readonly cluster: string
      readonly replicas: number
    }
  | {
      readonly kind: 'delete'
      readonly app: string
      readonly site: string
      readonly cluster: string
      readonly object: NonNullable<Fault['delete']>
    }

/** An event of something that goes, and comes back. */
export interface Says {
  readonly subject: string
  readonly what: string
  readonly from: EventValue
  readonly to: EventValue
  readonly text: string
  readonly back: string
  readonly site?: string
  readonly app?: string
}

export interface Taken {
  readonly outages: readonly Outage[]
  /** Where it goes along with a zone or a Region, the event of its own where people would look for one. */
  readonly says?: Says
}

export interface Lowered {
  readonly says: Says
  readonly taken: readonly Taken[]
  readonly act?: Act
  /** A battery hides it that long: drill seconds. What is taken follows when it is empty, with the event of its own. */
  readonly holdUpSeconds?: number
}

export const lowered = (plan: Plan, _layout: Layout, fault: Fault): Lowered =>
  loweredOn(groundOf(plan, undefined), fault)

export function loweredOn(ground: Ground, fault: Fault): Lowered {
  if (fault.app !== undefined && fault.release !== undefined) return ofRelease(fault.app, fault.release)
  if (fault.app !== undefined && fault.site !== undefined) return ofCopy(ground, fault, fault.app, fault.site)
  if (fault.site !== undefined) return ofSite(ground, fault, fault.site)
  if (fault.cluster !== undefined) return ofCluster(fault, fault.cluster)
  if (fault.zone !== undefined) return ofZone(ground, fault, fault.zone)
  if (fault.region !== undefined) return ofRegion(ground, fault, fault.region)
  return ofFleet(fault)
}

const one = (...outages: readonly Outage[]): readonly Taken[] => [{ outages }]
const howOf = (fault: Fault): How => fault.how ?? 'blackhole'

// ---------------------------------------------------------------------------------------------- fleet, cluster

function ofFleet(fault: Fault): Lowered {
  const git = fault.lose === 'git'
  const name = git ? 'Git' : 'the registry'
  return {
    says: {
      subject: git ? gitSubject : registrySubject,
      what: 'reachable',
      from: true,
      to: false,
      text: `${name} cannot be reached${git ? '; Flux goes on with what it last fetched' : ''}`,
      back: `${name} can be reached again`,
    },
    taken: one({ kind: git ? 'git' : 'registry', how: howOf(fault) }),
  }
}

function ofCluster(fault: Fault, cluster: string): Lowered {
  const etcd = fault.lose === 'etcd'
  const lost = etcd ? 'etcd, and with it its control plane' : 'control plane'
  return {
    says: {
      subject: clusterSubject(cluster),
      ...{ what: 'controlPlane', from: 'up', to: 'down' },
      text: `${cluster} loses its ${lost}`,
      back: `${cluster} has its ${lost} again`,
    },
    taken: one({ kind: etcd ? 'etcd' : 'controlPlane', cluster, how: howOf(fault) }),
  }
}

// ---------------------------------------------------------------------------------------------- site

function ofSite(ground: Ground, fault: Fault, name: string): Lowered {
  const how = howOf(fault)
  const says = { subject: siteSubject(name), site: name }
  const link = (what: string, text: string, ...outages: readonly Outage[]): Lowered => ({
    says: { ...says, what, from: 'up', to: 'down', text, back: text.replace(' loses ', ' has ').concat(' again') },
    taken: one(...outages),
  })
  if (fault.slow !== undefined) {
    const seconds = fault.slow
    return {
      says: {
        ...says,
        ...{ what: 'late', from: 0, to: seconds },
        text: `${name} answers ${seconds} s later than usual`,
        back: `${name} answers in time again`,
      },
      taken: one(...ground.copiesAt(name).map(({ app }): Outage => ({ kind: 'late', app, site: name, seconds }))),
    }
  }
  switch (fault.lose) {
    case 'power':
      return ofPower(ground, name)
    case 'nodes':
      return ofNodes(ground, fault, name)
    case 'uplink':
      return link(
        'uplink',
        `${name} loses its whole network`,
        { kind: 'internet', site: name, how },
        { kind: 'serviceLink', site: name, how },
      )
    case 'serviceLink':
      return link('serviceLink', `${name} loses the way to its control plane`, { kind: 'serviceLink', site: name, how })
    default:
      return link('internet', `${name} loses the way to its users`, { kind: 'internet', site: name, how })
  }
}

function ofPower(ground: Ground, name: string): Lowered {
  const power = powerOf(name)
  const holdUpSeconds = lookup(ground.fleet).site(name)?.powerHoldUp ?? 0
  if (holdUpSeconds === 0) return { says: power.says as Says, taken: one(...power.outages) }
  return {
    says: {
      ...{ subject: siteSubject(name), what: 'mains', from: 'on', to: 'off', site: name },
      text: `${name} loses its mains; its battery lasts ${holdUpSeconds} s`,
      back: `${name} has its mains again`,
    },
    taken: [{ ...power, says: { ...(power.says as Says), text: `the battery of ${name} is empty` } }],
    holdUpSeconds,
  }
}

function ofNodes(ground: Ground, fault: Fault, name: string): Lowered {
  // workers go first: a machine that is kept for the control plane runs no copy of an app
  const inTurn = [...ground.nodesAt(name)].sort((a, b) => Number(a.closed) - Number(b.closed))
  const nodes = inTurn.slice(0, fault.count ?? inTurn.length)
  const count = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`
  return {
    says: {
      ...{ subject: siteSubject(name), what: 'nodes', site: name },
      ...{ from: inTurn.length, to: inTurn.length - nodes.length },
      text: `${name} loses ${count}`,
      back: `${name} has its ${count} again`,
    },
    taken: one(...nodes.map((node): Outage => ({ kind: 'node', node: nodeKey(node) }))),
  }
}

// ---------------------------------------------------------------------------------------------- zone, Region

function ofZone(ground: Ground, fault: Fault, zone: string): Lowered {
  const { fleet } = ground
  const controlPlane = fault.lose === 'controlPlane'
  const taken = fleet.sites
    .filter(
      ({ place }) =>
        place.zone === zone ||
        place.parentZone === zone ||
        (place.zone === undefined && place.region !== undefined && zone === `${place.region}${zone.at(-1)}`),
    )
    .flatMap((site): readonly Taken[] => {
      const { locale } = siteTraits(fleet, site)
      if (controlPlane) return [registrationsOf(site.name)]
      if (locale === 'outpost') return [linkOf(site.name)]
      if (site.place.parentZone === zone) return [registrationsOf(site.name)]
      if (site.place.zone === zone) return [powerOf(site.name)]
      return ground
        .nodesAt(site.name)
        .filter((node) => node.zone === zone)
        .map(nodeOf)
    })
  const lost = controlPlane ? 'its control plane' : 'everything'
  return {
    says: {
      ...{ subject: zoneSubject(zone), what: controlPlane ? 'controlPlane' : 'everything', from: 'up', to: 'down' },
      text: `zone ${zone} loses ${lost}`,
      back: `zone ${zone} is back`,
    },
    taken,
  }
}

function ofRegion(ground: Ground, fault: Fault, region: string): Lowered {
  const { fleet } = ground
  const controlPlane = fault.lose === 'controlPlane'
  const ofRegionSite = (site: Site): Taken => {
    if (controlPlane) return registrationsOf(site.name)
    return siteTraits(fleet, site).locale === 'availability-zone' ? powerOf(site.name) : linkOf(site.name)
  }
  const lost = controlPlane ? 'its control plane; what runs goes on' : 'everything'
  return {
    says: {
      ...{ subject: regionSubject(region), what: controlPlane ? 'controlPlane' : 'everything', from: 'up', to: 'down' },
      text: `${region} loses ${lost}`,
      back: `${region} is back`,
    },
    taken: [
      ...fleet.sites.filter(({ place }) => place.region === region).map(ofRegionSite),
      ...fleet.clusters
        .filter(({ name, region: at }) => at === region && ground.controlPlaneSite(name) === undefined)
        .map(
          ({ name }): Taken => ({
            outages: [{ kind: 'controlPlane', cluster: name, how: 'blackhole' }],
            says: {
              ...{ subject: clusterSubject(name), what: 'controlPlane', from: 'up', to: 'down' },
              text: `the control plane of ${name} is gone`,
              back: `the control plane of ${name} is back`,
            },
          }),
        ),
    ],
  }
}

const powerOf = (site: string): Taken => ({
  outages: [{ kind: 'power', site }],
  says: {
    ...{ subject: siteSubject(site), what: 'power', from: 'on', to: 'off', site },
    text: `${site} loses its power`,
    back: `${site} has power again`,
  },
})

const linkOf = (site: string): Taken => ({
  outages: [{ kind: 'serviceLink', site, how: 'blackhole' }],
  says: {
    ...{ subject: siteSubject(site), what: 'serviceLink', from: 'up', to: 'down', site },
    text: `${site} loses the way to its control plane`,
    back: `${site} has the way to its control plane again`,
  },
})

const registrationsOf = (site: string): Taken => ({
  outages: [{ kind: 'registrations', site }],
  says: {
    ...{ subject: siteSubject(site), what: 'registrations', from: 'possible', to: 'impossible', site },
    text: `no target can be registered at ${site}`,
    back: `targets can be registered at ${site} again`,
  },
})

const nodeOf = (node: GroundNode): Taken => ({
  outages: [{ kind: 'node', node: nodeKey(node) }],
  says: {
    ...{ subject: nodeSubject(node.site, node.name), what: 'power', from: 'on', to: 'off', site: node.site },
    text: `node ${node.name} at ${node.site} loses its power`,
    back: `node ${node.name} at ${node.site} has power again`,
  },
})

// ---------------------------------------------------------------------------------------------- app

function ofCopy(ground: Ground, fault: Fault, app: string, site: string): Lowered {
  const about = { site, app }
  const copy = ground.copyAt(app, site)
  if (copy === undefined) {
    const text = `${app} has no copy at ${site}`
    return {
      says: { ...about, subject: copySubject(app, site), what: 'fault', from: null, to: null, text, back: text },
      taken: [],
    }
  }
  const where = `${app} at ${site}`
  const { cluster } = copy
  const delivered = copy.federation === undefined && deliveredByGit(ground, cluster)
  if (fault.scaleTo !== undefined)
    return {
      says: {
        ...about,
        ...{ subject: copySubject(app, site), what: 'replicas', from: copy.replicas, to: fault.scaleTo },
        text: `${where} is scaled to ${fault.scaleTo} by hand${delivered ? '; Flux owns the number and will put it back' : ''}`,
        back: `${where} is scaled back`,
      },
      taken: [],
      act: { kind: 'scale', app, site, cluster, replicas: fault.scaleTo },
    }
  if (fault.delete !== undefined)
    return {
      says: {
        ...about,
        ...{ subject: objectSubject(app, site, fault.delete), what: 'object', from: 'present', to: 'absent' },
        text: `the ${fault.delete} of ${where} is deleted by hand${delivered ? '' : '; nothing puts it back by itself'}`,
        back: '',
      },
      taken: [],
      act: { kind: 'delete', app, site, cluster, object: fault.delete },
    }
  if (fault.checkPort !== undefined)
    return {
      says: {
        ...about,
        ...{ subject: checkSubject(app, site), what: 'port', to: fault.checkPort },
        from: lookup(ground.fleet).app(app)?.expose?.healthCheck?.port ?? null,
        text: `the health check of ${where} asks port ${fault.checkPort}, where nobody answers`,
        back: `the health check of ${where} asks its own port again`,
      },
      taken: one({ kind: 'checkPort', app, site, port: fault.checkPort }),
    }
  if (fault.slow !== undefined)
    return {
      says: {
        ...about,
        ...{ subject: doorSubject(app, site), what: 'late', from: 0, to: fault.slow },
        text: `${where} answers ${fault.slow} s later than usual`,
        back: `${where} answers in time again`,
      },
      taken: one({ kind: 'late', app, site, seconds: fault.slow }),
    }
  return {
    says: {
      ...about,
      ...{ subject: copySubject(app, site), what: 'runs', from: true, to: false },
      text: `${where} crashes`,
      back: `${where} could run again`,
    },
    taken: one({ kind: 'crash', app, site }),
  }
}

export const deliveredByGit = ({ fleet: { gitops } }: Ground, cluster: string): boolean =>
  gitops !== undefined && (gitops.clusters === undefined || gitops.clusters.includes(cluster))

function ofRelease(app: string, version: 'broken' | 'crashing'): Lowered {
  return {
    says: {
      ...{ subject: appSubject(app), what: 'release', from: 'present', to: version, app },
      text: `a version of ${app} is released that ${version === 'broken' ? 'never becomes ready' : 'becomes ready and then crashes'}`,
      back: `the release of ${app} is taken back`,
    },
    taken: one({ kind: 'release', app, version }),
  }
}
