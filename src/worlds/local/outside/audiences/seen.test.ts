import { expect, test } from 'vitest'
import { pointsKept, seen } from './seen.ts'

const held = [{ weight: 1, keepsTtl: true, sites: { a: 1 } }]

test('what began in the past is put right from then on, and several changes at one instant are one point', () => {
  const view = seen(0, held, { a: 1 })
  view.hold(10, [{ weight: 1, keepsTtl: true, sites: { b: 1 } }])
  view.answered(20, 'b', 1)
  view.answered(5, 'a', 0)
  view.answered(10, 'b', 0.5)
  view.answered(-3, 'c', 1)
  expect(view.points().map(({ atMs, served }) => [atMs, served])).toEqual([
    [0, 1],
    [5, 0],
    [10, 0.5],
  ])
  expect(view.now().served).toBe(0.5)
})

test('of a fleet that is watched for weeks the newest points are kept', () => {
  const view = seen(0, held, { a: 1 })
  for (let atMs = 1; atMs <= 60_000; atMs += 1) view.answered(atMs, 'a', atMs % 2)
  view.answered(59_990.5, 'a', 0.25)
  const points = view.points()
  expect([points.length, points.at(-1)?.atMs]).toEqual([pointsKept, 59_990.5])
  expect(points.slice(-3).map(({ served }) => served)).toEqual([1, 0, 0.25])
  expect(view.now().served).toBe(0.25)
})
