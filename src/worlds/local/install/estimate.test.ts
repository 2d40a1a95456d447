import { expect, test } from 'vitest'
import { leftSeconds, pace } from './estimate.ts'

test('before anything is done, the measured times are the forecast', () => {
  expect(leftSeconds([], [{ typicalSeconds: 100 }, { typicalSeconds: 50 }])).toBe(150)
})

test('a machine that is twice as slow is forecast nearly twice as slow after a few minutes', () => {
  const done = [{ typicalSeconds: 600, seconds: 1200 }]
  expect(pace(done)).toBeGreaterThan(1.85)
  expect(leftSeconds(done, [{ typicalSeconds: 100 }])).toBeGreaterThan(185)
})

test('a part from a warm cache says little about the rest', () => {
  expect(pace([{ typicalSeconds: 5, seconds: 0.2 }])).toBeGreaterThan(0.9)
})

test('what takes longer than it should raises the forecast, and is never said to be finished', () => {
  const left = [{ typicalSeconds: 100 }]
  const running = { typicalSeconds: 60, elapsedSeconds: 600 }
  expect(leftSeconds([], left, running)).toBeGreaterThan(500)
  expect(leftSeconds([], [], running)).toBeGreaterThan(0)
})

test('the forecast falls as a part goes on', () => {
  const at = (elapsedSeconds: number) =>
    leftSeconds([], [{ typicalSeconds: 50 }], { typicalSeconds: 100, elapsedSeconds })
  expect([0, 30, 60, 90].map(at)).toEqual([150, 120, 90, 60])
})
