// What was measured beside its forecast, as a person and as a program reads it.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { DrillComparison } from '../drill/compare.ts'
import { compareDrill } from '../drill/compare.ts'
import { runDrill } from '../drill/run.ts'
import { readFleet } from '../fleet/read.ts'
import { plan } from '../plan/index.ts'
import { drillComparisonJson, drillComparisonText, overallVerdict } from './drill-comparison.ts'

const event: DrillComparison['events'][number] = {
  subject: 'member/main/virginia',
  what: 'ready',
  to: 'False',
  occurrence: 1,
  decidedBy: 'engine',
  after: 'cluster/virginia controlPlane down #1',
  timers: ['karmada.member.lost.refused'],
  minSeconds: 30,
  maxSeconds: 40.15,
  forecastMinSeconds: 30.2,
  forecastMaxSeconds: 39.9,
  measuredSeconds: 36.7,
  at: 96.7,
  inside: true,
  inOrder: true,
  forecasts: 64,
}

const well: DrillComparison = {
  version: 1,
  skerry: '0.1.0',
  fleet: 'federation',
  drill: 'member-killed',
  world: 'local',
  speed: 1,
  notes: ['a watch is read within 0.25 s: by so much a time may lie outside'],
  events: [
    event,
    {
      ...event,
      subject: 'copy/nginx/oregon',
      to: 6,
      decidedBy: 'standIn',
      after: 'copy/nginx/oregon pending 0 down #2',
      at: 130,
    },
  ],
  missing: [],
  unforeseen: [{ subject: 'users/nginx/east', what: 'served', to: 0.5, occurrence: 1, decidedBy: 'standIn', at: 3 }],
  forecasts: 64,
  toleranceSeconds: 0.25,
  verdict: 'agrees',
  judged: 1,
  within: 1,
}

test('a drill that agrees', () => {
  expect(drillComparisonText(well)).toMatchInlineSnapshot(`
    "agrees  member-killed: the one event that engines decided came in order and in time.
      local against 64 runs of the twin, fleet federation, constants as they are; all times are those of
      the drill.

    What engines decided
         event                             counted from                        the twin allows  measured
         member/main/virginia ready False  after cluster/virginia               30 s to 40.1 s    36.7 s
                                           controlPlane down

    What stand-ins and documents decided: nothing follows from it
         event                      counted from                               the twin allows  measured
         copy/nginx/oregon ready 6  after copy/nginx/oregon pending 0 down #2   30 s to 40.1 s    36.7 s

    Seen, and foreseen in none
      1 event that no engine decides

      a watch is read within 0.25 s: by so much a time may lie outside"
  `)
})

test('one that differs says where: outside, out of order, not seen, not foreseen', () => {
  const late = { ...event, measuredSeconds: 51.7, inside: false }
  const early = { ...event, what: 'noExecute', to: true, measuredSeconds: -2, inOrder: false, at: 120 }
  const lone = {
    subject: 'binding/main/nginx',
    what: 'purged',
    to: 'virginia',
    occurrence: 2,
    decidedBy: 'engine',
    at: 140,
  } as const
  expect(
    drillComparisonText({
      ...well,
      events: [late, early],
      missing: [lone],
      unforeseen: [{ ...lone, at: 150 }, ...well.unforeseen],
      verdict: 'differs',
      judged: 2,
      within: 0,
      speed: 10,
    }),
  ).toMatchInlineSnapshot(`
    "differs  member-killed: 0 of 2 events that engines decided came in order and in time; 1 event of
             theirs did not come; 1 event of theirs was foreseen in no run.
      local against 64 runs of the twin, fleet federation, constants divided by 10; all times are those
      of the drill.

    What engines decided
               event                           counted from                    the twin allows  measured
      outside  member/main/virginia ready      after cluster/virginia           30 s to 40.1 s    51.7 s
               False                           controlPlane down
      order    member/main/virginia noExecute  after cluster/virginia           30 s to 40.1 s      -2 s
               true                            controlPlane down

    Foreseen in every forecast, and not seen
      event                                      at
      binding/main/nginx purged virginia (2)  140 s

    Seen, and foreseen in none
      event                                      at
      binding/main/nginx purged virginia (2)  150 s
      and 1 event that no engine decides

      a watch is read within 0.25 s: by so much a time may lie outside"
  `)
})

test('for programs: all of them, and whether all agree', () => {
  expect(JSON.parse(drillComparisonJson([well, { ...well, verdict: 'differs' }]))).toMatchObject({
    version: 1,
    verdict: 'differs',
    comparisons: [{ drill: 'member-killed' }, {}],
  })
})

test('the JSON of a comparison keeps to its published schema, of a drill that was really compared too', async () => {
  const schema = readFileSync(new URL('../../schema/drill-comparison.json', import.meta.url), 'utf8')
  const valid = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(schema) as object)
  const made = plan(await readFleet(['examples/local-zone']))
  const [drill] = made.fleet.drills
  if (drill === undefined) throw new Error('no drill')
  const compared = compareDrill(made, drill, runDrill(made, drill, { runs: 0 }).timeline, { runs: 3 })
  expect(compared.events.length).toBeGreaterThan(5)
  for (const shown of [[well, { ...well, verdict: 'differs' as const }], [compared], []])
    expect([valid(JSON.parse(drillComparisonJson(shown))), valid.errors]).toEqual([true, null])
  const more = { ...well, more: 1 } as DrillComparison
  expect(valid(JSON.parse(drillComparisonJson([more])))).toBe(false)
})

test('where engines decided nothing that both tell, nothing is said to agree', () => {
  const nothing: DrillComparison = { ...well, events: [], judged: 0, within: 0, verdict: 'nothingToJudge' }
  expect(drillComparisonText(nothing)).toMatch(
    /^nothing to judge {2}member-killed: engines decided nothing that both tell\.\n/,
  )
  expect(JSON.parse(drillComparisonJson([nothing]))).toMatchObject({ verdict: 'nothingToJudge' })
  expect(overallVerdict([nothing, well])).toBe('agrees')
})
