import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { standstills } from './standstill.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('a machine that slept is noticed with how long and when, and the longest sleep is told', () => {
  let at = 0
  const seen = standstills(() => at)
  const passes = (milliseconds: number): void => {
    at += milliseconds
    vi.advanceTimersByTime(250)
  }
  passes(250)
  passes(900)
  expect(seen.longest()).toBeUndefined()
  passes(84_250)
  passes(3_250)
  expect(seen.longest()).toEqual({ seconds: 84, endedMs: 85_400 })
  seen.close()
  passes(600_000)
  expect(seen.longest()).toEqual({ seconds: 84, endedMs: 85_400 })
})
