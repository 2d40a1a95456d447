// What name servers and users of the example fleets are configured with, and that the servers choose as the twin does.

import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plan, readFleet } from '../../../../index.ts'
import { lookup } from '../../../../model/lookup.ts'
import type { Plan } from '../../../../model/plan.ts'
import { answerOf } from '../../../twin/machines/answers.ts'
import { audiencesOf } from '../audiences/audiences-of.ts'
import { internetOf } from '../conditions.ts'
import type { DoorConfig } from '../doors/config.ts'
import { anybody, choose } from './choose.ts'
import type { RecordConfig } from './config.ts'
import { dnsOf } from './dns-of.ts'

/** A door for each app at each site, as far as names and users look at it. */
const doorsIn = ({ fleet }: Plan): readonly DoorConfig[] =>
  fleet.apps
    .flatMap((app) => fleet.sites.map((site) => ({ app: app.name, site: site.name })))
    .map(({ app, site }, index) => {
      const door = {
        app,
        site,
        stands: 'here',
        public: { address: `127.1.0.${index + 1}`, port: 8080, crosses: [internetOf(site)] },
        lan: { address: `127.2.0.${index + 1}`, port: 8080 },
      } satisfies Partial<DoorConfig>
      return door as unknown as DoorConfig
    })

const example = async (name: string) => {
  const of = plan(await readFleet([fileURLToPath(new URL(`../../../../../examples/${name}`, import.meta.url))]))
  const dns = dnsOf(of, doorsIn(of), 5300)
  if (dns === undefined) throw new Error('no names')
  return { plan: of, dns, users: audiencesOf(of, doorsIn(of), () => 5300) }
}

test('local-zone: a primary and a secondary, aliases of 60 s that follow check and targets, checks every 30 s', async () => {
  const { dns, users } = await example('local-zone')
  expect(dns).toMatchObject({ port: 5300, zones: ['example.com'], propagationSeconds: 10 })
  expect(dns.records).toMatchObject([
    {
      name: 'game.example.com',
      site: 'los-angeles',
      ttlSeconds: 60,
      routing: { kind: 'failover', role: 'PRIMARY' },
      check: 'game.example.com/los-angeles',
      targets: { port: 8080 },
    },
    { site: 'oregon', routing: { kind: 'failover', role: 'SECONDARY' } },
  ])
  expect(dns.checks).toMatchObject([
    {
      id: 'game.example.com/los-angeles',
      by: 'checkers',
      port: 80,
      intervalSeconds: 30,
      failureThreshold: 3,
      checkers: 16,
    },
    { id: 'game.example.com/oregon', reached: true },
  ])
  expect(dns.audiences).toMatchObject([
    { name: 'los-angeles-players', subnet: '198.18.0.0', apps: ['game-2048'], origins: ['US', 'NA'] },
    { name: 'west-coast-players', subnet: '198.18.0.1' },
  ])
  expect(users).toMatchObject([
    { audience: 'los-angeles-players', dnsPort: 5300, subnet: '198.18.0.0', resolvers: 20, violators: 0.09 },
    { audience: 'west-coast-players' },
  ])
  expect(users[0]?.doors.map(({ site, crosses }) => [site, crosses])).toEqual([
    ['oregon', ['site/oregon/internet']],
    ['los-angeles', ['site/los-angeles/internet']],
  ])
})

test('recovery: users on the floor know the door of their site, and ask no name server', async () => {
  const { dns, users } = await example('recovery')
  expect(dns.audiences.map(({ name, apps }) => [name, apps])).toEqual([
    ['east-coast', ['game-2048']],
    ['plant-floor', []],
  ])
  const floor = users.find(({ audience }) => audience === 'plant-floor')
  expect(floor?.dnsPort).toBeUndefined()
  expect(floor?.doors).toMatchObject([{ site: 'outposts', crosses: ['site/outposts/power'] }])
})

test('wavelength: checks on alarms, a weight of 0, and zones that only phones of the carrier have a way to', async () => {
  const { dns, users } = await example('wavelength')
  expect(dns.checks.map(({ by, reached, standsOn }) => [by, reached, standsOn])).toEqual(
    expect.arrayContaining([
      ['alarm', false, ['site/boston/power']],
      ['alarm', true, ['site/region/power']],
    ]),
  )
  expect(dns.records.find(({ site }) => site === 'region')?.routing).toEqual({ kind: 'weighted', weight: 0 })
  expect(users[0]?.doors.map(({ site }) => site).toSorted()).toEqual([
    'atlanta',
    'boston',
    'new-york',
    'region',
    'washington',
  ])
})

test('federation: a proxy is no alias; a door that does not run here leaves no record and no user', async () => {
  const { plan: of } = await example('federation')
  const ledger = dnsOf(of, doorsIn(of), 5300)?.records.find(({ app }) => app === 'ledger')
  expect(ledger).toMatchObject({ site: 'plant', routing: { kind: 'simple' } })
  expect(ledger?.targets).toBeUndefined()
  const virginia = doorsIn(of).filter(({ site }) => site === 'virginia')
  expect([...new Set(dnsOf(of, virginia, 5300)?.records.map(({ site }) => site))]).toEqual(['virginia'])
  expect(audiencesOf(of, virginia, () => 5300).map(({ app, audience }) => `${app}/${audience}`)).not.toContain(
    'ledger/floor',
  )
  expect(dnsOf(of, [], 5300)).toBeUndefined()
})

describe.each(['local-zone', 'recovery', 'wavelength', 'federation'])('%s', (name) => {
  test('whatever is usable, each audience is answered as the twin says', async () => {
    const { plan: of, dns } = await example(name)
    const find = lookup(of.fleet)
    const byApp = new Map<string, RecordConfig[]>()
    for (const record of dns.records) byApp.set(record.app, [...(byApp.get(record.app) ?? []), record])
    const sites = [...new Set(dns.records.map(({ site }) => site))]
    fc.assert(
      fc.property(
        fc.subarray(sites),
        fc.constantFrom(...dns.audiences),
        fc.constantFrom(...byApp.keys()),
        (well, who, app) => {
          const declared = find.app(app)
          const audience = find.audience(who.name)
          if (declared === undefined || audience === undefined) throw new Error('not found')
          const odds = choose(byApp.get(app) ?? [], ({ site }) => well.includes(site), who)
          const ours = Object.fromEntries(odds.map(({ record, share }) => [record.site, share]))
          expect(ours).toEqual(answerOf(of.fleet, declared, audience, (site) => well.includes(site)))
        },
      ),
    )
    expect(choose([], () => true, anybody)).toEqual([])
  })
})
