import { describe, expect, test } from 'vitest'
import { answerText, anybody, choose, draw } from './choose.ts'
import type { RecordConfig } from './config.ts'
import { seeded } from './endpoint.case.ts'

const record = (site: string, routing: RecordConfig['routing']): RecordConfig => ({
  name: 'www.example.com',
  app: 'shop',
  site,
  address: `127.0.0.${site.charCodeAt(0)}`,
  ttlSeconds: 60,
  routing,
})
const answer = (records: readonly RecordConfig[], well: string, who = anybody): string =>
  answerText(choose(records, ({ site }) => well.includes(site), who))
const shares = (records: readonly RecordConfig[], well: string) =>
  Object.fromEntries(
    choose(records, ({ site }) => well.includes(site), anybody).map(({ record, share }) => [record.site, share]),
  )

describe('failover', () => {
  const records = [
    record('s', { kind: 'failover', role: 'SECONDARY' }),
    record('p', { kind: 'failover', role: 'PRIMARY' }),
  ]
  test.each([
    ['ps', 'p'],
    ['p', 'p'],
    ['s', 's'],
    ['', 'p'],
  ])('of those that are well (%s), %s answers', (well, to) => expect(answer(records, well)).toBe(to))
})

describe('weighted', () => {
  const weighted = (weights: Record<string, number>) =>
    Object.entries(weights).map(([site, weight]) => record(site, { kind: 'weighted', weight }))
  test('by weight, over those that are well', () => {
    expect(shares(weighted({ a: 3, b: 5, c: 2, d: 2, r: 0 }), 'abcdr')).toEqual({
      a: 3 / 12,
      b: 5 / 12,
      c: 2 / 12,
      d: 2 / 12,
    })
    expect(shares(weighted({ a: 3, b: 5, c: 2, d: 2, r: 0 }), 'acr')).toEqual({ a: 3 / 5, c: 2 / 5 })
  })
  test('weight 0 answers only where no other is well', () => {
    expect(shares(weighted({ a: 1, r: 0 }), 'ar')).toEqual({ a: 1 })
    expect(shares(weighted({ a: 1, r: 0 }), 'r')).toEqual({ r: 1 })
    expect(shares(weighted({ q: 0, r: 0 }), 'qr')).toEqual({ q: 1 / 2, r: 1 / 2 })
  })
  test('all unwell: all of them count', () => {
    expect(shares(weighted({ a: 1, b: 1, r: 0 }), '')).toEqual({ a: 1 / 2, b: 1 / 2 })
  })
  test('what is drawn follows the weights: chi-square of 60,000 draws', () => {
    const chance = seeded(7)
    const odds = choose(weighted({ a: 3, b: 5, c: 2, d: 2 }), () => true, anybody)
    const seen = new Map<string, number>()
    for (let times = 0; times < 60_000; times += 1)
      for (const { site } of draw(odds, chance)) seen.set(site, (seen.get(site) ?? 0) + 1)
    const square = odds.reduce((sum, { record: { site }, share }) => {
      const expected = share * 60_000
      return sum + ((seen.get(site) ?? 0) - expected) ** 2 / expected
    }, 0)
    // three degrees of freedom, one in a thousand
    expect(square).toBeLessThan(16.27)
  })
})

describe('multivalue', () => {
  const many = [...'abcdefghijkl'].map((site) => record(site, { kind: 'multivalue' }))
  test('up to eight of those that are well; all unwell, up to eight of all', () => {
    const eight = draw(
      choose(many, () => true, anybody),
      seeded(1),
    )
    expect(new Set(eight.map(({ site }) => site)).size).toBe(8)
    expect(
      draw(
        choose(many, ({ site }) => 'abc'.includes(site), anybody),
        seeded(1),
      )
        .map(({ site }) => site)
        .toSorted(),
    ).toEqual(['a', 'b', 'c'])
    expect(
      draw(
        choose(many, () => false, anybody),
        seeded(1),
      ),
    ).toHaveLength(8)
  })
  test('every one of twelve comes in its turn', () => {
    const chance = seeded(3)
    const odds = choose(many, () => true, anybody)
    const seen = new Set(
      Array.from({ length: 60 }, () => draw(odds, chance))
        .flat()
        .map(({ site }) => site),
    )
    expect(seen.size).toBe(12)
  })
})

test('latency: the nearest that is well; of a place that nobody knows, as the records stand', () => {
  const records = [...'abc'].map((site) => record(site, { kind: 'latency' }))
  const who = { near: ['c', 'a'], origins: [] }
  expect(answer(records, 'abc', who)).toBe('c')
  expect(answer(records, 'ab', who)).toBe('a')
  expect(answer(records, 'b', who)).toBe('b')
  expect(answer(records, '', who)).toBe('c')
  expect(answer(records, 'abc')).toBe('a')
})

test('geolocation: country before continent before the rest; without a rest, nobody else is answered', () => {
  const at = (site: string, location: string) => record(site, { kind: 'geolocation', location })
  const records = [at('d', '*'), at('e', 'EU'), at('f', 'FR')]
  const french = { near: [], origins: ['FR', 'EU'] }
  const german = { near: [], origins: ['DE', 'EU'] }
  expect(answer(records, 'def', french)).toBe('f')
  expect(answer(records, 'de', french)).toBe('e')
  expect(answer(records, 'd', french)).toBe('d')
  expect(answer(records, 'def', german)).toBe('e')
  expect(answer(records, 'def')).toBe('d')
  expect(answer(records, '', french)).toBe('f')
  expect(answer(records.slice(1), 'ef', { near: [], origins: ['JP', 'AS'] })).toBe('')
})

test('a simple record is answered with whatever becomes of its site', () => {
  expect(answer([record('a', { kind: 'simple' })], '')).toBe('a')
})
