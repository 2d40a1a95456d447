import { expect, test } from 'vitest'
import { nameOf, nodesSeen } from './nodes.ts'
import { begin, heard, lines, node } from './telling.case.ts'

test('a node is told by the name that the twin gives it', () => {
  expect(nameOf('los-angeles-edge-2', 'los-angeles', 'edge')).toBe('edge-1')
  expect(nameOf('machine-7', 'los-angeles', 'edge')).toBe('machine-7')
  expect(nameOf('machine-7', 'los-angeles', undefined)).toBe('machine-7')
})

test('how a node stands when the drill begins is no event; what changes of it is', () => {
  const here = heard()
  const nodes = nodesSeen(here.tells)
  nodes.see('west', node('True'), 1)
  begin(here)
  nodes.see('west', node('True'), 2)
  expect(here.told).toEqual([])
  nodes.see('west', node('Unknown'), 3)
  nodes.see('west', node('Unknown', 'NoSchedule'), 4)
  nodes.see('west', node('Unknown', 'NoSchedule', 'NoExecute'), 5)
  nodes.see('west', node('True', 'NoExecute'), 6)
  expect(lines(here.told)).toEqual([
    'node/los-angeles/edge-0 ready True -> Unknown',
    'node/los-angeles/edge-0 noSchedule false -> true',
    'node/los-angeles/edge-0 noExecute false -> true',
    'node/los-angeles/edge-0 ready Unknown -> True',
    'node/los-angeles/edge-0 noSchedule true -> false',
  ])
  expect(here.told.every(({ decidedBy, site }) => decidedBy === 'engine' && site === 'los-angeles')).toBe(true)
  expect(here.told[0]?.text).toBe('node edge-0 at los-angeles is Unknown to west')
})

test('the zone of a node is known by its subject, and what is not ready is named', () => {
  const nodes = nodesSeen(heard().tells)
  nodes.see('west', node('Unknown'), 1)
  expect(nodes.zoneOf('node/los-angeles/edge-0')).toBe('us-west-2-lax-1a')
  expect(nodes.zoneOf('node/los-angeles/edge-9')).toBeUndefined()
  expect(nodes.siteOf('west', 'los-angeles-edge-1')).toBe('los-angeles')
  expect(nodes.counts('west')).toEqual({ nodes: 1, notReady: ['edge-0 at los-angeles'] })
  nodes.gone('west', node('True'))
  expect(nodes.counts('west').nodes).toBe(0)
})
