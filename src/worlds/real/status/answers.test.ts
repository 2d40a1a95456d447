// Who answers users, by the rules of Route 53.

import { expect, test } from 'vitest'
import type { Answering } from './answers.ts'
import { whoAnswers } from './answers.ts'

const failover = (primary: Answering['health'], secondary: Answering['health']): readonly Answering[] => [
  { id: 'outposts', site: 'outposts', policy: 'failover', role: 'PRIMARY', health: primary },
  { id: 'localzone', site: 'localzone', policy: 'failover', role: 'SECONDARY', health: secondary },
]
const weighted = (...all: readonly (readonly [string, number, Answering['health']])[]): readonly Answering[] =>
  all.map(([site, weight, health]) => ({ id: site, site, policy: 'weighted', weight, health }))
const shares = (records: readonly Answering[]) =>
  Object.fromEntries(whoAnswers(records).answers.map(({ site, share }) => [site, share]))

test('the primary answers while it is healthy, else the secondary [seed 130, 133]', () => {
  expect(shares(failover('healthy', 'healthy'))).toEqual({ outposts: 1 })
  expect(shares(failover('unhealthy', 'healthy'))).toEqual({ localzone: 1 })
  expect(shares(failover('unhealthy', undefined))).toEqual({ localzone: 1 })
})

test('when both are unhealthy the primary is answered, and that is said', () => {
  const both = whoAnswers(failover('unhealthy', 'unhealthy'))
  expect(both.answers.map(({ site }) => site)).toEqual(['outposts'])
  expect(both.allUnhealthy).toBe(true)
})

test('what nobody was heard of counts as healthy, and the answer as not certain', () => {
  const unknown = whoAnswers(failover('unknown', 'healthy'))
  expect(unknown.answers.map(({ site }) => site)).toEqual(['outposts'])
  expect(unknown.certain).toBe(false)
  expect(whoAnswers(failover(undefined, undefined)).certain).toBe(true)
})

test('weights share out among those that are healthy; those of weight 0 only stand in [seed 152]', () => {
  expect(shares(weighted(['virginia', 1, 'healthy'], ['oregon', 9, 'healthy']))).toEqual({ virginia: 0.1, oregon: 0.9 })
  expect(shares(weighted(['virginia', 1, 'unhealthy'], ['oregon', 9, 'healthy']))).toEqual({ oregon: 1 })
  expect(shares(weighted(['blue', 1, 'unhealthy'], ['green', 0, 'healthy']))).toEqual({ green: 1 })
  expect(shares(weighted(['blue', 1, 'unhealthy'], ['green', 0, 'unhealthy']))).toEqual({ blue: 1 })
  expect(shares(weighted(['blue', 0, 'healthy'], ['green', 0, 'healthy']))).toEqual({ blue: 0.5, green: 0.5 })
})

test('of latency only those nearest to a record know where they are led, unless one is left', () => {
  const latency = (health: Answering['health']): readonly Answering[] =>
    ['virginia', 'oregon'].map((site, index) => ({
      id: site,
      site,
      policy: 'latency',
      health: index === 0 ? health : 'healthy',
    }))
  expect(shares(latency('healthy'))).toEqual({ virginia: undefined, oregon: undefined })
  expect(shares(latency('unhealthy'))).toEqual({ oregon: 1 })
})

test('of ten healthy addresses eight are given at once, and each gets its part of all users', () => {
  const records: readonly Answering[] = Array.from({ length: 10 }, (_, index) => ({
    id: `a${index}`,
    site: `a${index}`,
    policy: 'multivalue',
    health: 'healthy',
  }))
  const all = whoAnswers(records).answers
  expect(all).toHaveLength(10)
  expect(all.reduce((sum, { share = 0 }) => sum + share, 0)).toBeCloseTo(1)
})

test('a name without records is answered by nobody', () => {
  expect(whoAnswers([])).toEqual({ answers: [], allUnhealthy: false, certain: true })
})
