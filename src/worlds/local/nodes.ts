// The nodes of a pool as Kubernetes objects, with the size, zone, labels and taints that the plan gives them. KWOK plays their kubelets.

import type { Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import type { Step } from '../../model/plan.ts'
import type { KubeObject } from '../kube/client.ts'
import { siteLabel } from './engines/kwok.ts'

export const poolLabel = 'skerry.dev/pool'

/** The nodes that a step `pool.join` stands for. `version` is that of the engine: a node does not say that it is newer than its cluster. */
export function nodesOf(fleet: Fleet, step: Step, version: string): readonly KubeObject[] {
  const { site: siteName = '', pool: poolName = '' } = step.subject
  const find = lookup(fleet)
  const site = find.site(siteName)
  const { intent } = step
  const types = (intent.instanceTypes ?? []) as readonly string[]
  const size = sizeOf(types[0], intent.hardware as Size | undefined)
  const zones = zonesOf(fleet, (intent.subnets ?? []) as readonly string[], site?.place.zone, site?.place.region)
  const region = site?.place.region
  return Array.from({ length: Number(intent.replicas ?? 0) }, (_, index): KubeObject => {
    const name = `${siteName}-${poolName}-${index + 1}`
    // node groups spread their nodes over their subnets in turn
    const zone = zones[index % Math.max(zones.length, 1)]
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { 'kwok.x-k8s.io/node': 'fake' },
        labels: {
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          [siteLabel]: siteName,
          [poolLabel]: poolName,
          ...(types[0] !== undefined && { 'node.kubernetes.io/instance-type': types[0] }),
          ...(region !== undefined && { 'topology.kubernetes.io/region': region }),
          ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }),
          ...(intent.labels as Readonly<Record<string, string>> | undefined),
        },
      },
      spec: { taints: intent.taints ?? [] },
      status: {
        capacity: quantities(size),
        allocatable: quantities(allocatable(size)),
        nodeInfo: {
          architecture: 'amd64',
          operatingSystem: 'linux',
          kubeletVersion: version,
          kubeProxyVersion: version,
          ...{ bootID: '', containerRuntimeVersion: 'kwok', kernelVersion: 'kwok' },
          ...{ machineID: '', osImage: 'kwok', systemUUID: '' },
        },
      },
    }
  })
}

/** An Availability Zone where no subnet says one: the first of the Region. */
function zonesOf(fleet: Fleet, subnets: readonly string[], zone: string | undefined, region: string | undefined) {
  if (zone !== undefined) return [zone]
  const find = lookup(fleet)
  const zones = [...new Set(subnets.flatMap((name) => find.subnet(name)?.zone ?? []))].sort()
  return zones.length > 0 ? zones : region === undefined ? [] : [`${region}a`]
}

interface Size {
  readonly cpu: number
  readonly memoryGiB: number
  readonly pods?: number
}

const cpusBySize: Readonly<Record<string, number>> = {
  ...{ nano: 2, micro: 2, small: 2, medium: 2, large: 2, xlarge: 4, '2xlarge': 8, '3xlarge': 12, '4xlarge': 16 },
  ...{ '6xlarge': 24, '8xlarge': 32, '9xlarge': 36, '12xlarge': 48, '16xlarge': 64, '24xlarge': 96 },
}
const burstableMemory: Readonly<Record<string, number>> = {
  ...{ nano: 0.5, micro: 1, small: 2, medium: 4, large: 8, xlarge: 16, '2xlarge': 32 },
}
/** Pods by the addresses of the network interfaces. https://github.com/awslabs/amazon-eks-ami: eni-max-pods.txt. */
const burstablePods: Readonly<Record<string, number>> = {
  ...{ nano: 4, micro: 4, small: 11, medium: 17, large: 35, xlarge: 58, '2xlarge': 58 },
}
const podsBySize: Readonly<Record<string, number>> = {
  ...{ large: 29, xlarge: 58, '2xlarge': 58, '3xlarge': 58, '4xlarge': 234, '6xlarge': 234, '8xlarge': 234 },
  ...{ '9xlarge': 234, '12xlarge': 234, '16xlarge': 737, '24xlarge': 737 },
}

/** Common types follow one pattern; one that does not is taken for a general one of its size. */
function sizeOf(type: string | undefined, hardware: Size | undefined): Size {
  if (hardware !== undefined) return hardware
  const [family = '', size = 'large'] = (type ?? 'm5.large').split('.')
  const cpu = cpusBySize[size] ?? 2
  if (/^t\d/.test(family))
    return { cpu, memoryGiB: burstableMemory[size] ?? 8, pods: burstablePods[size] ?? podsDefault }
  const perCpu = family.startsWith('c') ? 2 : family.startsWith('r') ? 8 : 4
  return { cpu, memoryGiB: cpu * perCpu, pods: podsBySize[size] ?? podsDefault }
}

/** Of a kubelet that nobody told otherwise. */
const podsDefault = 110

/** What the EKS images keep back. https://github.com/awslabs/amazon-eks-ami: 255 MiB and 11 MiB a pod, 100 MiB for eviction; some CPU. */
function allocatable({ cpu, memoryGiB, pods = podsDefault }: Size): Size {
  const keptCpu =
    0.06 * Math.min(cpu, 1) +
    0.01 * Math.min(Math.max(cpu - 1, 0), 1) +
    0.005 * Math.min(Math.max(cpu - 2, 0), 2) +
    0.0025 * Math.max(cpu - 4, 0)
  return { cpu: cpu - keptCpu, memoryGiB: Math.max(0, memoryGiB - (355 + 11 * pods) / 1024), pods }
}

const quantities = ({ cpu, memoryGiB, pods = podsDefault }: Size) => ({
  cpu: `${Math.floor(cpu * 1_000)}m`,
  memory: `${Math.floor(memoryGiB * 1_024)}Mi`,
  pods: String(pods),
})
