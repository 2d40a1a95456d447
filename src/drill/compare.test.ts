// What is measured against the twin: a run of the twin itself always agrees, at any speed; one event moved out of its envelope does not.

import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import type { Drill } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import type { Timeline, TimelineEvent } from '../model/timeline.ts'
import { plan } from '../plan/index.ts'
import { simulate } from '../worlds/twin/simulate.ts'
import { compareDrill } from './compare.ts'
import { lengthOf } from './length.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const fleets = await Promise.all(
  readdirSync(examples)
    .filter((name) => name !== 'stores')
    .map((name) => readFleet([`${examples}${name}`])),
)
const drills = fleets.flatMap((fleet) => {
  const made = plan(fleet)
  return fleet.drills.map((drill) => [`${fleet.name}/${drill.name}`, made, drill] as const)
})

/** A run of the twin, as if another world had written it. */
function measured(made: Plan, drill: Drill, seed: string, speed = 1): Timeline {
  const assume = { ...drill.assume, nodeLifecycle: 'upstream' as const }
  const timeline = simulate(made, { ...drill, assume, length: lengthOf(made.fleet, drill).seconds }, seed, { speed })
  return { ...timeline, world: 'local' }
}

const moved = (timeline: Timeline, which: (event: TimelineEvent) => boolean, seconds: number): Timeline => ({
  ...timeline,
  events: timeline.events.map((event) => (which(event) ? { ...event, at: event.at + seconds } : event)),
})

describe('a run of the twin agrees with all others', () => {
  test.each(drills)('%s', (_name, made, drill) => {
    // played fast, requests are as long as constants, and there are more ways on which things may go
    for (const [speed, runs] of [
      [1, 12],
      [10, 40],
    ] as const) {
      const comparison = compareDrill(made, drill, measured(made, drill, 'measured', speed), { speed, runs })
      const wrong = comparison.events.filter(
        ({ decidedBy, inside, inOrder }) => decidedBy === 'engine' && !(inside && inOrder),
      )
      expect(wrong, `at ${speed}`).toEqual([])
    }
  })
})

describe('a member that is killed', () => {
  const found = drills.find(([name]) => name === 'federation/member-killed')
  if (found === undefined) throw new Error('the drill is gone')
  const [, made, drill] = found
  const well = measured(made, drill, 'measured')
  const isLost = ({ subject, what, to }: TimelineEvent) =>
    subject === 'member/main/virginia' && what === 'ready' && to === 'False'

  test('agrees as it is', () => {
    const comparison = compareDrill(made, drill, well)
    expect(comparison).toMatchObject({ verdict: 'agrees', missing: [], forecasts: 64, toleranceSeconds: 0.3 })
    expect(comparison.judged).toBeGreaterThan(5)
    expect(comparison.within).toBe(comparison.judged)
    expect(
      comparison.events.find(({ subject, what }) => subject === 'member/main/virginia' && what === 'ready'),
    ).toMatchObject({ minSeconds: 30, maxSeconds: 40.15, decidedBy: 'engine', timers: ['karmada.member.lost.refused'] })
  })

  test('does not where Karmada holds it lost too late, or too early', () => {
    for (const seconds of [20, -20]) {
      const comparison = compareDrill(made, drill, moved(well, isLost, seconds))
      expect(comparison.verdict).toBe('differs')
      const lost = comparison.events.find(({ subject, what }) => subject === 'member/main/virginia' && what === 'ready')
      expect(lost).toMatchObject({ inside: false })
    }
  })

  test('does not where an effect comes before its cause', () => {
    const taint = ({ subject, what }: TimelineEvent) => subject === 'member/main/virginia' && what === 'noExecute'
    const comparison = compareDrill(made, drill, moved(well, taint, -5))
    expect(comparison.verdict).toBe('differs')
    expect(comparison.events.filter(({ inOrder }) => !inOrder).map(({ what }) => what)).toContain('noExecute')
  })

  test('misses what did not come, and lists what nobody foresaw', () => {
    const without = { ...well, events: well.events.filter((event) => !isLost(event)) }
    const lone = {
      ...{ id: 999, at: 50, subject: 'member/main/oregon', what: 'ready', from: 'True', to: 'False', text: '' },
      decidedBy: 'engine' as const,
    }
    const comparison = compareDrill(made, drill, { ...without, events: [...without.events, lone] })
    expect(comparison.verdict).toBe('differs')
    expect(comparison.missing).toContainEqual(
      expect.objectContaining({ subject: 'member/main/virginia', what: 'ready', decidedBy: 'engine' }),
    )
    expect(comparison.unforeseen).toMatchObject([{ subject: 'member/main/oregon', what: 'ready', to: 'False' }])
  })

  test('does not where engines evict what no run evicts, though all else came as foreseen', () => {
    const evicted = {
      ...{ id: well.events.length, at: 400, subject: 'copy/nginx/plant', what: 'deleted', from: 0, to: 1, text: '' },
      decidedBy: 'engine' as const,
    }
    const comparison = compareDrill(made, drill, { ...well, events: [...well.events, evicted] })
    expect(comparison).toMatchObject({ verdict: 'differs', missing: [] })
    expect(comparison.within).toBe(comparison.judged)
    expect(comparison.unforeseen).toMatchObject([{ subject: 'copy/nginx/plant', what: 'deleted', to: 1 }])
  })

  test('is not blamed for what the twin never tells', () => {
    const untold = {
      ...{ id: well.events.length, at: 400, subject: 'member/main/oregon', what: 'mood', from: 'a', to: 'b', text: '' },
      decidedBy: 'engine' as const,
    }
    const comparison = compareDrill(made, drill, { ...well, events: [...well.events, untold] })
    expect(comparison).toMatchObject({ verdict: 'agrees', unforeseen: [] })
  })

  test('a count that another run steps over is neither missing nor unforeseen', () => {
    const step = well.events.find(
      ({ subject, from, to }) => subject.startsWith('copy/') && typeof from === 'number' && Number(to) - from > 1,
    )
    if (step === undefined) throw new Error('nothing grows by more than one')
    const half = { ...step, to: Number(step.from) + 1 }
    const events = well.events.flatMap((event) => (event === step ? [half, { ...step, from: half.to }] : [event]))
    const comparison = compareDrill(made, drill, { ...well, events: events.map((event, id) => ({ ...event, id })) })
    expect(comparison.unforeseen).toEqual([])
    expect(comparison.missing).toEqual([])
  })
})

test('a drill that takes the node lifecycle as AWS documents it is compared with the one that was released', () => {
  const [, made, drill] = drills.find(([name]) => name === 'local-zone/cut-link-as-documented') ?? []
  if (made === undefined || drill === undefined) throw new Error('the drill is gone')
  const comparison = compareDrill(made, drill, measured(made, drill, 'measured'))
  expect(comparison.notes[0]).toContain('nodeLifecycle: upstream')
  expect(comparison.events.some(({ timers }) => timers.includes('kubernetes.node.detect'))).toBe(true)
})
