import { expect, test } from 'vitest'
import { check } from '../check.ts'
import { fleetOf, headLines } from '../example.case.ts'

const found = (fault: string, fleet = '', app = 'placement: [{ site: oregon, replicas: 2 }]') =>
  check(
    fleetOf(`${fleet}---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
${app}
---
kind: Drill
metadata: { name: d }
faults:
  - { at: 1m, ${fault} }
`),
  )
    .filter(({ code }) => code === 'DR008')
    .map(({ severity, found: what, where }) => `${severity} ${where.split('.').at(-1)} ${what}`)

test('DR008: a Region or zone in which nothing stands is an error, on its line', () => {
  expect(found('region: eu-central-1, lose: everything')).toEqual([
    'error region is eu-central-1, where nothing of the fleet stands and on which nothing hangs',
  ])
  expect(found('zone: us-west-2d, lose: everything')).toHaveLength(1)
  expect(found('region: us-west-2, lose: everything')).toEqual([])
  expect(found('zone: us-west-2a, lose: everything')).toEqual([])
  const [finding] = check(
    fleetOf(
      '---\nkind: Drill\nmetadata: { name: d }\nfaults:\n  - { at: 1m, region: eu-central-1, lose: everything }\n',
    ),
  ).filter(({ code }) => code === 'DR008')
  expect(finding?.fix).toMatch(/^the Regions of the fleet are us-east-1 and us-west-2$|^the Regions of the fleet are /)
  expect(finding?.at.line).toBeGreaterThan(headLines)
})

test('DR008: Git is lost only where there is a Git', () => {
  expect(found('lose: git')).toEqual(['error lose is git, and the fleet has no gitops'])
  expect(found('lose: git', 'gitops: { url: "https://git.example.com/fleet" }\n')).toEqual([])
  expect(found('lose: registry')).toEqual([])
})

test('DR008: more nodes than there are is a warning, none at all an error', () => {
  expect(found('site: oregon, lose: nodes, count: 90')).toEqual([
    expect.stringMatching(/^warning count is 90, and oregon has \d+ nodes?$/),
  ])
  expect(found('site: oregon, lose: nodes, count: 1')).toEqual([])
})

test('DR008: how packets go is not asked of a loss of power', () => {
  expect(found('site: oregon, lose: power, how: refuse')).toEqual([
    'warning how is refuse, where the loss itself says what becomes of packets',
  ])
  expect(found('site: oregon, lose: uplink, how: refuse')).toEqual([])
})

test('DR008: a copy, a number of replicas and a health check must be there', () => {
  expect(found('app: game, site: los-angeles, lose: app')).toEqual([
    'error site is los-angeles, where game has no copy',
  ])
  expect(found('app: game, site: oregon, scaleTo: 2')).toHaveLength(1)
  expect(found('app: game, site: oregon, checkPort: 801')).toHaveLength(1)
  expect(found('app: game, site: oregon, scaleTo: 0')).toEqual([])
})
