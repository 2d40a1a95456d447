import { expect, test } from 'vitest'
import type { ClusterAffinity, FieldRequirement, LabelRequirement } from './placement.ts'
import { clusterMatches } from './selector.ts'

const cluster = {
  name: 'm1',
  labels: { ring: 'early', size: '3' },
  region: 'us-west-2',
  provider: 'aws',
  zones: ['a', 'b'],
}
const matches = (affinity: ClusterAffinity) => clusterMatches(cluster, affinity)
const byLabel = (key: string, operator: string, values?: string[]) =>
  matches({ labelSelector: { matchExpressions: [{ key, operator, values } as LabelRequirement] } })
const byField = (key: string, operator: string, values?: string[]) =>
  matches({ fieldSelector: { matchExpressions: [{ key, operator, values } as FieldRequirement] } })

test('an affinity without conditions matches, and every condition that is given must hold', () => {
  expect(matches({})).toBe(true)
  expect(matches({ labelSelector: {}, clusterNames: [] })).toBe(true)
  expect(matches({ clusterNames: ['m1', 'm2'], labelSelector: { matchLabels: { ring: 'early' } } })).toBe(true)
  expect(matches({ clusterNames: ['m2'], labelSelector: { matchLabels: { ring: 'early' } } })).toBe(false)
  expect(matches({ clusterNames: ['m1'], exclude: ['m1'] })).toBe(false)
  expect(matches({ labelSelector: { matchLabels: { ring: 'late' } } })).toBe(false)
})

test('a label that is missing is not in any list, and not out of none', () => {
  expect(byLabel('ring', 'In', ['early'])).toBe(true)
  expect(byLabel('missing', 'In', ['early'])).toBe(false)
  expect(byLabel('missing', 'NotIn', ['early'])).toBe(true)
  expect(byLabel('ring', 'NotIn', ['early'])).toBe(false)
  expect(byLabel('ring', 'Exists')).toBe(true)
  expect(byLabel('ring', 'DoesNotExist')).toBe(false)
  expect(byLabel('example.com/ring', 'DoesNotExist')).toBe(true)
})

test('a condition that Kubernetes would refuse matches nothing', () => {
  expect(byLabel('ring', 'NotIn', [])).toBe(false)
  expect(byLabel('ring', 'Exists', ['early'])).toBe(false)
  expect(byLabel('not a key', 'DoesNotExist')).toBe(false)
  expect(byLabel('a/b/c', 'DoesNotExist')).toBe(false)
  expect(byLabel('UPPER.example/ring', 'DoesNotExist')).toBe(false)
  expect(byLabel(`${'x'.repeat(64)}`, 'DoesNotExist')).toBe(false)
  expect(byLabel('ring', 'NotIn', ['-late-'])).toBe(false)
  expect(byLabel('size', 'Gt', ['1'])).toBe(false)
  expect(byLabel('ring', 'Matches', ['early'])).toBe(false)
})

test('region and provider are compared like labels, zones as a set', () => {
  expect(byField('region', 'In', ['us-west-2'])).toBe(true)
  expect(byField('provider', 'NotIn', ['aws'])).toBe(false)
  expect(byField('region', 'Gt', ['1'])).toBe(false)
  expect(byField('zone', 'In', ['b', 'c'])).toBe(true)
  expect(byField('zone', 'NotIn', ['b', 'c'])).toBe(false)
  expect(byField('zone', 'Exists')).toBe(true)
  expect(byField('zone', 'DoesNotExist')).toBe(false)
  expect(byField('zone', 'Gt', ['1'])).toBe(false)
  expect(
    clusterMatches(
      { name: 'm2' },
      { fieldSelector: { matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] } },
    ),
  ).toBe(false)
})

test('numbers are compared as 64-bit integers', () => {
  const numbered = (region: string, operator: 'Gt' | 'Lt', value: string) =>
    clusterMatches(
      { name: 'm', region },
      { fieldSelector: { matchExpressions: [{ key: 'region', operator, values: [value] }] } },
    )
  expect(numbered('10', 'Gt', '9')).toBe(true)
  expect(numbered('10', 'Lt', '9')).toBe(false)
  expect(numbered('west', 'Lt', '9')).toBe(false)
  expect(numbered('10', 'Gt', '9223372036854775808')).toBe(false)
})
