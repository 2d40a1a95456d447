// N-1: what is left of each app when any one thing is lost, before anything is applied. One finding for each app and kind of cause,
// with all losses that it stands for.

import type { Survival, SurvivalWithPaths } from '../failover/index.ts'
import { policyOf, roundTrip, routedSites, survivals, withCheck } from '../failover/index.ts'
import { durationText, secondsText } from '../model/duration.ts'
import type { Hit, Rule } from '../model/finding.ts'
import type { App, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { yaml } from '../places/index.ts'

const failoverGuide = 'Route 53 Developer Guide, active-active and active-passive failover'
const reliability = 'AWS Well-Architected Framework, Reliability Pillar: deploy the workload to multiple locations'

const nothingLeft: Rule = {
  code: 'NM001',
  severity: 'error',
  title: 'Whatever single thing is lost, somebody still serves',
  why: 'Nobody serves until what was lost is back, however short the timers are.',
  sources: [reliability],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }]
      expose: { host: game.example.com, routing: { simple: los-angeles }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    perApp(
      fleet,
      (survival) => isGone(survival) && !isUnseen(survival) && !isShared(fleet, survival),
      (app, survivals) => {
        const demanded = app.objectives?.recoverWithin !== undefined || app.objectives?.availability !== undefined
        const meantToFailOver = routedSites(app).length > 1
        return {
          origin: app.origin,
          field: app.expose === undefined ? 'placement' : 'expose/routing',
          found: `leaves ${survivals.every((survival) => survival.servedBy.length > 0) ? 'some users without a copy' : 'no copy'} that serves when ${lossesText(survivals)}`,
          severity: demanded || meantToFailOver ? 'error' : 'warning',
          fix: survivals.some((survival) => survival.copiesLeft > 0)
            ? 'let the routing fall back to a copy that is left; by geolocation that takes a record for *'
            : meantToFailOver
              ? 'place a copy at a site that does not share this loss, and name it in the routing'
              : 'place a second copy at another site, and route by failover: [first, second] with a health check',
          ...(demanded
            ? { why: 'An objective asks for recovery, and nobody serves until what was lost is back.' }
            : {}),
        }
      },
    ),
}

const tooSlow: Rule = {
  code: 'NM002',
  severity: 'error',
  title: 'Recovery takes no longer than recoverWithin, whatever the phases',
  why: 'The bounds are those of the timers on the way; on a bad day the slowest phases come together.',
  sources: ['Route 53 Developer Guide, how Route 53 determines whether a health check is healthy'],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
      objectives: { recoverWithin: 2m }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: { interval: 10s } }
      objectives: { recoverWithin: 2m }
    `,
  },
  check: (fleet) =>
    perApp(
      fleet,
      (survival) => brokenOf(survival, 'recoverWithin') !== undefined,
      (app, survivals) => {
        const worst = survivals
          .map((survival) => brokenOf(survival, 'recoverWithin'))
          .sort((a, b) => (b?.worstSeconds ?? 0) - (a?.worstSeconds ?? 0))[0]
        const slowest = survivals.find((survival) => brokenOf(survival, 'recoverWithin') === worst)
        return {
          origin: app.origin,
          field: 'objectives/recoverWithin',
          found: `is ${durationText(worst?.wantedSeconds ?? 0)}, but recovery may take ${secondsText(worst?.worstSeconds ?? 0)} (expected ${secondsText(Math.round(slowest?.recovery?.meanSeconds ?? 0))}) when ${lossesText(survivals)}`,
          fix:
            slowest === undefined
              ? 'shorten the health check'
              : fasterFix(fleet, app, slowest, worst?.wantedSeconds ?? 0),
        }
      },
    ),
}

const tooFar: Rule = {
  code: 'NM003',
  severity: 'warning',
  title: 'Whoever takes over is near enough for latencyP95',
  why: 'Failover keeps users served, but from further away; an estimate from the map shows when the objective cannot hold there.',
  sources: [roundTrip.source],
  example: {
    wrong: yaml`
      audiences: [{ name: players, near: "34.05,-118.24" }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
      objectives: { latencyP95: 20ms }
    `,
    right: yaml`
      audiences: [{ name: players, near: "34.05,-118.24" }]
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
      objectives: { latencyP95: 80ms }
    `,
  },
  check: (fleet) =>
    perApp(
      fleet,
      (survival) => brokenOf(survival, 'latencyP95') !== undefined,
      (app, survivals) => {
        const far = survivals.flatMap((survival) => survival.broken.filter((one) => one.objective === 'latencyP95'))
        const [worst] = [...far].sort((a, b) => b.afterMilliseconds - a.afterMilliseconds)
        const before =
          worst?.beforeMilliseconds === undefined ? '' : `, ${Math.round(worst.beforeMilliseconds)} ms before`
        return {
          origin: app.origin,
          field: 'objectives/latencyP95',
          found: `is ${Math.round(worst?.wantedMilliseconds ?? 0)}ms, but ${worst?.audience} would be about ${Math.round(worst?.afterMilliseconds ?? 0)} ms from ${worst?.site}${before} when ${lossesText(survivals)}`,
          fix: 'place the second copy nearer to these users, or accept the finding with the reason that a slow answer is better than none',
        }
      },
    ),
}

const abroad: Rule = {
  code: 'NM004',
  severity: 'error',
  title: 'Whoever takes over is in a country that residency allows',
  why: 'After a failover requests and what they carry are handled where the copy is; residency holds on the bad day too.',
  sources: ['AWS Well-Architected Framework, Data Residency with Hybrid Cloud Services Lens'],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
      objectives: { residency: [MX] }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
      objectives: { residency: [US] }
    `,
  },
  check: (fleet) =>
    perApp(
      fleet,
      (survival) => brokenOf(survival, 'residency') !== undefined,
      (app, survivals) => {
        const broken = survivals.flatMap((survival) => survival.broken.filter((one) => one.objective === 'residency'))
        const sites = [...new Set(broken.map((one) => `${one.site} (${one.country})`))].join(' and ')
        return {
          origin: app.origin,
          field: 'objectives/residency',
          found: `allows ${(broken[0]?.wanted ?? []).join(', ')}, but ${sites} takes over when ${lossesText(survivals)}`,
          fix: 'let a site in an allowed country take over, or widen residency',
        }
      },
    ),
}

const unseen: Rule = {
  code: 'NM005',
  severity: 'error',
  title: 'The loss of a copy is noticed by something that turns the name away from it',
  why: 'Another copy could serve, but without a check that sees this loss the name goes on resolving to the one that is gone.',
  sources: [failoverGuide],
  seeds: [38],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, evaluateTargetHealth: false }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    perApp(
      fleet,
      (survival) => isGone(survival) && isUnseen(survival),
      (app, survivals) => ({
        origin: app.origin,
        field: 'expose/healthCheck',
        found: `does not see it when ${lossesText(survivals)}: the name would still resolve to the lost copy (${policyOf(app)} routing)`,
        severity:
          (app.objectives?.recoverWithin !== undefined || app.expose?.evaluateTargetHealth === false) && !isAsked(app)
            ? 'error'
            : 'warning',
        fix: isAsked(app)
          ? 'an alarm on targets cannot see that users have no way in: feed it a metric that is measured where users are'
          : 'declare expose.healthCheck, so that public checkers ask each copy; where they have no way to a site, by: alarm',
      }),
    ),
}

const isAsked = (app: App): boolean => app.expose?.healthCheck !== undefined && app.expose.healthCheck.by !== 'none'

export const survivalRules: readonly Rule[] = [nothingLeft, tooSlow, tooFar, abroad, unseen]

function perApp(
  fleet: Fleet,
  concerns: (survival: SurvivalWithPaths) => boolean,
  hit: (app: App, survivals: readonly SurvivalWithPaths[]) => Hit,
): readonly Hit[] {
  const found = survivals(fleet).filter(concerns)
  return fleet.apps.flatMap((app) => {
    const own = found.filter((survival) => survival.app === app.name)
    return own.length === 0 ? [] : [hit(app, own)]
  })
}

const isGone = (survival: Survival): boolean => survival.outcome === 'lost' || survival.outcome === 'noCopyLeft'

/** Somebody could serve, but nothing turns the name: another finding than nobody being left. */
const isUnseen = ({ paths }: SurvivalWithPaths): boolean =>
  paths.some((path) => path.outcome === 'lost' && path.unseen.length > 0 && path.copiesLeft.length > 0)

/** Users who are all in the place that is lost share its fate; a copy elsewhere is nothing to them. */
const isShared = (fleet: Fleet, { app, waitingOnLan }: SurvivalWithPaths): boolean => {
  const audiences = lookup(fleet).app(app)?.audiences ?? []
  return waitingOnLan.length > 0 && audiences.every((name) => lookup(fleet).audience(name)?.at !== undefined)
}

function brokenOf<Name extends Survival['broken'][number]['objective']>(survival: Survival, objective: Name) {
  return survival.broken.find(
    (one): one is Extract<Survival['broken'][number], { objective: Name }> => one.objective === objective,
  )
}

/** All losses behind a finding: the first ones by title, and how many there are. */
function lossesText(survivals: readonly Survival[]): string {
  const titles = survivals.map((survival) =>
    survival.standsFor.count > 1 ? `${survival.title} (and ${survival.standsFor.count - 1} like it)` : survival.title,
  )
  const shown = titles.slice(0, 3).join(', or ')
  return titles.length > 3 ? `${shown}, or in ${titles.length - 3} other cases` : shown
}

/** The mildest change of the health check that brings the worst case under the objective. */
function fasterFix(fleet: Fleet, app: App, survival: SurvivalWithPaths, wantedSeconds: number): string {
  const check = app.expose?.healthCheck
  if (check === undefined) return 'declare expose.healthCheck with interval: 10s'
  const milder = [
    { interval: 10, failureThreshold: check.failureThreshold },
    { interval: 10, failureThreshold: 2 },
    { interval: 10, failureThreshold: 1 },
  ].filter((one) => one.interval < check.interval || one.failureThreshold < check.failureThreshold)
  for (const { interval, failureThreshold } of milder) {
    const bounds = withCheck(fleet, app, survival.of, { interval, failureThreshold })
    if (bounds === undefined || bounds.maxSeconds > wantedSeconds) continue
    const change = [
      ...(interval < check.interval ? [`interval: ${interval}s`] : []),
      ...(failureThreshold < check.failureThreshold ? [`failureThreshold: ${failureThreshold}`] : []),
    ]
    return `healthCheck ${change.join(' and ')} brings it to ${Math.round(bounds.minSeconds)}-${Math.round(bounds.maxSeconds)} s`
  }
  return `no health check is that fast: the answers alone are remembered for a minute; raise recoverWithin to ${durationText(Math.ceil(survival.recovery?.maxSeconds ?? 0))}, or let several sites answer at once (weighted, multivalue)`
}
