// Health checks: that there is one, that it may be had, and that it sees what it asks.

import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import { followsRoute53, routedFields } from '../routed.ts'
import { subjects } from '../subjects.ts'
import { and } from '../words.ts'

const primaryIsWatched: Rule = {
  code: 'DNS002',
  severity: 'error',
  title: 'The primary of a failover name is watched',
  why: 'Without a health check and without EvaluateTargetHealth Route 53 takes the primary for healthy for ever, and never fails over.',
  sources: [source.route53Failover, source.seedRecovery],
  seeds: [129],
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
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: { path: /, port: 80 } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const { expose } = app
      if (expose?.routing.failover === undefined || expose.evaluateTargetHealth) return []
      if (expose.healthCheck !== undefined && expose.healthCheck.by !== 'none') return []
      return [
        {
          origin: app.origin,
          field: 'expose',
          found: 'has neither a health check nor evaluateTargetHealth',
          fix: 'add healthCheck: { path: /, port: 80 }, and leave evaluateTargetHealth on',
        },
      ]
    }),
}

const checkSettings: Rule = {
  code: 'DNS003',
  severity: 'error',
  title: 'A health check asks every 10 or 30 seconds, and fails after 1 to 10 failures',
  why: 'Route 53 has these two intervals and this range of thresholds, and refuses any other.',
  sources: [source.route53HealthChecks, source.seedRecovery],
  seeds: [127],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: { interval: 15s } }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: { interval: 30s, failureThreshold: 3 } }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      const check = app.expose?.healthCheck
      if (check === undefined || check.by !== 'checkers' || app.expose === undefined) return []
      if (!followsRoute53(fleet, app.expose)) return []
      return [
        ...(check.interval === 10 || check.interval === 30
          ? []
          : [
              {
                origin: app.origin,
                field: 'expose/healthCheck/interval',
                found: `is ${check.interval}s`,
                fix: check.interval < 20 ? 'use 10s, or 30s at a lower price' : 'use 30s, or 10s to notice sooner',
              },
            ]),
        ...(check.failureThreshold >= 1 && check.failureThreshold <= 10
          ? []
          : [
              {
                origin: app.origin,
                field: 'expose/healthCheck/failureThreshold',
                found: `is ${check.failureThreshold}`,
                fix: 'use 1 to 10; 3 is the default',
              },
            ]),
      ]
    }),
}

const checkersReach: Rule = {
  code: 'DNS005',
  severity: 'error',
  title: 'Public health checkers reach what they check',
  why: 'The checkers of Route 53 are on the internet: an address inside a VPC, a LAN or a carrier network looks dead to them.',
  sources: [source.route53EndpointHealth, source.carrierGateway],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, scheme: internal, routing: { failover: [los-angeles, oregon] }, healthCheck: { by: checkers } }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles }, { site: oregon }]
      expose: { host: game.example.com, scheme: internal, routing: { failover: [los-angeles, oregon] }, healthCheck: { by: alarm } }
    `,
  },
  check: (fleet) => {
    const { siteNamed } = subjects(fleet)
    return fleet.apps.flatMap((app): Hit[] => {
      const { expose } = app
      if (expose?.healthCheck?.by !== 'checkers' || !followsRoute53(fleet, expose)) return []
      const at = {
        origin: app.origin,
        field: 'expose/healthCheck',
        fix: 'use by: alarm, a CloudWatch alarm on the targets',
      }
      if (expose.scheme === 'internal') return [{ ...at, found: 'asks from the internet, and the scheme is internal' }]
      const hidden = routedFields(expose).flatMap(({ site: name }) => {
        const at = siteNamed.get(name)
        return at === undefined || (at.site.internet ?? at.traits.checkersReachIt.value) ? [] : [at]
      })
      const [first] = hidden
      if (first === undefined) return []
      const names = [...new Set(hidden.map(({ site }) => site.name))]
      return [
        {
          ...at,
          found: `asks from the internet, which does not reach ${names.length > 3 ? `${names.length} sites such as ${names[0]}` : and(names)}`,
          source: first.traits.checkersReachIt.source,
        },
      ]
    })
  },
}

export const healthCheckRules: readonly Rule[] = [primaryIsWatched, checkSettings, checkersReach]
