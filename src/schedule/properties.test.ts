// What must hold of any schedule, tried on the drawn bindings of the comparison with Karmada.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomCase } from '../../test/schedule/random-case.ts'
import type { Binding, MemberCluster, Outcome, Target } from './binding.ts'
import { failed } from './binding.ts'
import type { ReplicaScheduling } from './placement.ts'
import { schedule, scheduleOutcomes } from './schedule.ts'

const seeds = fc.integer({ min: 1, max: 2 ** 30 })
const drawn = seeds.map((seed): Binding => randomCase(seed))

const divided = (replicaDivisionPreference: 'Aggregated' | 'Weighted', dynamic: boolean): ReplicaScheduling => ({
  replicaSchedulingType: 'Divided',
  replicaDivisionPreference,
  ...(dynamic && { weightPreference: { dynamicWeight: 'AvailableReplicas' } }),
})
const byRoom = fc.constantFrom(divided('Aggregated', false), divided('Weighted', true))

const member = fc.record({ avail: fc.nat(40), region: fc.constantFrom('a', 'b', 'c') })
const members = fc
  .array(member, { minLength: 1, maxLength: 30 })
  .map((all): MemberCluster[] => all.map((each, index) => ({ name: `m${index}`, ...each })))

/** Nothing but room decides: no filter, no group, no spread. */
const plain = fc
  .record({
    clusters: members,
    replicas: fc.integer({ min: 1, max: 200 }),
    uid: fc.string(),
    replicaScheduling: byRoom,
  })
  .map(({ replicaScheduling, ...rest }): Binding => ({ ...rest, placement: { replicaScheduling } }))

const sum = (targets: readonly Target[]): number => targets.reduce((total, { replicas }) => total + replicas, 0)
const replicasOn = (targets: readonly Target[], name: string): number =>
  targets.find((target) => target.name === name)?.replicas ?? 0
const sorted = (outcome: Outcome): unknown =>
  failed(outcome) ? outcome : { ...outcome, result: outcome.result.map((each) => JSON.stringify(each)).sort() }

test('what is divided adds up to the replicas, wherever there is room for them', () => {
  fc.assert(
    fc.property(plain, (binding) => {
      const outcome = schedule(binding)
      const room = binding.clusters.reduce((total, { avail = 0 }) => total + avail, 0)
      expect(failed(outcome)).toBe(room < binding.replicas)
      if (!failed(outcome)) expect(sum(outcome.result)).toBe(binding.replicas)
    }),
  )
})

test('no cluster gets more than it has room for, at first and at every change', () => {
  fc.assert(
    fc.property(plain, fc.integer({ min: 1, max: 200 }), fc.boolean(), (binding, replicas, fresh) => {
      const first = schedule(binding)
      if (failed(first)) return
      const left = binding.clusters.map((each) => ({
        ...each,
        avail: (each.avail ?? 0) - replicasOn(first.result, each.name),
      }))
      expect(left.every(({ avail }) => avail >= 0)).toBe(true)
      const second = schedule({ ...binding, clusters: left, previous: first.result, replicas, fresh })
      if (failed(second)) return
      expect(sum(second.result)).toBe(replicas)
      for (const { name, avail = 0 } of binding.clusters) {
        expect(replicasOn(second.result, name)).toBeLessThanOrEqual(avail)
      }
    }),
  )
})

test('a change without Fresh takes no replica from a cluster when it adds, and gives none when it takes away', () => {
  fc.assert(
    fc.property(plain, fc.integer({ min: 1, max: 200 }), (binding, replicas) => {
      const first = schedule(binding)
      if (failed(first)) return
      const second = schedule({ ...binding, previous: first.result, replicas })
      if (failed(second)) return
      for (const { name } of binding.clusters) {
        const [before, after] = [replicasOn(first.result, name), replicasOn(second.result, name)]
        if (replicas >= binding.replicas) expect(after).toBeGreaterThanOrEqual(before)
        else expect(after).toBeLessThanOrEqual(before)
      }
    }),
  )
})

test('more room for one cluster never fails a workload that fitted, nor takes replicas off that cluster', () => {
  const weighted = plain.filter(
    ({ placement }) => placement.replicaScheduling?.replicaDivisionPreference === 'Weighted',
  )
  fc.assert(
    fc.property(weighted, fc.nat(), fc.integer({ min: 1, max: 50 }), (binding, which, more) => {
      const before = schedule(binding)
      if (failed(before)) return
      const grown = binding.clusters[which % binding.clusters.length]?.name ?? ''
      const clusters = binding.clusters.map((each) =>
        each.name === grown ? { ...each, avail: (each.avail ?? 0) + more } : each,
      )
      const after = schedule({ ...binding, clusters })
      if (failed(after)) throw new Error(after.error)
      expect(replicasOn(after.result, grown)).toBeGreaterThanOrEqual(replicasOn(before.result, grown))
    }),
  )
})

test('the order in which clusters are listed, and asking twice, change nothing', () => {
  fc.assert(
    fc.property(drawn, (binding) => {
      const once = sorted(schedule(binding))
      expect(sorted(schedule(binding))).toEqual(once)
      expect(sorted(schedule({ ...binding, clusters: binding.clusters.toReversed() }))).toEqual(once)
    }),
  )
})

test('what goes in is left as it was', () => {
  fc.assert(
    fc.property(drawn, (binding) => {
      schedule(frozen(binding))
    }),
  )
})

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const each of Object.values(value)) frozen(each)
  }
  return value
}

test('whatever the UID will be, the outcome is among those told without it', () => {
  fc.assert(
    fc.property(drawn, fc.string(), ({ uid: _, ...binding }, uid) => {
      const told = scheduleOutcomes(binding).map(sorted)
      expect(told).toContainEqual(sorted(schedule({ ...binding, uid })))
      expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(told.length)
    }),
  )
})

test('no cluster that is deleted, evicted or outside of the affinity is ever a target', () => {
  fc.assert(
    fc.property(drawn, (binding) => {
      const outcome = schedule(binding)
      if (failed(outcome)) return
      const names = new Set(binding.clusters.filter((each) => !each.deleting).map(({ name }) => name))
      for (const { name } of outcome.result) {
        expect(names).toContain(name)
        expect(binding.evicting ?? []).not.toContain(name)
        expect(binding.placement.clusterAffinity?.exclude ?? []).not.toContain(name)
      }
    }),
  )
})
