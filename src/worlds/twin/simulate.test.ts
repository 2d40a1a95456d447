import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writeTimeline } from '../../timeline/write.ts'
import { simulate } from './simulate.ts'
import { golden, oneCluster } from './testing/fleets.case.ts'
import { drillOf, happened, planFrom, play, seeds } from './testing/plans.case.ts'

const stormy =
  '[{ at: 60s, site: outpost, lose: uplink, for: 12m }, { at: 3m, site: outpost, lose: power, for: 5m }, { at: 20m, site: zone, lose: power, for: 10m }]'

describe('a run is its seed', () => {
  test('the same plan, drill and seed give the same timeline, byte for byte', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 12 }), (seed) => {
        const plan = golden({ faults: stormy, replicas: 3 })
        expect(writeTimeline(play(plan, seed))).toBe(writeTimeline(play(golden({ faults: stormy, replicas: 3 }), seed)))
      }),
      { numRuns: 20 },
    )
  })

  test('another seed gives other phases', () => {
    const plan = golden({ faults: stormy })
    expect(writeTimeline(play(plan, 'a'))).not.toBe(writeTimeline(play(plan, 'b')))
  })

  test('a site that nothing touches changes nothing, there or not', () => {
    const elsewhere = `
  - name: elsewhere
    place: { localZone: us-west-2-den-1a }
    cluster: other
    nodePools: [{ name: workers, replicas: 5 }]
`
    const plain = golden({ faults: stormy })
    const grown = planFrom(
      plain.fleet.sources['fleet.yaml']?.text
        .replace('audiences:', `${elsewhere}audiences:`)
        .replace('sites:', '  - { name: other, network: west, eks: { version: "1.35" } }\nsites:') ?? '',
    )
    expect(grown.fleet.sites).toHaveLength(plain.fleet.sites.length + 1)
    for (const seed of seeds(5)) expect(writeTimeline(play(grown, seed))).toBe(writeTimeline(play(plain, seed)))
  })
})

const drills: Readonly<Record<string, string>> = {
  'power of the primary': '[{ at: 60s, site: outpost, lose: power, for: 20m }]',
  'power of both':
    '[{ at: 60s, site: outpost, lose: power, for: 40m }, { at: 60s, site: zone, lose: power, for: 15m }]',
  'service link': '[{ at: 60s, site: outpost, lose: serviceLink, for: 15m }]',
  'service link, refused': '[{ at: 60s, site: outpost, lose: serviceLink, how: refuse, for: 15m }]',
  uplink: '[{ at: 60s, site: outpost, lose: uplink, for: 15m }]',
  storm: stormy,
  'a node': '[{ at: 60s, site: outpost, lose: nodes, count: 1, for: 15m }]',
  'control plane': '[{ at: 60s, cluster: plant, lose: controlPlane, for: 10m }]',
  'control plane and power':
    '[{ at: 60s, cluster: plant, lose: etcd, for: 10m }, { at: 2m, site: outpost, lose: power, for: 3m }]',
  'crash in a cut':
    '[{ at: 60s, site: outpost, lose: serviceLink, for: 10m }, { at: 2m, app: game, site: outpost, lose: app, for: 90s }]',
  Region: '[{ at: 60s, region: us-east-1, lose: everything, for: 15m }]',
  'anchor zone': '[{ at: 60s, zone: us-east-1a, lose: everything, for: 15m }]',
  'Local Zone': '[{ at: 60s, zone: us-west-2-lax-1a, lose: everything, for: 15m }]',
  'scaled to nothing': '[{ at: 60s, app: game, site: outpost, scaleTo: 0, for: 10m }]',
  'service deleted': '[{ at: 60s, app: game, site: outpost, delete: service, for: 5m }]',
  'ingress deleted': '[{ at: 60s, app: game, site: outpost, delete: ingress, for: 5m }]',
  'namespace deleted': '[{ at: 60s, app: game, site: outpost, delete: namespace, for: 5m }]',
  'registry in a crash':
    '[{ at: 60s, lose: registry, for: 10m }, { at: 2m, app: game, site: outpost, lose: app, for: 10s }]',
  slow: '[{ at: 60s, site: outpost, slow: 5s, for: 10m }]',
  flapping:
    '[{ at: 60s, site: outpost, lose: uplink, for: 40s }, { at: 130s, site: outpost, lose: uplink, for: 40s }, { at: 200s, site: outpost, lose: uplink, for: 5m }]',
}

describe('judges stay quiet', () => {
  test.each(Object.entries(drills))('%s, 200 seeds', (_name, faults) => {
    const plan = golden({
      faults,
      replicas: 3,
      image: 'example.com/game:latest',
      assume: '{ nodeLifecycle: upstream }',
    })
    for (const seed of seeds(200)) expect(play(plan, seed).violations).toEqual([])
  })

  test.each([
    [
      'power of a zone beside others',
      oneCluster({ nodes: 5, regionNodes: 4, pods: 20, faults: '[{ at: 60s, site: edge, lose: power, for: 15m }]' }),
    ],
    [
      'some nodes of a zone',
      oneCluster({
        nodes: 6,
        regionNodes: 4,
        pods: 60,
        faults: '[{ at: 60s, site: edge, lose: nodes, count: 4, for: 15m }]',
      }),
    ],
    [
      'pods that may go elsewhere',
      oneCluster({
        nodes: 2,
        regionNodes: 4,
        pods: 6,
        pinned: false,
        faults: '[{ at: 60s, site: edge, lose: power, for: 15m }]',
      }),
    ],
    [
      'pods with an ordinal',
      oneCluster({
        nodes: 3,
        regionNodes: 4,
        pods: 3,
        stateful: true,
        faults: '[{ at: 60s, site: edge, lose: nodes, count: 1, for: 15m }]',
      }),
    ],
    [
      'an Availability Zone',
      oneCluster({
        nodes: 2,
        regionNodes: 6,
        pods: 4,
        faults: '[{ at: 60s, zone: us-west-2b, lose: everything, for: 15m }]',
      }),
    ],
  ])('%s, 60 seeds', (_name, plan) => {
    for (const seed of seeds(60)) expect(play(plan, seed).violations).toEqual([])
  })

  test('random drills, 150 of them', () => {
    const at = fc.integer({ min: 1, max: 900 })
    const lasting = fc.integer({ min: 5, max: 1200 })
    const what = fc.constantFrom(
      'site: outpost, lose: power',
      'site: outpost, lose: uplink',
      'site: outpost, lose: serviceLink',
      'site: outpost, lose: internet',
      'site: outpost, lose: nodes, count: 1',
      'site: zone, lose: power',
      'site: zone, lose: nodes, count: 1',
      'cluster: plant, lose: controlPlane',
      'cluster: west, lose: etcd',
      'app: game, site: outpost, lose: app',
      'app: game, site: zone, scaleTo: 1',
      'app: game, site: outpost, checkPort: 801',
      'app: game, site: outpost, delete: deployment',
      'region: us-east-1, lose: everything',
      'zone: us-east-1a, lose: everything',
      'lose: registry',
      'lose: git',
    )
    const fault = fc.record({ at, lasting, what }).map((one) => `{ at: ${one.at}s, for: ${one.lasting}s, ${one.what} }`)
    fc.assert(
      fc.property(fc.array(fault, { minLength: 1, maxLength: 5 }), fc.integer({ min: 0, max: 1e6 }), (faults, seed) => {
        const plan = golden({
          faults: `[${faults.join(', ')}]`,
          replicas: 2,
          image: 'example.com/game:latest',
          assume: '{ nodeLifecycle: upstream }',
        })
        expect(play(plan, `${seed}`).violations).toEqual([])
      }),
      { numRuns: 150 },
    )
  })
})

describe('the length of a run', () => {
  test('is the drill’s, where it says one', () => {
    const plan = golden({ faults: '[{ at: 60s, site: outpost, lose: power, for: 20m }]', length: '7m' })
    expect(play(plan).length).toBe(420)
    expect(play(plan).events.every((event) => event.at <= 420)).toBe(true)
  })

  test('else lasts until everything has settled, even if a container crashes for ever', () => {
    const plan = golden({ faults: '[{ at: 60s, app: game, site: outpost, lose: app }]' })
    expect(play(plan).length).toBeLessThan(3600 * 4)
  })
})

test('an app that only an expectation names is reported too', () => {
  const plan = golden({ faults: '[{ at: 60s, lose: git, for: 60s }]' })
  const drill = drillOf(plan)
  expect(simulate(plan, drill, 'a').services).toEqual([])
  const expecting = { ...drill, expect: [{ app: 'game', after: 'fault' as const, origin: drill.origin }] }
  expect(simulate(plan, expecting, 'a').services.map((service) => service.availability)).toEqual([1, 1])
})

test('users who fail twice have two recoveries, each counted from what led to it', () => {
  const plan = golden({
    faults: '[{ at: 60s, site: outpost, lose: power, for: 10m }, { at: 100m, site: outpost, lose: power, for: 10m }]',
  })
  const recoveries = play(plan).recoveries.filter((recovery) => recovery.audience === 'floor')
  expect(recoveries.map((recovery) => recovery.from)).toEqual([60, 6000])
  for (const recovery of recoveries)
    expect(recovery.segments.reduce((sum, segment) => sum + segment.seconds, 0)).toBeCloseTo(recovery.seconds ?? 0, 3)
})

test('availability is the integral of what users got, whatever happened', () => {
  for (const seed of seeds(20)) {
    const run = play(golden({ faults: stormy, replicas: 3 }), seed)
    for (const { spans, lostSeconds, availability } of run.services) {
      // sampled, as somebody with a stopwatch would
      const steps = 20_000
      let lost = 0
      for (let index = 0; index < steps; index += 1) {
        const at = ((index + 0.5) / steps) * run.length
        lost += 1 - (spans.find((span) => span.from <= at && at < span.to)?.served ?? 0)
      }
      expect(Math.abs((lost / steps) * run.length - lostSeconds)).toBeLessThan(3)
      expect(availability).toBeCloseTo(1 - lostSeconds / run.length, 9)
    }
  }
})

test('a battery hides a loss of mains that is shorter than it lasts, and shortens a longer one', () => {
  const battery = (minutes: number) => {
    const plain = golden({ faults: `[{ at: 60s, site: outpost, lose: power, for: ${minutes}m }]` })
    return planFrom(
      (plain.fleet.sources['fleet.yaml']?.text ?? '').replace(
        'location: "40.73,-74.17"',
        'location: "40.73,-74.17"\n    powerHoldUp: 15m',
      ),
    )
  }
  expect(happened(play(battery(10)), 'site/outpost', 'power')).toEqual([])
  expect(play(battery(10)).services.every((service) => service.availability === 1)).toBe(true)
  const longer = play(battery(20))
  expect(happened(longer, 'site/outpost', 'power').map((event) => event.at)).toEqual([960, 1260])
  expect(longer.violations).toEqual([])
})
