import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { overLimit } from './judges/rates.ts'
import { apiClient, zoneBucket } from './limits.ts'

describe('the client of a controller', () => {
  test('lets thirty requests go at once, then twenty a second', () => {
    const client = apiClient()
    const times = Array.from({ length: 70 }, () => client.grant(10))
    expect(times.slice(0, 30).every((time) => time === 10)).toBe(true)
    expect(times[30]).toBeCloseTo(10.05, 6)
    expect(times[69]).toBeCloseTo(12, 6)
    expect(client.busyUntil).toBeCloseTo(12, 6)
  })

  test('never exceeds its limit, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 60, noNaN: true }), { maxLength: 300 }), (asked) => {
        const client = apiClient()
        for (const at of [...asked].sort((a, b) => a - b)) expect(client.grant(at)).toBeGreaterThanOrEqual(at)
        expect(overLimit(client.granted)).toBeUndefined()
      }),
    )
  })

  test('events that a recorder owes take tokens that others then wait for', () => {
    const [free, owing] = [apiClient(), apiClient()]
    owing.owe(200, 0)
    expect(free.grant(1)).toBe(1)
    for (let index = 0; index < 30; index += 1) owing.grant(1)
    expect(owing.grant(1)).toBeGreaterThan(1)
  })
})

describe('the bucket of a zone', () => {
  test('gives one token at once and then one in ten seconds', () => {
    const bucket = zoneBucket(0.1)
    expect(bucket.take(100)).toBe(true)
    expect(bucket.take(100)).toBe(false)
    expect(bucket.nextAt(100)).toBeCloseTo(110, 9)
    expect(bucket.take(110)).toBe(true)
  })

  test('a change of rate grants nothing: an empty bucket stays empty', () => {
    const bucket = zoneBucket(0.1)
    bucket.take(0)
    bucket.swap(0, 5)
    expect(bucket.nextAt(6)).toBe(Number.POSITIVE_INFINITY)
    bucket.swap(0.1, 20)
    expect(bucket.nextAt(20)).toBeCloseTo(30, 9)
  })
})
