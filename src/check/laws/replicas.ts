// That anything runs at all: no loss can be noticed where nobody serves in the first place.

import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import { routedFields } from '../routed.ts'

const somethingRuns: Rule = {
  code: 'NM006',
  severity: 'error',
  title: 'Some copy of an app runs while nothing is lost',
  why: 'An app whose copies all have 0 replicas serves nobody, so that every loss leaves its users as they are.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, replicas: 0 }, { site: oregon, replicas: 0 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, replicas: 2 }, { site: oregon, replicas: 1 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      if (app.placement.some(({ replicas }) => replicas > 0)) return []
      const [first] = app.placement
      if (first === undefined) return []
      return [
        {
          origin: app.origin,
          field: 'placement',
          found:
            app.placement.length === 1
              ? 'asks for 0 replicas'
              : `asks for 0 replicas at each of its ${app.placement.length} places`,
          fix: 'ask for 1 replica or more somewhere, or take the app out of the fleet',
        },
      ]
    }),
}

const secondaryRuns: Rule = {
  code: 'NM007',
  severity: 'warning',
  title: 'A site that a name leads to has a copy that runs',
  why: 'A copy of 0 replicas answers nobody: its record is unhealthy from the start, or sends users to errors.',
  sources: [source.derived],
  example: {
    wrong: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, replicas: 2 }, { site: oregon, replicas: 0 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
    right: yaml`
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: los-angeles, replicas: 2 }, { site: oregon, replicas: 1 }]
      expose: { host: game.example.com, routing: { failover: [los-angeles, oregon] }, healthCheck: {} }
    `,
  },
  check: (fleet) =>
    fleet.apps.flatMap((app): Hit[] => {
      // with nothing at all it is NM006's
      if (app.expose === undefined || app.placement.every(({ replicas }) => replicas === 0)) return []
      const routed = new Set(routedFields(app.expose).map(({ site }) => site))
      const running = new Set(app.placement.filter(({ replicas }) => replicas > 0).map(({ site }) => site))
      return app.placement.flatMap((copy): Hit[] =>
        copy.site === undefined || copy.replicas > 0 || !routed.has(copy.site) || running.has(copy.site)
          ? []
          : [
              {
                origin: copy.origin,
                field: 'replicas',
                found: `is 0, where ${app.expose?.host} leads to`,
                fix: 'ask for 1 replica or more, or take the site out of the routing',
              },
            ],
      )
    }),
}

export const replicaRules: readonly Rule[] = [somethingRuns, secondaryRuns]
