import { expect, test } from 'vitest'
import { nodesSeen } from './nodes.ts'
import { podsSeen } from './pods.ts'
import { begin, copy, deployment, heard, lines, node, pod } from './telling.case.ts'

function atRest() {
  const here = heard()
  const nodes = nodesSeen(here.tells)
  nodes.see('west', node('True'), 0)
  const pods = podsSeen([copy], nodes, here.tells)
  pods.see('west', 'workloads', deployment(2), 0, false)
  for (const uid of ['a', 'b'])
    pods.see('west', 'pods', pod(uid, { node: 'los-angeles-edge-1', ready: true }), 0, false)
  pods.see('west', 'slices', slice(true, true), 0, false)
  begin(here)
  return { ...here, pods }
}

const slice = (...ready: readonly boolean[]) => ({
  metadata: { name: 'game-x', namespace: 'games', labels: { 'kubernetes.io/service-name': 'game' } },
  endpoints: ready.map((one) => ({ conditions: { ready: one } })),
})

test('pods that are being deleted do not count as ready, and new ones wait until they are bound', () => {
  const { pods, told } = atRest()
  pods.see('west', 'pods', pod('a', { node: 'los-angeles-edge-1', ready: true, leaving: true }), 1, false)
  pods.see('west', 'pods', pod('c', {}), 2, false)
  pods.see('west', 'pods', pod('c', { node: 'los-angeles-edge-1' }), 3, false)
  pods.see('west', 'pods', pod('c', { node: 'los-angeles-edge-1', ready: true }), 4, false)
  pods.see('west', 'pods', pod('a', { node: 'los-angeles-edge-1', leaving: true }), 5, true)
  expect(lines(told)).toEqual([
    'copy/game/los-angeles ready 2 -> 1',
    'copy/game/los-angeles pending 0 -> 1',
    'copy/game/los-angeles pending 1 -> 0',
    'copy/game/los-angeles ready 1 -> 2',
  ])
  expect(told[0]?.text).toBe('the API counts 1 of 2 pods of game at los-angeles ready')
})

test('only pods that the node controller evicted count as deleted, each once', () => {
  const { pods, told } = atRest()
  pods.see('west', 'pods', pod('a', { node: 'los-angeles-edge-1', leaving: true }), 1, false)
  pods.see('west', 'pods', pod('b', { node: 'los-angeles-edge-1', leaving: true, evicted: true }), 2, false)
  pods.see('west', 'pods', pod('b', { node: 'los-angeles-edge-1', leaving: true, evicted: true }), 3, true)
  expect(lines(told).filter((line) => line.includes('deleted'))).toEqual(['copy/game/los-angeles deleted 0 -> 1'])
})

test('a pod marked for deletion by the node controller that is still there is not deleted yet', () => {
  const { pods, told } = atRest()
  pods.see('west', 'pods', pod('b', { node: 'los-angeles-edge-1', ready: true, evicted: true }), 1, false)
  expect(lines(told)).toEqual([])
})

test('endpoints, replicas and the version asked for are told, and objects that are gone and come back', () => {
  const { pods, told } = atRest()
  pods.see('west', 'slices', slice(true, false), 1, false)
  pods.see('west', 'workloads', deployment(0), 2, false)
  pods.see('west', 'workloads', deployment(0, { 'skerry.dev/release': 'broken' }), 3, false)
  pods.see('west', 'workloads', deployment(0), 4, true)
  pods.see('west', 'workloads', deployment(2), 5, false)
  expect(lines(told)).toEqual([
    'copy/game/los-angeles endpoints 2 -> 1',
    'copy/game/los-angeles replicas 2 -> 0',
    'copy/game/los-angeles version present -> broken',
    'object/game/los-angeles/deployment object present -> absent',
    'object/game/los-angeles/deployment object absent -> present',
    'copy/game/los-angeles replicas 0 -> 2',
    'copy/game/los-angeles version broken -> present',
  ])
})

test('what a federation takes off a member is told as no replica', () => {
  const here = heard()
  const pods = podsSeen([{ ...copy, federation: 'main' }], nodesSeen(here.tells), here.tells)
  pods.see('west', 'workloads', deployment(2), 0, false)
  begin(here)
  pods.see('west', 'workloads', deployment(2), 1, true)
  expect(lines(here.told)).toEqual(['copy/game/los-angeles replicas 2 -> 0'])
  expect(here.told[0]?.text).toBe('Karmada takes game from west')
})

test('of a chart every pod of the namespace is its own; of another namespace none', () => {
  const here = heard()
  const pods = podsSeen([{ ...copy, workload: undefined, service: undefined }], nodesSeen(here.tells), here.tells)
  pods.see('west', 'pods', pod('a', { ready: true, node: 'x' }), 0, false)
  pods.see(
    'west',
    'pods',
    { ...pod('b', { ready: true }), metadata: { name: 'b', uid: 'b', namespace: 'other' } },
    0,
    false,
  )
  expect(here.tells.last('copy/game/los-angeles', 'ready')).toBe(1)
})

test('a copy with fewer ready pods than asked for is not at rest, nor one whose object is gone', () => {
  const { pods } = atRest()
  expect(pods.unrest()).toEqual([])
  pods.see('west', 'pods', pod('a', { node: 'los-angeles-edge-1' }), 1, false)
  expect(pods.unrest()).toEqual(['game at los-angeles has 1 of 2 pods ready'])
  pods.see('west', 'pods', pod('a', { node: 'los-angeles-edge-1', ready: true }), 2, false)
  pods.see('west', 'workloads', deployment(2), 3, true)
  expect(pods.unrest()).toEqual(['the deployment of game at los-angeles is gone'])
  expect(pods.replicasOf('game', 'los-angeles')).toBe(2)
})
