// What nodes can carry: the CPUs and memory of instance types, less what Kubernetes keeps for itself. Only the common types, whose
// sizes follow one pattern, are known; of others nothing is claimed.

import type { NodePool } from '../model/fleet.ts'

export interface Capacity {
  readonly cpu: number
  readonly memoryGiB: number
}

/** Virtual CPUs by size; the memory follows from the family. */
const cpusBySize: Readonly<Record<string, number>> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
}
const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 }
const burstable: Readonly<Record<string, Capacity>> = {
  micro: { cpu: 2, memoryGiB: 1 },
  small: { cpu: 2, memoryGiB: 2 },
  medium: { cpu: 2, memoryGiB: 4 },
  large: { cpu: 2, memoryGiB: 8 },
  xlarge: { cpu: 4, memoryGiB: 16 },
  '2xlarge': { cpu: 8, memoryGiB: 32 },
}

export function capacityOfType(type: string): Capacity | undefined {
  const [family = '', size = ''] = type.split('.')
  if (/^t[34][ag]?$/.test(family)) return burstable[size]
  const perCpu = memoryPerCpu[/^[cmr](?=\d)/.exec(family)?.[0] ?? '']
  const cpu = cpusBySize[size]
  return perCpu === undefined || cpu === undefined ? undefined : { cpu, memoryGiB: cpu * perCpu }
}

/** What pods may ask for on all nodes of the pools; undefined where a type is not known. */
export function capacityOf(pools: readonly NodePool[]): Capacity | undefined {
  let sum: Capacity = { cpu: 0, memoryGiB: 0 }
  for (const pool of pools) {
    const whole = pool.hardware ?? capacityOfType(pool.instanceTypes?.[0] ?? '')
    if (whole === undefined) return undefined
    const node = allocatable(whole)
    sum = { cpu: sum.cpu + node.cpu * pool.replicas, memoryGiB: sum.memoryGiB + node.memoryGiB * pool.replicas }
  }
  return sum
}

/** The EKS images keep some of each node: 6 % of the first CPU, 1 % of the second, and memory for the kubelet and for eviction. */
export function allocatable({ cpu, memoryGiB }: Capacity): Capacity {
  const keptCpu =
    0.06 * Math.min(cpu, 1) +
    0.01 * Math.min(Math.max(cpu - 1, 0), 1) +
    0.005 * Math.min(Math.max(cpu - 2, 0), 2) +
    0.0025 * Math.max(cpu - 4, 0)
  const keptMemory = 0.25 + 0.1
  return { cpu: cpu - keptCpu, memoryGiB: Math.max(0, memoryGiB - keptMemory) }
}
