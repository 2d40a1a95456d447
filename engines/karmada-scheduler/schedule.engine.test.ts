// The port against Karmada's own scheduler, built from its Go module: the same bindings, the same answers, in every word.
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { gradeNodes } from '../../src/schedule/estimate.ts'
import { goSort } from '../../src/schedule/pdqsort.ts'
import { needs } from '../../test/needs.ts'
import type { Answer } from '../../test/schedule/answer.ts'
import { answerOf, canonical } from '../../test/schedule/answer.ts'
import type { Case } from '../../test/schedule/random-case.ts'
import { randomCase } from '../../test/schedule/random-case.ts'
import { randomNodes, randomRooms } from '../../test/schedule/random-parts.ts'
import { readRecording } from '../../test/schedule/recorded.ts'
import { ask, buildOracle, hasGo } from './oracle.ts'

const cases = 20_000
const batch = 2_000
const minutes = 60_000

let oracle = ''
beforeAll(() => {
  if (hasGo() === true) oracle = buildOracle()
}, 30 * minutes)
beforeEach(needs('go', hasGo))

test(
  `${cases} drawn bindings are scheduled as Karmada schedules them`,
  () => {
    const kinds = new Map<string, number>()
    const differences: unknown[] = []
    for (let first = 1_000_000; first < 1_000_000 + cases; first += batch) {
      const drawn = Array.from({ length: batch }, (_, index): Case => randomCase(first + index))
      for (const [index, theirs] of ask<Answer>(oracle, drawn).entries()) {
        const binding = drawn[index] as Case
        kinds.set(kindOf(theirs), (kinds.get(kindOf(theirs)) ?? 0) + 1)
        const [ours, karmadas] = [canonical(answerOf(binding)), canonical(theirs)]
        if (ours !== karmadas) differences.push({ seed: first + index, ours, karmadas })
      }
    }
    expect(differences).toEqual([])
    // the comparison is worth only what it meets
    expect([...kinds.keys()].sort()).toEqual(allKinds)
    expect(Math.min(...kinds.values())).toBeGreaterThan(9)
  },
  20 * minutes,
)

const kindOf = ({ acted, error }: Answer): string =>
  error?.replace(/-?\d+/g, 'N').replace(/(N clusters are available: ).*\b(cluster|no cluster)\b.*/, '$1') ??
  (acted ? 'scheduled' : 'nothing to do')

const unsupported = (type: string, preference: string) =>
  `failed to assign replicas: unsupported replica scheduling strategy, replicaSchedulingType: ${type}, ` +
  `replicaDivisionPreference: ${preference}, please try another scheduling strategy`

const allKinds = [
  'N/N clusters are available: ',
  'failed to assign replicas: Clusters available replicas are not enough to schedule.',
  'failed to assign replicas: failed to do fresh scale: Clusters available replicas N are not enough to schedule.',
  'failed to assign replicas: failed to scale up: Clusters available replicas N are not enough to schedule.',
  'failed to assign replicas: no clusters available to schedule',
  unsupported('', ''),
  unsupported('', 'Aggregated'),
  unsupported('Divided', ''),
  'failed to select clusters: just support cluster and region spread constraint',
  'failed to select clusters: no enough resource when selecting N clusters',
  'failed to select clusters: the number of clusters is less than the cluster spreadConstraint.MinGroups',
  'failed to select clusters: the number of feasible clusters is less than spreadConstraint.MinGroups',
  'failed to select clusters: the number of feasible region is less than spreadConstraint.MinGroups',
  'nothing to do',
  'scheduled',
].sort()

test(
  'clusters with equal room come out of the sort in the order that Go leaves them in',
  () => {
    const drawn = Array.from({ length: 2000 }, (_, seed) => ({ rooms: randomRooms(50_000 + seed) }))
    const orders = ask<{ order: number[] }>(oracle, drawn)
    const ours = drawn.map(({ rooms }) => goSort([...rooms.keys()], (a, b) => Number(rooms[a]) > Number(rooms[b])))
    expect(ours).toEqual(orders.map(({ order }) => order))
  },
  5 * minutes,
)

test(
  'nodes are counted in the grades that Karmada counts them in',
  () => {
    const drawn = Array.from({ length: 1000 }, (_, seed) => randomNodes(50_000 + seed))
    const answers = ask<{ grades: number[] }>(oracle, drawn)
    const ours = drawn.map(({ models, nodes }) => gradeNodes(models, nodes).map(({ count }) => count))
    expect(ours).toEqual(answers.map(({ grades }) => grades))
  },
  5 * minutes,
)

test(
  'the recorded answers are what Karmada answers today',
  () => {
    const { bindings } = readRecording()
    const answers = ask<Answer>(
      oracle,
      bindings.map(([asked]) => asked),
    )
    expect(answers.map(canonical)).toEqual(bindings.map(([, answered]) => canonical(answered)))
  },
  5 * minutes,
)
