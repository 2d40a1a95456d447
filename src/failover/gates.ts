// Gates: what must be switched on, and be there, before any timer counts. Each with its state and the line of the file that sets it.

import { durationText, secondsText } from '../model/duration.ts'
import type { App, Cluster, Fleet, Site } from '../model/fleet.ts'
import { groupBy } from '../model/group-by.ts'
import { lookup } from '../model/lookup.ts'
import type { Origin, Position } from '../model/origin.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import { counted, listed } from '../model/words.ts'
import { siteTraits } from '../places/index.ts'
import { defaultTolerationSeconds } from '../timers/index.ts'
import { hasWay, nodesAt } from './after.ts'
import { checkersReach, isAlias, ttlSeconds } from './detection.ts'
import { tolerationOf } from './kubernetes.ts'
import { singleLosses } from './loss.ts'
import { movesOf } from './moves.ts'
import { placed } from './placed.ts'
import { policyOf, routedSites } from './routing.ts'

export interface Gate {
  readonly title: string
  readonly state: 'on' | 'off' | 'partly'
  /** What it means as it stands. */
  readonly text: string
  readonly field: string
  readonly at: Position
}

export function gatesOf(fleet: Fleet, app: App): readonly Gate[] {
  const sites = routedSites(app).flatMap((name) => lookup(fleet).site(name) ?? [])
  return [...ofTheName(fleet, app, sites), ...ofCopies(fleet, app, sites), ...ofClusters(fleet, app, sites)]
}

function ofTheName(fleet: Fleet, app: App, sites: readonly Site[]): readonly Gate[] {
  const { expose } = app
  const at = gateAt(fleet, app.origin)
  if (expose === undefined)
    return [
      {
        title: 'a public name',
        state: 'off',
        text: 'the app has no name, so nobody can be sent elsewhere',
        ...at('expose'),
      },
    ]
  const check = expose.healthCheck
  const reached = sites.filter((site) => checkersReach(fleet, app, site))
  const aliases = sites.filter((site) => isAlias(fleet, app, site))
  return [
    {
      title: 'somewhere else to go',
      state: sites.length > 1 ? 'on' : 'off',
      text:
        sites.length > 1
          ? `${policyOf(app)} routing over ${sites.map((site) => site.name).join(', ')}`
          : 'the name knows one site only',
      ...at('expose/routing'),
    },
    {
      title: 'a health check',
      state: check === undefined || check.by === 'none' ? 'off' : 'on',
      text:
        check === undefined || check.by === 'none'
          ? 'nobody asks the copies from outside'
          : check.by === 'alarm'
            ? 'a CloudWatch alarm stands for the endpoint'
            : `${check.protocol.toUpperCase()} port ${check.port}${check.protocol === 'tcp' ? '' : ` ${check.path}`}, every ${durationText(check.interval)}, down after ${check.failureThreshold} failures`,
      ...at('expose/healthCheck'),
    },
    ...(check?.by === 'checkers'
      ? [
          {
            title: 'checkers that reach every copy',
            state: stateOf(reached.length, sites.length),
            text:
              reached.length === sites.length
                ? 'public checkers have a way to each site'
                : `public checkers never reach ${names(sites.filter((site) => !reached.includes(site)))}: always unhealthy`,
            ...at('expose/healthCheck/by'),
          } as const,
        ]
      : []),
    {
      title: 'target health of the load balancers',
      state: !expose.evaluateTargetHealth ? 'off' : stateOf(aliases.length, sites.length),
      text: !expose.evaluateTargetHealth
        ? 'the alias does not follow the load balancer'
        : aliases.length === sites.length
          ? 'each alias follows its load balancer: no healthy target, no answer'
          : `no alias, and so no target health, for ${names(sites.filter((site) => !aliases.includes(site)))}`,
      ...at('expose/evaluateTargetHealth'),
    },
    {
      title: 'how long resolvers remember',
      state: 'on',
      text: `answers are kept for ${[...new Set(sites.map((site) => durationText(ttlSeconds(fleet, app, site))))].join(' or ')}`,
      ...at('expose/ttl'),
    },
  ]
}

function ofCopies(fleet: Fleet, app: App, sites: readonly Site[]): readonly Gate[] {
  const federated = app.placement.find((placement) => placement.federation !== undefined)
  if (federated !== undefined) {
    const moves = movesText(fleet, app)
    return [
      {
        title: 'copies by a federation',
        state: moves === undefined ? 'off' : 'on',
        text: `the scheduler of ${federated.federation} decides which members hold them; ${moves ?? 'no single loss makes it move them'}`,
        ...gateAt(fleet, federated.origin)('federation'),
      },
    ]
  }
  return sites.flatMap((site): Gate[] => {
    const placement = app.placement.find((one) => one.site === site.name)
    if (placement === undefined)
      return [
        {
          title: `a copy at ${site.name}`,
          state: 'off',
          text: 'the name resolves to a site at which the app is not placed',
          ...gateAt(fleet, app.origin)('expose/routing'),
        },
      ]
    const nodes = nodesAt(fleet, site, placement)
    const ready = placement.replicas > 0 && nodes > 0
    const audiences = app.audiences
      .flatMap((name) => lookup(fleet).audience(name) ?? [])
      .filter((audience) => audience.at === undefined)
    const shut = audiences.filter((audience) => !hasWay(fleet, audience, site))
    const gates: Gate[] = [
      {
        title: `a copy at ${site.name}, already running`,
        state: ready ? 'on' : 'off',
        text: ready
          ? `${count(placement.replicas, 'replica')} on ${count(nodes, 'node')}`
          : placement.replicas === 0
            ? 'no replica runs there: nothing takes over'
            : nodesAt(fleet, site) > 0
              ? 'its pods tolerate the taints of no node there'
              : 'no node stands there',
        ...gateAt(fleet, placement.origin)('replicas'),
      },
      {
        title: `pods of ${site.name} stay there`,
        state: placement.pinned ? 'on' : 'off',
        text: placement.pinned
          ? 'pinned: when the site is lost replacements stay Pending, and the name must turn'
          : 'not pinned: replacements start on other nodes of the cluster, behind the same name',
        ...gateAt(fleet, placement.origin)('pinned'),
      },
    ]
    if (shut.length > 0) {
      gates.push({
        title: `a way from users to ${site.name}`,
        state: stateOf(audiences.length - shut.length, audiences.length),
        text: `${names(shut)} cannot reach it: ${siteTraits(fleet, site).ownIngress.note ?? siteTraits(fleet, site).title}`,
        ...gateAt(fleet, site.origin)('place'),
      })
    }
    return gates
  })
}

/** What any single loss makes Karmada move, and when it is ready there: the soonest and the latest. */
function movesText(fleet: Fleet, app: App): string | undefined {
  const moves = singleLosses(fleet).flatMap((loss) => movesOf(fleet, app, loss.faults))
  if (moves.length === 0) return undefined
  const whys = new Set(moves.flatMap(({ from }) => from.map(({ why }) => why)))
  const when = [
    ...(whys.has('lost') ? ['one is lost'] : []),
    ...(whys.has('unhealthy') ? ['the app is unhealthy on one'] : []),
  ].join(' or ')
  const min = secondsText(Math.floor(Math.min(...moves.map(({ ready }) => ready.minSeconds))))
  const max = secondsText(Math.ceil(Math.max(...moves.map(({ ready }) => ready.maxSeconds))))
  const sites = [...new Set(moves.flatMap(({ gains }) => gains.map(({ site }) => site)))].sort()
  return `when ${when}, what it held is ready at ${sites.length === 1 ? sites[0] : 'others'} after ${min} to ${max}`
}

function ofClusters(fleet: Fleet, app: App, sites: readonly Site[]): readonly Gate[] {
  const find = lookup(fleet)
  const copies = placed(fleet, app).placement.flatMap((placement) => find.site(placement.site) ?? [])
  const clusters = [...new Set([...sites, ...copies].map((site) => site.cluster))].flatMap(
    (name) => find.cluster(name) ?? [],
  )
  const [first] = clusters
  const gates: Gate[] = []
  if (first !== undefined) {
    gates.push({
      title: 'control planes of their own',
      state: clusters.length > 1 ? 'on' : 'off',
      text:
        clusters.length > 1
          ? `${clustersText(clusters)}: what one believes does not touch the other`
          : copies.length === 1
            ? `the only copy hangs on ${first.name}`
            : `all copies hang on ${first.name}: its mistakes are shared, running pods are not`,
      ...gateAt(fleet, first.origin)(undefined),
    })
    const tolerated = tolerationOf(fleet, app, first)
    const [said] = tolerated.dependsOn
    gates.push({
      title: 'patience with a lost node',
      state: tolerated.seconds >= defaultTolerationSeconds ? 'on' : 'partly',
      text: `pods stay ${durationText(tolerated.seconds)} on a node that is lost before they are deleted${said === undefined ? ', as nobody says otherwise' : ''}`,
      ...(said === undefined ? gateAt(fleet, app.origin)('tolerations') : { field: said.field, at: said.at }),
    })
  }
  const { gitops } = fleet
  gates.push(
    gitops === undefined
      ? {
          title: 'repair of what is deleted by hand',
          state: 'off',
          text: 'no GitOps engine puts deleted objects back',
          ...gateAt(fleet, fleet.origin)('gitops'),
        }
      : {
          title: 'repair of what is deleted by hand',
          state: 'on',
          text: `Flux puts deleted objects back within ${durationText(gitops.interval)}`,
          ...gateAt(fleet, gitops.origin)('interval'),
        },
  )
  return gates
}

/** Those of a class by their number. */
function clustersText(clusters: readonly Cluster[]): string {
  return listed(
    [...groupBy(clusters, (cluster) => cluster.class ?? `=${cluster.name}`).values()].map((same) =>
      same[0]?.class === undefined || same.length === 1
        ? names(same)
        : `${counted(same.length, 'cluster')} of the class ${same[0].class}`,
    ),
  )
}

const stateOf = (some: number, all: number): Gate['state'] => (some >= all ? 'on' : some === 0 ? 'off' : 'partly')
const names = (things: readonly { readonly name: string }[]): string => things.map((thing) => thing.name).join(' and ')
const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`

function gateAt(fleet: Fleet, origin: Origin): (field: string | undefined) => Pick<Gate, 'field' | 'at'> {
  return (field) => ({ field: labelOf(origin, field), at: positionOf(fleet.sources, origin, field) })
}
