import { expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import { withDrill } from './drill.case.ts'
import { clustersNeeded } from './needs.ts'

test('a drill needs the clusters of what it takes away and of what it expects', () => {
  const { fleet, drill } = withDrill('{ app: game, servedBy: home, within: 4m }')
  expect(clustersNeeded(fleet, drill)).toEqual(['east', 'west'])
})

test('an app of a federation needs the host of it, and no member that nothing names', async () => {
  const fleet = await readFleet(['examples/federation'])
  const drill = fleet.drills.find(({ name }) => name === 'member-killed')
  if (drill === undefined) throw new Error('no such drill')
  const needed = clustersNeeded(fleet, drill)
  expect(needed).toContain('parent')
  expect(needed).toContain('virginia')
  expect(needed).not.toContain('plant')
})
