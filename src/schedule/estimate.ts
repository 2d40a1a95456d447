// How many more replicas a cluster can take, as Karmada's general estimator sees it: from the sums over all nodes and, where the
// cluster has resource models, from how many nodes are in which grade. A node counts with no more than the least of its grade, and
// the least of grade 0 is nothing: nodes with less than 1 free CPU or 4Gi of free memory count as full for any pod that asks for
// something. A cluster without nodes has no pods to give, so nothing is ever divided to it by capacity.
// Source: Karmada v1.18.2, pkg/estimator/client/general.go, pkg/util/resource.go; grades: pkg/apis/cluster/mutation/mutation.go,
// pkg/modeling/modeling.go.

import type { Quantity } from './quantity.ts'
import { nanosOf, thousandthsOf, wholeOf } from './quantity.ts'
import { isLabelKey } from './selector.ts'

export type Resources = Readonly<Record<string, Quantity>>

/** What a cluster reports in `status.resourceSummary`. */
export interface ResourceSummary {
  readonly allocatable?: Resources
  readonly allocated?: Resources
  readonly allocating?: Resources
  readonly allocatableModelings?: readonly GradeCount[]
}

export interface GradeCount {
  readonly grade: number
  /** Nodes of this grade. */
  readonly count: number
}

export interface ResourceModel {
  readonly grade: number
  readonly ranges: readonly { readonly name: string; readonly min: Quantity; readonly max: Quantity }[]
}

/** What one replica asks for. Node selectors and tolerations are left out: the general estimator knows no nodes. */
export interface ReplicaRequirements {
  readonly resourceRequest?: Resources
}

export function availableReplicas(
  cluster: { readonly summary?: ResourceSummary; readonly models?: readonly ResourceModel[] },
  requirements?: ReplicaRequirements,
): number {
  const summary = cluster.summary
  if (summary === undefined) return 0
  const pods = freePods(summary)
  if (pods <= 0n) return 0
  if (requirements === undefined) return int32(pods)
  const request = requirements.resourceRequest ?? {}
  const byGrade = summary.allocatableModelings?.length
    ? replicasByGrade(cluster.models ?? [], summary.allocatableModelings, request)
    : undefined
  return int32(least(pods, byGrade ?? replicasBySum(summary, request)))
}

const podsPerNode = 110n

/** Undefined when the models cannot be used, and the sums are taken instead. */
function replicasByGrade(models: readonly ResourceModel[], counts: readonly GradeCount[], request: Resources) {
  if (models.length === 0 || counts.some(({ count }) => count < 0)) return undefined
  let replicas = 0n
  for (const [grade, ranges] of new Map(models.map((model) => [model.grade, model.ranges]))) {
    const nodes = counts.reduce((sum, each) => (each.grade === grade ? sum + each.count : sum), 0)
    const node = Object.fromEntries(ranges.map(({ name, min }) => [name, min]))
    replicas += BigInt(nodes) * replicasOn(node, request)
  }
  return least(replicas, maxInt32)
}

function replicasOn(node: Resources, request: Resources): bigint {
  let replicas = podsPerNode
  for (const [name, quantity] of Object.entries(request)) {
    if (!countsOnNodes(name)) continue
    const asked = amount(name, quantity)
    if (asked > 0n) replicas = least(replicas, amount(name, node[name] ?? 0) / asked)
  }
  return replicas
}

function replicasBySum({ allocatable = {}, allocated = {}, allocating = {} }: ResourceSummary, request: Resources) {
  let replicas = maxInt64
  for (const [name, quantity] of Object.entries(request)) {
    if (wholeOf(nanos(quantity)) <= 0n) continue
    const has = allocatable[name]
    if (has === undefined) return 0n
    const free = nanos(has) - nanos(allocated[name] ?? 0) - nanos(allocating[name] ?? 0)
    if (wholeOf(free) <= 0n) return 0n
    const rounded = name === 'cpu' ? thousandthsOf : wholeOf
    replicas = least(replicas, rounded(free) / rounded(nanos(quantity)))
  }
  return replicas
}

function freePods({ allocatable, allocated, allocating }: ResourceSummary): bigint {
  const pods = (resources: Resources | undefined) => wholeOf(nanos(resources?.pods ?? 0))
  return pods(allocatable) - pods(allocated) - pods(allocating)
}

const amount = (name: string, quantity: Quantity): bigint =>
  name === 'cpu' ? thousandthsOf(nanos(quantity)) : wholeOf(nanos(quantity))

function nanos(quantity: Quantity): bigint {
  const value = nanosOf(quantity)
  if (value === undefined) throw new TypeError(`not a quantity: ${quantity}`)
  return value
}

/** Pods are counted apart; names that are none of Kubernetes' and no extended resource are not counted at all. */
function countsOnNodes(name: string): boolean {
  if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') return true
  if (name.startsWith('hugepages-') || name.startsWith('attachable-volumes-')) return true
  if (name.includes('kubernetes.io/')) return true
  return name.includes('/') && !name.startsWith('requests.') && isLabelKey(`requests.${name}`)
}

/** How many nodes are in each grade, from what each has free. A node is of the highest grade whose least it has in every resource. */
export function gradeNodes(models: readonly ResourceModel[], free: readonly Resources[]): readonly GradeCount[] {
  const names = models[0]?.ranges.map(({ name }) => name) ?? []
  const minOf = (model: ResourceModel, name: string) => model.ranges.find((range) => range.name === name)?.min ?? 0
  const gradeOf = (node: Resources) =>
    Math.min(
      ...names.map((name) => models.findLastIndex((model) => nanos(minOf(model, name)) <= nanos(node[name] ?? 0))),
    )
  const indices = free.map(gradeOf)
  return models.map(({ grade }, index) => ({ grade, count: indices.filter((found) => found === index).length }))
}

const cpuSteps = [0, 1, 2, 4, 8, 16, 32, 64, 128]
const memorySteps = ['0', '4Gi', '16Gi', '32Gi', '64Gi', '128Gi', '256Gi', '512Gi', '1Ti']
const unbounded = '9223372036854775807'

/** The nine grades that Karmada writes into a Cluster which is created without models. */
export const defaultModels: readonly ResourceModel[] = cpuSteps.map((cpu, grade) => ({
  grade,
  ranges: [
    { name: 'cpu', min: cpu, max: cpuSteps[grade + 1] ?? unbounded },
    { name: 'memory', min: memorySteps[grade] ?? '0', max: memorySteps[grade + 1] ?? unbounded },
  ],
}))

const maxInt32 = 2n ** 31n - 1n
const maxInt64 = 2n ** 63n - 1n
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const int32 = (value: bigint): number => Number(BigInt.asIntN(32, value))
