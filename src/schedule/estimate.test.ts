import { describe, expect, test } from 'vitest'
import { availableReplicas, defaultModels, gradeNodes } from './estimate.ts'

describe('from the sums over all nodes', () => {
  const summary = {
    allocatable: { cpu: '8', memory: '32Gi', pods: '110' },
    allocated: { cpu: '1500m', memory: '8Gi', pods: '20' },
    allocating: { cpu: '500m', pods: '5' },
  }
  const asks = (resourceRequest: Record<string, string>) => availableReplicas({ summary }, { resourceRequest })

  test('the scarcest resource decides', () => {
    expect(asks({ cpu: '250m', memory: '1Gi' })).toBe(24)
    expect(asks({ cpu: '2', memory: '1Gi' })).toBe(3)
    expect(asks({ cpu: '1m' })).toBe(85)
  })

  test('without requests only the pods count', () => {
    expect(availableReplicas({ summary })).toBe(85)
    expect(asks({})).toBe(85)
    expect(asks({ cpu: '0' })).toBe(85)
  })

  test('a resource that the cluster does not have fits nowhere', () => {
    expect(asks({ 'example.com/gpu': '1' })).toBe(0)
  })

  test('a cluster without a summary, or without nodes, takes nothing', () => {
    expect(availableReplicas({})).toBe(0)
    expect(availableReplicas({ summary: {} })).toBe(0)
    expect(availableReplicas({ summary: { allocatable: { cpu: '8', memory: '32Gi' } } })).toBe(0)
  })

  test('what is no quantity is said to be none', () => {
    expect(() => asks({ cpu: '1 core' })).toThrow('not a quantity: 1 core')
  })
})

describe('from the grades of the nodes', () => {
  const cluster = (counts: readonly number[]) => ({
    summary: {
      allocatable: { cpu: '1000', memory: '1000Gi', pods: '1000' },
      allocatableModelings: counts.map((count, grade) => ({ grade, count })),
    },
    models: defaultModels,
  })
  const requirements = { resourceRequest: { cpu: '500m', memory: '512Mi' } }

  test('a node counts with the least of its grade, and with nothing in grade 0', () => {
    expect(availableReplicas(cluster([5]), requirements)).toBe(0)
    expect(availableReplicas(cluster([0, 3]), requirements)).toBe(6)
    expect(availableReplicas(cluster([9, 0, 2, 1]), requirements)).toBe(2 * 4 + 8)
  })

  test('a node takes 110 pods at most', () => {
    const small = { resourceRequest: { cpu: '1m' } }
    expect(availableReplicas(cluster([0, 0, 0, 2]), small)).toBe(220)
    // nothing is asked for: even nodes of grade 0 have room
    expect(availableReplicas(cluster([2]), { resourceRequest: {} })).toBe(220)
  })

  test('a resource that no grade mentions fits nowhere', () => {
    expect(availableReplicas(cluster([0, 0, 4]), { resourceRequest: { 'example.com/gpu': '1' } })).toBe(0)
  })

  test('without models, or before nodes were counted, the sums decide', () => {
    const { summary, models } = cluster([3])
    expect(availableReplicas({ summary }, requirements)).toBe(1000)
    expect(availableReplicas({ summary: { ...summary, allocatableModelings: [] }, models }, requirements)).toBe(1000)
  })

  test('a t3.medium is of grade 0: it has less than 4Gi to give', () => {
    const nodes = [
      { cpu: '1930m', memory: '3388360Ki' },
      { cpu: '3920m', memory: '15147940Ki' },
      { cpu: '900m', memory: '64Gi' },
      { cpu: '4', memory: '32Gi' },
    ]
    const counts = gradeNodes(defaultModels, nodes).map(({ count }) => count)
    expect(counts).toEqual([2, 1, 0, 1, 0, 0, 0, 0, 0])
  })
})
