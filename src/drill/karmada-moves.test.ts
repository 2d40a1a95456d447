// Closed form and twin of Karmada's moves know nothing of each other: where replicas are made good, and when, is the same in both.

import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { lossOfFaults, movesOf, singleLosses } from '../failover/index.ts'
import { readFleet } from '../fleet/read.ts'
import { lookup } from '../model/lookup.ts'
import type { Timeline } from '../model/timeline.ts'
import { plan } from '../plan/index.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { federated } from '../worlds/twin/testing/federation.case.ts'
import { inside } from './envelope.ts'
import { everySingleLoss, lossAtSeconds, lossForSeconds } from './single-losses.ts'

const fleet = await readFleet([fileURLToPath(new URL('../../examples/federation/', import.meta.url))])
const made = plan(fleet)
const seeds = Array.from({ length: 25 }, (_, index) => `m${index}`)

/** Seconds from the loss until the API of the site counts as many pods ready. */
const readyAfter = (run: Timeline, copy: string, replicas: number, from: number): number | undefined => {
  const at = run.events.find(
    ({ subject, what, to, at }) => subject === copy && what === 'ready' && to === replicas && at >= from,
  )?.at
  return at === undefined ? undefined : at - from
}

describe('every single loss of the federation', () => {
  test.each(singleLosses(fleet).map((loss, index) => ({ name: loss.id, loss, drill: everySingleLoss(fleet)[index] })))(
    '$name: replicas are ready elsewhere within the bounds, or stay',
    ({ loss, drill }) => {
      if (drill === undefined) throw new Error('no drill')
      const runs = seeds.map((seed) => simulate(made, drill, seed))
      for (const app of fleet.apps) {
        const gained = new Map(
          movesOf(fleet, app, loss.faults).flatMap(({ gains, ready }) =>
            gains.map((gain) => [gain.site, { ...gain, ready }] as const),
          ),
        )
        for (const run of runs) {
          // an eviction that finds no place moves nothing
          const grown = run.events.filter(
            ({ app: name, what, at, from, to }) =>
              name === app.name &&
              what === 'replicas' &&
              at > 0 &&
              at < lossAtSeconds + lossForSeconds &&
              Number(to) > Number(from),
          )
          expect(new Set(grown.map(({ site }) => site)), `${app.name} ${run.seed}`).toEqual(new Set(gained.keys()))
          for (const { site, replicas, ready } of gained.values()) {
            const seconds = readyAfter(run, `copy/${app.name}/${site}`, replicas, lossAtSeconds) ?? -1
            expect(
              inside(seconds, ready, 0.002),
              `${app.name} at ${site}: ${seconds} outside ${ready.minSeconds} to ${ready.maxSeconds}, ${run.seed}`,
            ).toBe(true)
          }
        }
      }
    },
  )
})

describe('the drills of the federation', () => {
  const single = fleet.drills.flatMap((drill) => {
    const loss = lossOfFaults(drill.faults)
    return loss === undefined ? [] : [{ name: drill.name, drill, loss }]
  })

  test.each(single)('$name: what moves is ready within the bounds, in each of 25 runs', ({ drill, loss }) => {
    for (const app of fleet.apps) {
      for (const { gains, ready } of movesOf(fleet, app, loss.faults)) {
        for (const seed of seeds) {
          for (const { site, replicas } of gains) {
            const from = drill.faults[0]?.at ?? 0
            const seconds = readyAfter(simulate(made, drill, seed), `copy/${app.name}/${site}`, replicas, from) ?? -1
            expect(inside(seconds, ready, 0.002), `${app.name} at ${site}: ${seconds}`).toBe(true)
          }
        }
      }
    }
  })

  test('the closed form says what was measured: 39.5 s refused, 80.3 s frozen, without a toleration and a start', () => {
    for (const [how, measured] of [
      ['refuse', 39.5],
      ['blackhole', 80.3],
    ] as const) {
      const { fleet: small } = federated({ faults: '[{ at: 60s, lose: registry }]' })
      const app = lookup(small).app('shop')
      if (app === undefined) throw new Error('no app')
      const [move] = movesOf(small, app, [{ cluster: 'alpha', lose: 'controlPlane', how }])
      const start = app.startup
      expect(measured).toBeGreaterThanOrEqual((move?.ready.minSeconds ?? 0) - start)
      expect(measured).toBeLessThanOrEqual((move?.ready.maxSeconds ?? 0) - start)
    }
  })
})
