// The drills of the examples on the twin: 200 seeds each in CI, of which `npm run check` takes the first 60. Segments add up, times lie
// inside their bounds and inside the closed form, which knows nothing of the twin.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { failoverPaths, lossOfFaults, singleLosses } from '../failover/index.ts'
import { readFleet } from '../fleet/read.ts'
import type { Fleet } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import type { Recovery, Timeline } from '../model/timeline.ts'
import { plan } from '../plan/index.ts'
import { stretchesWhere } from '../timeline/history.ts'
import { timerEntry, ttlViolators } from '../timers/index.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { inside, sumOfBounds } from './envelope.ts'
import { runDrill } from './run.ts'
import { everySingleLoss, lossAtSeconds, lossForSeconds, runEverySingleLoss } from './single-losses.ts'

const seeds = Array.from({ length: process.env.CI === 'true' ? 200 : 60 }, (_, index) => `s${index}`)
const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const fleets = await Promise.all(readdirSync(examples).map((name) => readFleet([`${examples}${name}`])))
const plans = new Map(fleets.map((fleet) => [fleet.name, plan(fleet)]))
const planned = (fleet: Fleet): Plan => plans.get(fleet.name) ?? plan(fleet)
const drills = fleets.flatMap((fleet) =>
  fleet.drills.map((drill) => [`${fleet.name}/${drill.name}`, planned(fleet), drill] as const),
)

/** Recoveries whose time is not told to the millisecond by their segments, or lies outside the sum of the bounds. */
function wrongIn(timeline: Timeline): readonly string[] {
  return timeline.recoveries.flatMap((recovery) => {
    if (recovery.seconds === undefined) return []
    const sum = recovery.segments.reduce((total, one) => total + one.seconds, 0)
    const named = recovery.segments.every((one) => timerEntry(one.timer) !== undefined)
    const own = recovery.segments.every((one) => inside(one.seconds, one, 0.002))
    const whole = inside(recovery.seconds, sumOfBounds(recovery.segments), 0.002)
    return Math.abs(sum - recovery.seconds) < 0.002 && named && own && whole
      ? []
      : [describeRecovery(timeline, recovery)]
  })
}

const describeRecovery = ({ seed }: Timeline, recovery: Recovery): string =>
  `${seed} ${recovery.audience} ${recovery.seconds}: ${recovery.segments.map((one) => `${one.timer} ${one.seconds} (${one.minSeconds} to ${one.maxSeconds})`).join(', ')}`

describe(`in ${seeds.length} runs of each drill of the examples`, () => {
  test.each(drills)('%s: segments add up, each names a timer, all bounds hold', (_name, made, drill) => {
    const path = lossOfFaults(drill.faults)
    // the closed form knows of no seed, so once for each app is enough
    const forms = new Map(
      made.fleet.apps.map(({ name }) => [
        name,
        path === undefined ? [] : failoverPaths(made.fleet, name, path, drill.assume),
      ]),
    )
    for (const seed of seeds) {
      const timeline = simulate(made, drill, seed)
      expect(wrongIn(timeline)).toEqual([])
      if (path === undefined) continue
      const fromFault = timeline.recoveries.filter(
        (recovery) => timeline.events[recovery.fault]?.at === drill.faults[0]?.at,
      )
      for (const recovery of fromFault) {
        const form = forms.get(recovery.app)?.find((one) => one.audience === recovery.audience)?.recovery
        if (form !== undefined && recovery.seconds !== undefined)
          expect(inside(recovery.seconds, form, 0.002), describeRecovery(timeline, recovery)).toBe(true)
      }
    }
  })

  test.each(drills)('%s: what it expects holds, and no judge objects', (_name, made, drill) => {
    const { expectations, violations } = runDrill(made, drill)
    expect(violations).toEqual([])
    expect(
      expectations.filter((one) => !one.passed).map((one) => `${one.claim}: ${one.worst.seed} ${one.worst.seen}`),
    ).toEqual([])
  })
})

describe('every single loss of the examples', () => {
  const losses = fleets.flatMap((fleet) =>
    singleLosses(fleet).map((loss, index) => ({
      name: `${fleet.name}/${loss.id}`,
      fleet,
      loss,
      drill: everySingleLoss(fleet)[index],
    })),
  )

  test.each(losses)('$name: the twin does what the closed form says', ({ fleet, loss, drill }) => {
    if (drill === undefined) throw new Error('no drill')
    const made = planned(fleet)
    const paths = fleet.apps.flatMap((app) => failoverPaths(fleet, app.name, loss))
    for (const seed of seeds.slice(0, 8)) {
      const timeline = simulate(made, drill, seed)
      for (const path of paths) {
        const recoveries = timeline.recoveries.filter((one) => one.app === path.app && one.audience === path.audience)
        const fromLoss = recoveries.filter((one) => timeline.events[one.fault]?.at === lossAtSeconds)
        if (path.outcome === 'unnoticed' || path.outcome === 'moved')
          expect(fromLoss.map((one) => describeRecovery(timeline, one))).toEqual([])
        if (path.recovery !== undefined) {
          // what Karmada moves later may take users along once more
          const once = path.moves.length === 0 || path.outcome === 'recovers'
          expect(fromLoss.length, path.outcome).toBeLessThanOrEqual(once ? 1 : 2)
          expect(fromLoss.length).toBeGreaterThan(0)
          for (const one of fromLoss.slice(0, 1))
            expect(inside(one.seconds ?? -1, path.recovery, 0.002), describeRecovery(timeline, one)).toBe(true)
        }
        if (path.failback !== undefined && path.outcome === 'recovers' && fleet.gitops === undefined) {
          const spans =
            timeline.services.find((service) => service.app === path.app && service.audience === path.audience)
              ?.spans ?? []
          const before = Object.entries(path.before)
          const at = stretchesWhere(
            spans.map(({ from, to, by }) => ({ from, to, value: by })),
            (by) => before.every(([site, share]) => (by[site] ?? 0) >= share * (1 - ttlViolators.share) - 1e-6),
          ).at(-1)?.from
          expect(
            inside((at ?? -1) - lossAtSeconds - lossForSeconds, path.failback, 0.002),
            `${seed} back at ${at}, bounds ${path.failback.minSeconds} to ${path.failback.maxSeconds}`,
          ).toBe(true)
        }
      }
    }
  })

  test('they are ranked by what they cost users, and those without a trace are told apart', () => {
    const [localZone] = fleets.filter((fleet) => fleet.name === 'local-zone')
    if (localZone === undefined) throw new Error('no example')
    const report = runEverySingleLoss(planned(localZone), { runs: 2 })
    expect(report).toMatchObject({ fleet: 'local-zone', runs: 3, lossSeconds: 900 })
    expect(report.rows.map((row) => row.lostMinutes)).toEqual(
      [...report.rows.map((row) => row.lostMinutes)].sort((a, b) => b - a),
    )
    expect(report.rows[0]).toMatchObject({
      loss: 'power/los-angeles',
      servedBy: ['oregon'],
      unserved: 0,
      copies: { app: 'game-2048', left: 1, before: 2 },
    })
    expect(report.latent).toContain('power/oregon')
    expect(report.latent).not.toContain('serviceLink/los-angeles')
  })
})

describe('what the founding walkthroughs promise of these drills', () => {
  const drilled = (fleet: string, name: string) => {
    const found = drills.find(([title]) => title === `${fleet}/${name}`)
    if (found === undefined) throw new Error(`no drill ${name}`)
    return runDrill(found[1], found[2], { runs: 20 })
  }
  const answers = (timeline: Timeline) =>
    timeline.events.filter((event) => event.what === 'answer').map((event) => event.to)

  test('the copy in the zone is scaled to 0, and the name still answers [seed 38, 41]', () => {
    const { timeline, recoveries } = drilled('local-zone', 'scale-to-zero')
    expect(
      timeline.events.some(
        (event) => event.subject === 'copy/game-2048/los-angeles' && event.what === 'ready' && event.to === 0,
      ),
    ).toBe(true)
    expect(answers(timeline)).toContain('oregon')
    for (const { servedBy, recovered, runs } of recoveries) expect([servedBy, recovered]).toEqual([['oregon'], runs])
  })

  test('the check is moved to port 801: other addresses, and everybody is served all the time [seed 133]', () => {
    for (const [fleet, secondary] of [
      ['recovery', 'localzone'],
      ['local-zone', 'oregon'],
    ] as const) {
      const { timeline, availability, recoveries } = drilled(fleet, 'check-port-801')
      expect(answers(timeline)).toContain(secondary)
      expect(availability.map((one) => one.share.min)).toEqual(availability.map(() => 1))
      expect(recoveries).toEqual([])
    }
  })

  test('workers whose heartbeats are lost over five minutes are taken for dead, and recycled on return [seed 50]', () => {
    const { timeline, recoveries } = drilled('local-zone', 'cut-link')
    const deleted = timeline.events.find(
      (event) => event.subject === 'copy/game-2048/los-angeles' && event.what === 'deleted',
    )
    expect((deleted?.at ?? 0) - 60).toBeGreaterThan(300)
    // users notice nothing while the link is cut, and fail when it is back
    expect(recoveries.length).toBeGreaterThan(0)
    for (const { after } of recoveries) expect(after).toContain('again')
  })

  test('two control planes: the Outpost that is cut off loses nothing at the other site [seed 91]', () => {
    const { timeline } = drilled('recovery', 'cut-service-link')
    expect(timeline.events.filter((event) => event.subject.startsWith('node/localzone'))).toEqual([])
    expect(timeline.events.some((event) => event.subject.startsWith('node/outposts') && event.to === 'Unknown')).toBe(
      true,
    )
  })
})
