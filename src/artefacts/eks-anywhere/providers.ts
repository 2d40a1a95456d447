// Where machines are made and how, by provider: the datacenter kind, and a machine kind for each group of machines.

import { hardwareLabel } from '../../places/on-premises/groups.ts'
import type { Provider } from '../../places/on-premises/kinds.ts'
import { kindsOf } from '../../places/on-premises/kinds.ts'
import type { KubernetesObject } from '../artefact.ts'
import { anywhereApi as apiVersion } from './api.ts'
import type { Group, View } from './view.ts'

type Fields = Readonly<Record<string, unknown>>

export function datacenterConfig(view: View): KubernetesObject {
  const { kind, fields } = kindsOf[view.spec.provider].datacenter
  return {
    apiVersion,
    kind,
    metadata: { name: view.name, namespace: 'default' },
    spec: { ...datacenterDefaults[view.spec.provider](view), ...only(view.datacenter, fields) },
  }
}

/** What the definition asks for and EKS Anywhere's own generator writes, and what other parts of the fleet say. */
const datacenterDefaults: Readonly<Record<Provider, (view: View) => Fields>> = {
  // the definition asks for a thumbprint even where a certificate authority vouches for the server
  vsphere: () => ({ insecure: false, thumbprint: '' }),
  bareMetal: ({ spec }) => ({
    ...(spec.osImageURL !== undefined && { osImageURL: spec.osImageURL }),
    ...(spec.hookImagesURL !== undefined && { hookImagesURLPath: spec.hookImagesURL }),
    ...(spec.boot !== undefined && { isoBoot: spec.boot === 'iso' }),
  }),
  nutanix: () => ({ port: 9440, credentialRef: { kind: 'Secret', name: 'nutanix-credentials' } }),
  cloudStack: () => ({}),
  snow: () => ({}),
  docker: () => ({}),
}

export function machineConfigs(view: View): readonly KubernetesObject[] {
  const { spec, controlPlane, workers } = view
  if (kindsOf[spec.provider].machine === undefined) return []
  const etcd: readonly Group[] =
    spec.etcd === undefined || spec.provider === 'bareMetal' ? [] : [{ ...controlPlane, name: 'etcd' }]
  return [controlPlane, ...etcd, ...workers].map((group) => machineConfig(view, group))
}

function machineConfig(view: View, group: Group): KubernetesObject {
  const { provider, machine = {}, sshKey } = view.spec
  const kinds = kindsOf[provider].machine
  const isWorker = view.workers.includes(group)
  // cards are for workers alone: EKS Anywhere refuses them elsewhere
  const fields = (kinds?.fields ?? []).filter((field) => field !== 'gpus' || isWorker)
  const user = users[provider](group)
  return {
    apiVersion,
    kind: kinds?.kind ?? '',
    metadata: { name: `${view.name}-${group.name}`, namespace: 'default' },
    spec: {
      ...machineDefaults[provider](view, group),
      ...only(machine, fields),
      ...ofPool[provider](group),
      ...(sshKey !== undefined && user !== undefined && { users: [{ name: user, sshAuthorizedKeys: [sshKey] }] }),
    },
  }
}

const osFamily = ({ os }: Group): Fields => (os === undefined ? {} : { osFamily: os })

const machineDefaults: Readonly<Record<Provider, (view: View, group: Group) => Fields>> = {
  vsphere: () => ({ folder: '', numCPUs: 2, memoryMiB: 8192 }),
  bareMetal: ({ name }, group) => ({ hardwareSelector: { [hardwareLabel]: hardwareGroup(name, group.name) } }),
  nutanix: () => ({ vcpuSockets: 2, vcpusPerSocket: 1, memorySize: '8Gi', systemDiskSize: '40Gi' }),
  cloudStack: () => ({}),
  snow: () => ({
    instanceType: 'sbe-c.large',
    physicalNetworkConnector: 'SFP_PLUS',
    network: { directNetworkInterfaces: [{ index: 1, primary: true, dhcp: true }] },
  }),
  docker: () => ({}),
}

/** What a node pool says of its machines goes before what the cluster says of all. */
const ofPool: Readonly<Record<Provider, (group: Group) => Fields>> = {
  vsphere: (group) => ({
    ...osFamily(group),
    ...(group.hardware !== undefined && {
      numCPUs: Math.ceil(group.hardware.cpu),
      memoryMiB: Math.ceil(group.hardware.memoryGiB * 1024),
    }),
  }),
  bareMetal: osFamily,
  nutanix: (group) => ({
    ...osFamily(group),
    ...(group.hardware !== undefined && {
      vcpuSockets: Math.max(2, Math.ceil(group.hardware.cpu)),
      vcpusPerSocket: 1,
      memorySize: `${Math.ceil(group.hardware.memoryGiB)}Gi`,
    }),
  }),
  // an offering of CloudStack and an instance type of Snow are named, not measured
  cloudStack: () => ({}),
  snow: osFamily,
  docker: () => ({}),
}

/** Who a key lets in: pkg/api/v1alpha1, the default user of each machine kind. */
const users: Readonly<Record<Provider, (group: Group) => string | undefined>> = {
  vsphere: ({ os }) => (os === 'bottlerocket' ? 'ec2-user' : 'capv'),
  bareMetal: () => 'ec2-user',
  nutanix: () => 'eksa',
  cloudStack: () => 'capc',
  // by the name of a key on the device
  snow: () => undefined,
  docker: () => undefined,
}

/**
 * By which a group finds its machines in the hardware that its management cluster knows. The value names the cluster: of machines with
 * equal labels one cluster would take those of another (docs/content/en/docs/getting-started/baremetal/baremetal-getstarted.md).
 */
export const hardwareGroup = (cluster: string, group: string): string => `${cluster}-${group}`

function only(given: Fields, fields: readonly string[]): Fields {
  return Object.fromEntries(
    fields.flatMap((field) => (given[field] === undefined ? [] : [[field, given[field]] as const])),
  )
}
