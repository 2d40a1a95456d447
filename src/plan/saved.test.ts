// A plan as a file: the same bytes for the same plan, read back as what it was, and refused in one message where it is none.

import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import { planJson } from '../report/plan-json.ts'
import { documents, fleetOf, mixed } from './fleets.case.ts'
import { fleetDigest, observedFrom, plan, planSchema, readObserved, readPlan, savePlan } from './index.ts'

const published = JSON.parse(readFileSync(new URL('../../schema/plan.json', import.meta.url), 'utf8')) as object

test('schema/plan.json is what the zod schema says today (npm run generate writes it anew)', () => {
  expect(published).toEqual(planSchema())
})

test('every saved plan, and every plan as JSON, is as the published schema says', () => {
  const valid = new Ajv2020({ strict: true }).compile(published)
  const check = (text: string) => {
    valid(JSON.parse(text))
    expect(valid.errors ?? []).toEqual([])
  }
  fc.assert(
    fc.property(documents, documents, (first, second) => {
      const made = plan(fleetOf(second), observedFrom(plan(fleetOf(first))))
      check(savePlan(made))
      check(planJson(made))
    }),
    { numRuns: 40 },
  )
  check(savePlan(plan(mixed())))
})

test('the same plan gives the same bytes, whatever the order of keys and the layout of the file', () => {
  const texts = [
    mixed(),
    mixed(),
    mixed(
      (text) =>
        `# a word\n\n${text.replace('{ name: west, account: prod, region: us-west-2, cidr: 10.1.0.0/16 }', '{ cidr: 10.1.0.0/16, region: us-west-2, account: prod, name: west }').replace('values: { b: 1, a: { c: [1, 2] } }', 'values: { a: { c: [1, 2] }, b: 1 }')}`,
    ),
  ].map((fleet) => savePlan(plan(fleet)))
  expect(texts[1]).toBe(texts[0])
  // only the lines that `why` names have moved
  const still = (text: string | undefined) => text?.replaceAll(/fleet\.yaml:\d+/g, 'fleet.yaml')
  expect(still(texts[2])).toBe(still(texts[0]))
})

test('the fleet is in it by its name and a digest; the digest follows what is planned, not drills, comments or where things stand', () => {
  const fleet = mixed()
  const saved = JSON.parse(savePlan(plan(fleet))) as { readonly fleet: string; readonly digest: string }
  expect(saved).toMatchObject({ fleet: 'mixed', digest: fleetDigest(fleet) })
  expect(
    fleetDigest(
      mixed(
        (text) =>
          `# more\n${text}---\nkind: Drill\nmetadata: { name: d }\nfaults: [{ at: 1m, site: oregon, lose: power }]\n`,
      ),
    ),
  ).toBe(saved.digest)
  expect(fleetDigest(mixed((text) => text.replace('replicas: 7', 'replicas: 8')))).not.toBe(saved.digest)
})

test('a plan read back is what is there: planned against it, nothing is to be done', () => {
  fc.assert(
    fc.property(documents, (given) => {
      const made = plan(fleetOf(given))
      const observed = readObserved(JSON.parse(savePlan(made)))
      expect(observed).toEqual(JSON.parse(JSON.stringify(observedFrom(made))))
      expect(plan(fleetOf(given), observed).steps.filter(({ change }) => change !== 'keep')).toEqual([])
      expect(readObserved(JSON.parse(planJson(made)))).toEqual(observed)
    }),
    { numRuns: 40 },
  )
})

test('what a saved plan takes away is not there afterwards', () => {
  const smaller = mixed((text) => text.replace(', { site: frankfurt }', ''))
  const made = plan(smaller, observedFrom(plan(mixed())))
  expect(made.steps.some(({ change }) => change === 'remove')).toBe(true)
  const { steps } = readObserved(JSON.parse(savePlan(made)))
  expect(steps.map(({ id }) => id)).not.toContain('app.place/stock/frankfurt')
})

const good = () =>
  JSON.parse(savePlan(plan(mixed()))) as {
    version: number
    steps: { id: string; needs: string[]; change: string; intent: Record<string, unknown> }[]
  }
const spoilt: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['nothing', () => undefined, /no plan of skerry/],
  ['a number', () => 7, /no plan of skerry/],
  ['a list', () => [], /no plan of skerry/],
  ['a plan of tomorrow', () => ({ ...good(), version: 2 }), /has version 2, and this skerry reads version 1/],
  [
    'a step of an unknown kind',
    () => ({ ...good(), steps: [{ ...good().steps[0], kind: 'launch' }] }),
    /no plan of skerry/,
  ],
  ['one step twice', () => ({ ...good(), steps: [...good().steps, good().steps[0]] }), /two of its steps have one id/],
  [
    'a need that leads nowhere',
    () => ({ ...good(), steps: [{ ...good().steps[0], needs: ['elsewhere'] }] }),
    /needs a step that is not in it/,
  ],
  [
    'steps in a circle',
    () => ({
      ...good(),
      steps: good().steps.map((step, index, all) =>
        index === 0 ? { ...step, needs: [all.at(-1)?.id ?? ''] } : { ...step, needs: [all[index - 1]?.id ?? ''] },
      ),
    }),
    /wait for each other/,
  ],
]

test.each(spoilt)('%s instead of a plan is refused in one sentence', (_, make, message) => {
  expect(() => readPlan(make())).toThrow(Refusal)
  expect(() => readPlan(make())).toThrow(message)
})

test('any damage to a saved plan is a refusal or harmless, never a crash', () => {
  const fleet = mixed()
  const text = savePlan(plan(fleet))
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom('"', '}', '0', 'null', '', '\\u0000', '-1', '[]', 'x'),
      fc.nat(30),
      (at, put, drop) => {
        let json: unknown
        try {
          json = JSON.parse(text.slice(0, at) + put + text.slice(at + drop))
        } catch {
          return
        }
        try {
          plan(fleet, readObserved(json))
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      },
    ),
    { numRuns: 200 },
  )
})
