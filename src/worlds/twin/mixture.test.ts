import { expect, test } from 'vitest'
import { mixture } from './testing/mixture.case.ts'
import { play, seeds } from './testing/plans.case.ts'

test('three hundred random fleets under random faults: no judge objects, and every place is drilled', () => {
  const touched = new Set<string>()
  for (const seed of seeds(300)) {
    const { plan, yaml } = mixture(seed)
    const run = play(plan, seed)
    expect(run.violations, `${seed}\n${yaml}`).toEqual([])
    for (const event of run.events) if (event.site !== undefined) touched.add(event.site)
  }
  expect(touched.size).toBe(6)
})
