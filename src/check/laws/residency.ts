// Residency: the countries in which an app may run, and what keeps it there. Where one copy takes over from another is judged elsewhere.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Cluster, Fleet, Site } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { federatedPlacements, listed } from '../federation.ts'
import { subjects } from '../subjects.ts'
import { federated } from './federation-example.ts'

const countryOf = ({ country, place }: Site): string | undefined => country ?? place.country

/** Countries of the sites whose nodes join the cluster, where known. */
function countriesOf(fleet: Fleet, { name }: Cluster): readonly string[] {
  return [
    ...new Set(
      lookup(fleet)
        .sitesOf(name)
        .flatMap((site) => countryOf(site) ?? []),
    ),
  ]
}

const placedAtHome: Rule = {
  code: 'EA020',
  severity: 'error',
  title: 'An app with residency runs in its countries alone',
  why: 'Data that may not leave a country is handled where the copy runs, be it only one copy among many.',
  sources: [source.seedPortfolio, source.seedFederation],
  seeds: [89],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
        - { name: toronto, place: { region: us-west-2 }, country: CA, cluster: oregon, nodePools: [{ name: edge }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: toronto }]
      objectives: { residency: [US] }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, nodePools: [{ name: workers }] }
      ---
      kind: App
      metadata: { name: game }
      source: { image: registry.example.com/game:1.0.0 }
      placement: [{ site: oregon }]
      objectives: { residency: [US] }
    `,
  },
  check: (fleet) => {
    const atSites = subjects(fleet).copies.flatMap(({ app, placement, site }): Hit[] => {
      const allowed = app.objectives?.residency
      const country = countryOf(site)
      // of the later sites of a failover the law of takeovers speaks
      const takesOver = (app.expose?.routing.failover ?? []).indexOf(site.name) > 0
      if (allowed === undefined || country === undefined || allowed.includes(country) || takesOver) return []
      return [
        {
          origin: placement.origin,
          found: `is in ${country}, where residency allows ${allowed.join(', ')}`,
          fix: 'place it elsewhere, or widen residency',
        },
      ]
    })
    const federated = federatedPlacements(fleet).flatMap(({ app, placement, eligible, division }): Hit[] => {
      const allowed = app.objectives?.residency
      if (allowed === undefined) return []
      const abroad = eligible.filter(
        (member) =>
          (division !== 'weighted' || placement.weights === undefined || (placement.weights[member.name] ?? 0) > 0) &&
          countriesOf(fleet, member).some((country) => !allowed.includes(country)),
      )
      return abroad.length === 0
        ? []
        : [
            {
              origin: placement.origin,
              field: placement.members === undefined ? 'federation' : 'members',
              found: `may use ${listed(abroad.map(({ name }) => name))}, outside ${allowed.join(', ')}`,
              fix: 'name the allowed ones under members: { clusters, matchLabels or regions }',
            },
          ]
    })
    return [...atSites, ...federated]
  },
}

const weightIsNoBan: Rule = {
  code: 'KM011',
  severity: 'error',
  title: 'Members that an app must not use are left out by members, not by a weight of 0',
  why: 'A weight of 0 counts only while another member has more: when those are lost or full of taints, Karmada gives every member that is left the weight 1.',
  sources: [`${source.KMD}: pkg/scheduler/core/division_algorithm.go:38-70`, source.seedFederation],
  seeds: [89],
  example: {
    wrong: federated({ placement: 'weights: { west: 1, east: 0 }' }),
    right: federated({ placement: 'weights: { west: 1 }, members: { clusters: [west] }' }),
  },
  check: (fleet) =>
    federatedPlacements(fleet).flatMap(({ app, placement, eligible, division }): Hit[] => {
      const { weights, origin } = placement
      if (weights === undefined || division !== 'weighted') return []
      const weightless = eligible.filter(({ name }) => (weights[name] ?? 0) === 0)
      if (weightless.length === 0) return []
      const fix = 'say members: { clusters: [those that may hold it] }'
      if (weightless.length === eligible.length)
        return [{ origin, field: 'weights', found: 'are all 0, which counts as 1 for every member', fix }]
      const allowed = app.objectives?.residency
      const abroad = weightless.filter((member) =>
        countriesOf(fleet, member).some((country) => allowed?.includes(country) === false),
      )
      if (abroad.length > 0)
        return [
          {
            origin,
            field: 'weights',
            found: `keep ${listed(abroad.map(({ name }) => name))} free only while another member is well, against residency`,
            fix,
          },
        ]
      const written = weightless.filter(({ name }) => Object.hasOwn(weights, name))
      return written.length === 0
        ? []
        : [
            {
              origin,
              field: `weights/${written[0]?.name}`,
              found: `is 0, which does not keep ${listed(written.map(({ name }) => name))} free`,
              fix,
              severity: 'warning',
            },
          ]
    }),
}

export const residencyRules: readonly Rule[] = [placedAtHome, weightIsNoBan]
