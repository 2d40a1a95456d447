import fc from 'fast-check'
import { expect, test } from 'vitest'
import { duration } from './declaration/scalars.ts'
import { clockText, durationText, secondsText, shareText } from './duration.ts'

test('a duration is written as it could stand in a fleet file', () => {
  expect([240, 5400, 45, 0.5, 0, 604_800, 90_061].map(durationText)).toEqual([
    '4m',
    '1h30m',
    '45s',
    '500ms',
    '0s',
    '7d',
    '1d1h1m1s',
  ])
})

test('what durationText writes, the duration scalar reads back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 10_000_000 }),
      (seconds) => duration.parse(durationText(seconds)) === seconds,
    ),
  )
})

test('a measured time keeps its tenths while it is short', () => {
  expect([96.24, 1284, 7320, 0.04].map(secondsText)).toEqual(['96.2 s', '21 min 24 s', '2 h 2 min', '0.04 s'])
})

test('a moment of a drill is minutes and seconds, and hours when it must', () => {
  expect([0, 96.9, 3725].map(clockText)).toEqual(['00:00', '01:36', '1:02:05'])
})

test('a share never rounds a loss away', () => {
  expect([1, 0.99912, 0.9999999, 0.5, 0.29].map(shareText)).toEqual(['100%', '99.91%', '99.9999%', '50%', '29%'])
})
