import { expect, test } from 'vitest'
import { nanosOf, thousandthsOf, wholeOf } from './quantity.ts'

const whole = (quantity: string | number) => wholeOf(nanosOf(quantity) ?? -1n)

test('suffixes are decimal, binary or an exponent', () => {
  expect(whole('128974848')).toBe(128974848n)
  expect(whole(3)).toBe(3n)
  expect(whole('1.5Gi')).toBe(1610612736n)
  expect(whole('129M')).toBe(129_000_000n)
  expect(whole('1E')).toBe(10n ** 18n)
  expect(whole('1e3')).toBe(1000n)
  expect(whole('12E2')).toBe(1200n)
  expect(whole('.5Ki')).toBe(512n)
  expect(whole('5.')).toBe(5n)
})

test('fractions are rounded away from zero', () => {
  expect(whole('1m')).toBe(1n)
  expect(whole('1500m')).toBe(2n)
  expect(whole('-1500m')).toBe(-2n)
  expect(thousandthsOf(nanosOf('0.3') ?? 0n)).toBe(300n)
  expect(thousandthsOf(nanosOf('1n') ?? 0n)).toBe(1n)
  expect(nanosOf('0.0000000001')).toBe(1n)
})

test('binary quantities end at the greatest 64-bit integer', () => {
  expect(whole('8Ei')).toBe(2n ** 63n - 1n)
})

test('what Kubernetes would not read is no quantity', () => {
  for (const text of ['', '.', 'Gi', '1 Gi', '1gi', '1Gib', '1e', '--1', 'NaN']) expect(nanosOf(text)).toBeUndefined()
})
