import { expect, test } from 'vitest'
import { limit } from './limit.ts'

test('a limit is over after its seconds, and a clock that goes back takes nothing from it', () => {
  let at = 1_000
  const waited = limit(3, 2, () => at)
  expect(waited.over()).toBe(false)
  at += 1_500
  expect(waited.over()).toBe(false)
  at -= 60_000
  expect(waited.over()).toBe(false)
  at += 1_500
  expect(waited.over()).toBe(true)
})

test('a machine that slept for an hour has used up one look', () => {
  let at = 0
  const waited = limit(5, 2, () => at)
  at += 3_600_000
  expect(waited.over()).toBe(false)
  at += 2_000
  expect(waited.over()).toBe(false)
  at += 1_000
  expect(waited.over()).toBe(true)
})
