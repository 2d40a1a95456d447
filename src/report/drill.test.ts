import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, test } from 'vitest'
import { events, planOf, recovery, segment, service, timeline, withDrill } from '../drill/drill.case.ts'
import type { DrillResult } from '../drill/index.ts'
import { runDrill, runEverySingleLoss } from '../drill/index.ts'
import { readFleet } from '../fleet/read.ts'
import type { Timeline } from '../model/timeline.ts'
import { plan } from '../plan/index.ts'
import { drillJson, singleLossJson } from './drill-json.ts'
import { drillJunit } from './drill-junit.ts'
import { story } from './drill-story.ts'
import { drillStrip } from './drill-strip.ts'
import { drillBrief, drillText } from './drill-text.ts'
import { differingViews } from './drill-views.ts'
import { rangeText } from './range.ts'
import { singleLossText } from './single-loss-text.ts'

const example = async (name: string) => readFleet([fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))])
const localZone = await example('local-zone')
const recoveryFleet = await example('recovery')

function drilled(fleet: typeof localZone, name: string, runs = 8): DrillResult {
  const drill = fleet.drills.find((one) => one.name === name)
  if (drill === undefined) throw new Error(`no drill ${name}`)
  return runDrill(plan(fleet), drill, { runs, skerry: '0.1.0' })
}

const dark = drilled(localZone, 'lose-los-angeles')
const cut = drilled(recoveryFleet, 'cut-service-link')

/** By hand: the edge is dark from 1m on, home serves from 2m40s. */
function byHand(
  parts: Partial<Timeline> = {},
  expectation = '{ app: game, audience: public, servedBy: home, within: 3m }',
): DrillResult {
  const { fleet, drill } = withDrill(expectation)
  const run = timeline({
    seed: '8f3a',
    events: events([
      [60, 'site/edge', 'power', 'on', 'off'],
      [140, 'check/game/edge', 'healthy', true, false, 0],
      [160, 'record/game.example.com/public', 'answer', 'edge', 'home', 1],
      [160, 'users/game/public', 'served', 0, 1, 2],
    ]),
    services: [
      service('public', [
        [0, 60, { edge: 1 }],
        [60, 160, {}],
        [160, 900, { home: 1 }],
      ]),
    ],
    recoveries: [
      recovery([segment('route53.healthCheck.down', 80, 72, 102, 0, 1), segment('resolver.ttl', 20, 0, 60, 1, 3)]),
    ],
    ...parts,
  })
  return runDrill(planOf(fleet), drill, { runs: 0, seed: '8f3a', simulate: () => run })
}

const lines = (text: string): readonly string[] => text.split('\n')
const tooWide = (text: string, columns: number): readonly string[] =>
  lines(text).filter((line) => [...line].length > columns)

test('the verdict comes first, and the line to type again last', () => {
  const text = lines(drillText(byHand()))
  expect(text[0]).toBe('passed  lose-edge: the one expectation holds in the one run.')
  expect(text.at(-1)).toBe('again  skerry drill lose-edge --on twin --seed 8f3a')
})

test('a drill that failed says so first, with the worst run, its seed, and the line of the file', () => {
  const failed = drillText(byHand({}, '{ app: game, audience: public, servedBy: home, within: 90s }'))
  expect(lines(failed)[0]).toMatch(/^failed {2}lose-edge: 0 of 1 expectation hold/)
  expect(failed).toMatch(
    /✗ game for public served by home within 1m30s of the fault\n {4}worst with seed 8f3a: only from 02:40, 10 s too late\n {4}at fleet\.yaml:\d+/,
  )
})

test('segments are printed with seconds, bounds and timer, and add up to the last line', () => {
  const text = drillText(dark)
  const table = /Recovery of game-2048 for los-angeles-players[\s\S]*?the sum: served by oregon/.exec(text)?.[0] ?? ''
  const rows = [...table.matchAll(/^ +\d\d:\d\d\.\d +([\d.]+) +([\d.]+) to ([\d.]+) {2}/gm)].map(
    ([, seconds, min, max]) => [Number(seconds), Number(min), Number(max)] as const,
  )
  const sum = rows.at(-1)
  const parts = rows.slice(0, -1)
  expect(parts.length).toBeGreaterThanOrEqual(3)
  expect(Math.abs(parts.reduce((total, [seconds]) => total + seconds, 0) - (sum?.[0] ?? 0))).toBeLessThan(0.25)
  expect(parts.reduce((total, [, , max]) => total + max, 0)).toBe(sum?.[2])
  for (const timer of ['route53.healthCheck.down', 'route53.propagation', 'resolver.ttl'])
    expect(table).toContain(timer)
  expect(text).toMatch(/route53\.healthCheck\.down {2}Route 53 Developer Guide/)
})

test('the closed form and the spread over the runs stand beside the recovery', () => {
  expect(drillText(dark)).toMatch(
    /Over 9 runs: [\d.]+ to [\d.]+ s, mean [\d.]+, 95 % within [\d.]+;\s+the\s+timers\s+allow\s+72\s+to\s+172\s+s,\s+the\s+closed\s+form\s+says\s+72\s+to\s+172\s+s/,
  )
})

test('the assumptions that a run took for granted are listed', () => {
  expect(drillText(dark)).toContain('Taken for granted\n  - ')
})

test.each([80, 100, 140])('nothing is wider than %i columns, but names and timers', (columns) => {
  for (const result of [dark, cut])
    for (const text of [drillText(result, { columns, unicode: true }), drillBrief(result, { columns, unicode: true })])
      expect(tooWide(text, columns)).toEqual([])
})

test('without Unicode the report is plain ASCII', () => {
  // the strip, the marks and the text alike; only an apostrophe of a source is let through
  const own = drillText(dark, { columns: 100, unicode: false }).replaceAll('’', "'")
  expect([...own].filter((char) => char.charCodeAt(0) > 126)).toEqual([])
})

test('a report carries no colour and no other control character', () => {
  expect([...drillText(dark)].filter((char) => char < ' ' && char !== '\n')).toEqual([])
})

test('the brief fits on a screen', () => {
  for (const result of [dark, cut]) expect(lines(drillBrief(result)).length).toBeLessThanOrEqual(34)
})

test('where users and control plane saw different things both are told [seed 50]', () => {
  const views = differingViews(cut.timeline)
  expect(views).toHaveLength(1)
  expect(views[0]?.users).toBe('east-coast and plant-floor went on being served by outposts (100% of them).')
  expect(views[0]?.controlPlane).toMatch(/^all nodes of outposts Unknown from 01:\d\d to 16:\d\d/)
  expect(drillText(cut)).toContain('  control plane  all nodes of outposts Unknown')
  expect(differingViews(dark.timeline)).toEqual([])
})

test('users that a site did not serve are told with from when to when, and a dip of a moment is not told', () => {
  const dip = (until: number) =>
    timeline({
      services: [
        service('public', [
          [0, 60, { edge: 1 }],
          [60, until, {}],
          [until, 900, { edge: 1 }],
        ]),
      ],
    })
  expect(differingViews(dip(65))).toEqual([])
  expect(differingViews(dip(200))).toEqual([
    {
      site: 'edge',
      users: 'public were not served by edge, or by half at most, from 01:00 to 03:20.',
      controlPlane: 'all nodes of edge ready throughout.',
    },
  ])
})

test('bounds that read the same are one figure', () => {
  const seconds = (value: number) => `${value} s`
  expect(rangeText(45, 45, seconds)).toBe('45 s')
  expect(rangeText(45, 46, seconds)).toBe('45 s to 46 s')
  const same = byHand({
    recoveries: [recovery([segment('fault.lasts', 100, 100, 100, 0, 3)])],
  })
  expect(drillText(same)).toMatch(/01:00\.0 +100\.0 +100 +fault\.lasts/)
  expect(drillText(same)).not.toMatch(/(\d+(?:\.\d+)?) to \1 /)
})

test('the closed form of a loss that outlasts detection is not held against a shorter one', () => {
  const { fleet, drill } = withDrill('', '{ at: 1m, site: edge, lose: internet, for: 45s }')
  const short = drillText(runDrill(plan(fleet), drill, { runs: 4 })).replace(/\s+/g, ' ')
  expect(short).toContain('; the closed form says 72 to 172 s of a loss that lasts longer than that.')
  expect(short).not.toContain('expected for a user')
})

test('the strip has a row for each site that served and one for nobody, and marks when the fault lasted', () => {
  const strip = drillStrip(byHand(), { columns: 60, unicode: false })
  expect(lines(strip)).toEqual(
    [
      '  time          00:00         05:00        10:00',
      '  taken away      x-----------------------------o',
      'public',
      '  by edge       ##=........................................',
      '  by home       .......=####################################',
      '  by nobody     ..=####=....................................',
      '                . nobody  - up to a quarter  = half  + most  # all',
    ].map((line) => expect.stringMatching(new RegExp(`^${line.slice(0, 16).replace(/[.]/g, '\\.')}`))),
  )
  const rows = lines(strip)
    .slice(3, 6)
    .map((line) => line.slice(16))
  expect(rows[0]).toMatch(/^#+[-=+]?\.+$/)
  expect(rows[1]).toMatch(/^\.+[-=+]?#+$/)
  expect(rows[2]).toMatch(/^\.+[-=+]?#+[-=+]?\.+$/)
})

test('the story keeps faults, answers and the chain of the recovery, in order', () => {
  const told = story(dark.timeline)
  expect(told.map((line) => line.at)).toEqual([...told.map((line) => line.at)].sort((a, b) => a - b))
  const text = told.map((line) => line.text).join('\n')
  expect(text).toContain('los-angeles loses its power')
  expect(text).toContain('the health check of game-2048 at los-angeles says unhealthy')
  expect(text).toContain('game.example.com answers los-angeles-players with oregon')
  expect(text).toContain('los-angeles has power again')
})

test('things of one kind that happen close together are told once', () => {
  const unknown = events([
    [60, 'site/edge', 'power', 'on', 'off'],
    [100, 'node/edge/a', 'ready', 'True', 'Unknown', 0],
    [105, 'node/edge/b', 'ready', 'True', 'Unknown', 0],
    [300, 'node/edge/c', 'ready', 'True', 'Unknown', 0],
  ])
  expect(story(timeline({ events: unknown })).map(({ at, more, until }) => [at, more, until])).toEqual([
    [60, 0, 60],
    [100, 1, 105],
    [300, 0, 300],
  ])
})

test('what a judge objects to is shown as a bug of ours', () => {
  const broken = drillText(byHand({ violations: [{ judge: 'rates', event: 2, text: 'two taints in one second' }] }))
  expect(lines(broken)[0]).toMatch(/^broken {2}/)
  expect(broken).toContain(
    'A bug of skerry: a judge objects to the run\n  rates (seed 8f3a, event 2): two taints in one second',
  )
})

function validator(schema: string) {
  return new Ajv2020({ strict: false }).compile(
    JSON.parse(readFileSync(new URL(`../../schema/${schema}`, import.meta.url), 'utf8')) as object,
  )
}

test('the JSON of drills keeps to its published schema', () => {
  const valid = validator('drill-result.json')
  expect(valid(JSON.parse(drillJson([dark, cut, byHand()]))), JSON.stringify(valid.errors)).toBe(true)
  expect(JSON.parse(drillJson([dark]))).toMatchObject({ version: 1, ok: true, drills: [{ seed: dark.seed, runs: 9 }] })
})

test('what was measured on engines of this machine is told as such, beside what the twin says', () => {
  const twin = {
    runs: 25,
    seconds: { min: 100, mean: 130, p95: 150, max: 160 },
    bounds: { minSeconds: 72, maxSeconds: 172 },
  }
  const live: DrillResult = {
    ...dark,
    runs: 1,
    live: { world: 'local', speed: 10, endedAt: 900 },
    recoveries: dark.recoveries.map((recovery) => ({ ...recovery, twin })),
  }
  const shown = drillText(live)
  const text = shown.replaceAll(/\s+/g, ' ')
  expect(text).toContain('on the engines of this machine')
  expect(text).toContain('at 10 times the speed, at rest from 15:00 on')
  expect(text).not.toContain('virtual time')
  expect(text).toMatch(/The twin says 100 s to 160 s, mean 130 s, over 25 runs; .* measured is/)
  expect(lines(shown).at(-1)).toBe('again  skerry drill lose-los-angeles --on local')
  const valid = validator('drill-result.json')
  expect(valid(JSON.parse(drillJson([live]))), JSON.stringify(valid.errors)).toBe(true)
})

test('the JSON of every single loss keeps to its published schema, and its text ranks them', () => {
  const report = runEverySingleLoss(plan(recoveryFleet), { runs: 1, skerry: '0.1.0' })
  const valid = validator('single-losses.json')
  expect(valid(JSON.parse(singleLossJson(report))), JSON.stringify(valid.errors)).toBe(true)
  const text = singleLossText(report)
  // the longest of its rows takes two lines
  expect(text).toMatch(/^ +outposts loses its .*\n +power/m)
  expect(text).toMatch(
    /Users notice nothing, and no spare is left \(latent\)\n {2}localzone loses its power: one copy of game-2048 is left, no spare/,
  )
  expect(tooWide(text, 110)).toEqual([])
})

describe('the table of every single loss', () => {
  const made = new Map<string, readonly (readonly string[])[]>()
  beforeAll(async () => {
    for (const name of ['stores', 'federation', 'recovery']) {
      const text = singleLossText(runEverySingleLoss(plan(await example(name)), { runs: 0 }), { columns: 400 })
      const rows = lines(text).slice(3, lines(text).indexOf('', 2))
      made.set(
        name,
        rows.map((row) => row.trim().split(/ {2,}/)),
      )
    }
  }, 120_000)
  const rowsOf = (name: string) => new Map((made.get(name) ?? []).map(([title = '', ...cells]) => [title, cells]))

  test('leaves no cell empty, whatever users lost it in', () => {
    for (const rows of made.values()) for (const cells of rows) expect(cells).toHaveLength(5)
  })

  test('says of users on a LAN when they are served again, or that they wait, and not who serves others', () => {
    expect(rowsOf('federation').get('plant loses its power')?.slice(1)).toEqual([
      'floor waits for the repair',
      'nobody',
      '0 of 1 ledger',
    ])
    expect(rowsOf('federation').get('parent loses its uplink')?.[1]).toBe('lost only after the repair, on the way back')
    expect(rowsOf('stores').get('galley is gone at ship')?.slice(1, 3)).toEqual([
      expect.stringMatching(/^within .* on the LAN$/),
      'ship',
    ])
  })

  test('tells stores of one class that lose the same in one row', () => {
    expect([...rowsOf('stores').keys()].filter((title) => title.startsWith('store-'))).toEqual([
      expect.stringMatching(/^store-\d+ loses its power \(and 3 like it\)$/),
    ])
  })
})

test('JUnit has a case for each expectation and one for the judges', async () => {
  const passed = await drillJunit([byHand()])
  expect(passed).toContain('tests="2" failures="0" errors="0"')
  expect(passed).toContain('name="game for public served by home within 3m of the fault"')
  const failed = await drillJunit([
    byHand(
      { violations: [{ judge: 'rates', event: 2, text: 'x' }] },
      '{ app: game, audience: public, servedBy: home, within: 90s }',
    ),
  ])
  expect(failed).toContain('failures="1" errors="1"')
  expect(failed).toContain('worst with seed 8f3a: only from 02:40')
})
