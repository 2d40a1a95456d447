// What is said of machines and of where they are made, under `datacenter` and `machine`. EKS Anywhere reads these fields without a word about
// those that it does not know, and asks for some of its own limits only when it makes the machines.

import type { Hit, Rule } from '../../model/finding.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import { hitAt, ofEach } from './clusters.ts'
import { kindsOf } from './kinds.ts'

const fieldsOfProvider: Rule = {
  code: 'EAS24',
  severity: 'warning',
  title: 'The fields of the provider say what it needs',
  why: 'EKS Anywhere has no default for them and refuses the cluster; a memory below its minimum it raises without a word.',
  sources: [`${source.EKSAS}: pkg/api/v1alpha1, the datacenter and machine kinds`],
  example: {
    wrong: yaml`
      clusters:
        - name: plant
          eksAnywhere:
            provider: vsphere
            version: "1.35"
            endpoint: 10.1.0.10
            datacenter: { datacenter: plant, network: /plant/network/vms }
            machine: { datastore: /plant/datastore/one, resourcePool: /plant/host/one/Resources, memoryMiB: 1024 }
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters:
        - name: plant
          eksAnywhere:
            provider: vsphere
            version: "1.35"
            endpoint: 10.1.0.10
            datacenter: { datacenter: plant, network: /plant/network/vms, server: vcenter.example.com }
            machine: { datastore: /plant/datastore/one, resourcePool: /plant/host/one/Resources, memoryMiB: 8192 }
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { provider, datacenter, machine, endpoint } = one.spec
    const lacking = (['datacenter', 'machine'] as const).flatMap((part): Hit[] => {
      const missing = (kindsOf[provider][part]?.needed ?? []).filter(
        (key) =>
          one.spec[part]?.[key] === undefined &&
          // machines of a workload cluster boot from the Tinkerbell of its management cluster
          !(key === 'tinkerbellIP' && one.role === 'workload'),
      )
      return missing.length === 0
        ? []
        : [hitAt(one, part, `lacks ${missing.join(', ')}`, `add ${missing.join(', ')} of the ${provider} ${part}`)]
    })
    const memory = machine?.memoryMiB
    const ofManager = one.role === 'workload' ? one.manager?.datacenter?.tinkerbellIP : undefined
    return [
      ...lacking,
      ...(provider === 'vsphere' && typeof memory === 'number' && memory < 2048
        ? [
            hitAt(
              one,
              'machine/memoryMiB',
              `is ${memory}, which is raised to 2048 without a word`,
              'write 2048 or more',
            ),
          ]
        : []),
      ...(ofManager !== undefined && datacenter?.tinkerbellIP !== undefined && datacenter.tinkerbellIP !== ofManager
        ? [
            hitAt(
              one,
              'datacenter/tinkerbellIP',
              'is not that of its management cluster',
              'leave it out: its machines boot from the Tinkerbell of the cluster that makes them',
              { severity: 'error' },
            ),
          ]
        : []),
      ...(provider === 'bareMetal' && endpoint !== undefined && datacenter?.tinkerbellIP === endpoint
        ? [
            hitAt(one, 'datacenter/tinkerbellIP', 'is the endpoint of the cluster', 'give it an address of its own', {
              severity: 'error',
            }),
          ]
        : []),
    ]
  }),
}

const knownFields: Rule = {
  code: 'EA032',
  severity: 'error',
  title: 'What stands under datacenter and machine are fields of the kinds of the provider',
  why: 'The validator of EKS Anywhere drops a field that it does not know without a word, so that a slip of the pen is a default in production.',
  sources: [`${source.EKSAS}: config/crd/bases`, 'runs of the validator of EKS Anywhere, which accepts unknown fields'],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, machine: { datastore: /plant/datastore/one, memory: 16384 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, machine: { datastore: /plant/datastore/one, memoryMiB: 16384 } } }]
      sites:
        - { name: plant, place: { onPremises: vsphere }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] =>
    (['datacenter', 'machine'] as const).flatMap((part) => {
      const kind = kindsOf[one.spec.provider][part]
      const known = kind?.fields ?? []
      return Object.keys(one.spec[part] ?? {})
        .filter((field) => !known.includes(field))
        .map((field) =>
          hitAt(
            one,
            `${part}/${field}`,
            kind === undefined
              ? `is there, where ${one.spec.provider} has no ${part}`
              : `is no field of ${kind.kind} that a fleet gives`,
            known.length === 0 ? 'take it out' : `use one of ${known.join(', ')}, or a field of eksAnywhere itself`,
          ),
        )
    }),
  ),
}

const imageNamesVersion: Rule = {
  code: 'EA033',
  severity: 'error',
  title: 'The image that machines start from names the Kubernetes version of their cluster',
  why: 'EKS Anywhere tells by the name which version is inside, and refuses another; an upgrade that forgets the image starts the old version anew.',
  sources: [
    `${source.EKSA}getting-started/baremetal/bare-spec/`,
    `${source.EKSAS}: pkg/providers/tinkerbell/validate.go, pkg/providers/vsphere`,
  ],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, osImageURL: "http://10.1.0.2/ubuntu-kube-1-34.gz" } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: bareMetal, version: "1.35", endpoint: 10.1.0.10, osImageURL: "http://10.1.0.2/ubuntu-kube-1-35.gz" } }]
      sites:
        - { name: shop, place: { onPremises: bareMetal }, cluster: shop, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { provider, version, osImageURL, machine } = one.spec
    const names = new RegExp(`(?<!\\d)1[._-]?${version.slice(2)}(?!\\d)`)
    const fix = `name an image of ${version}, with 1-${version.slice(2)} in its name`
    return [
      ...(provider === 'bareMetal' && osImageURL !== undefined && !names.test(osImageURL)
        ? [hitAt(one, 'osImageURL', `does not name ${version}`, fix)]
        : []),
      ...(provider === 'vsphere' && typeof machine?.template === 'string' && !names.test(machine.template)
        ? [hitAt(one, 'machine/template', `does not name ${version}`, fix)]
        : []),
    ]
  }),
}

/** Below these Nutanix machines are refused by a check that the validator of EKS Anywhere never calls. */
const leastOfNutanix: Rule = {
  code: 'EA034',
  severity: 'error',
  title: 'A machine on Nutanix has two sockets, 4 GiB and 40 GiB of disk at least',
  why: 'The limits are in EKS Anywhere, and its validator does not ask for them: the machines are refused when they are made.',
  sources: [`${source.EKSAS}: pkg/api/v1alpha1/nutanixmachineconfig.go, validateMinimumNutanixMachineSpecs`],
  example: {
    wrong: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: nutanix, version: "1.35", endpoint: 10.1.0.10, machine: { vcpuSockets: 1, memorySize: 2Gi } } }]
      sites:
        - { name: plant, place: { onPremises: nutanix }, cluster: plant, nodePools: [{ name: floor }] }
    `,
    right: yaml`
      clusters: [{ name: plant, eksAnywhere: { provider: nutanix, version: "1.35", endpoint: 10.1.0.10, machine: { vcpuSockets: 4, memorySize: 8Gi } } }]
      sites:
        - { name: plant, place: { onPremises: nutanix }, cluster: plant, nodePools: [{ name: floor }] }
    `,
  },
  check: ofEach((one): Hit[] => {
    const { provider, machine } = one.spec
    if (provider !== 'nutanix' || machine === undefined) return []
    const { vcpuSockets, vcpusPerSocket, memorySize, systemDiskSize } = machine
    const small = (field: string, value: unknown, least: string) =>
      hitAt(one, `machine/${field}`, `is ${String(value)}`, `use ${least} or more`)
    return [
      ...(typeof vcpuSockets === 'number' && vcpuSockets < 2 ? [small('vcpuSockets', vcpuSockets, '2')] : []),
      ...(typeof vcpusPerSocket === 'number' && vcpusPerSocket < 1
        ? [small('vcpusPerSocket', vcpusPerSocket, '1')]
        : []),
      ...((gibibytes(memorySize) ?? 4) < 4 ? [small('memorySize', memorySize, '4Gi')] : []),
      ...((gibibytes(systemDiskSize) ?? 40) < 40 ? [small('systemDiskSize', systemDiskSize, '40Gi')] : []),
    ]
  }),
}

const units: Readonly<Record<string, number>> = { Mi: 1 / 1024, Gi: 1, Ti: 1024, M: 1e6 / 2 ** 30, G: 1e9 / 2 ** 30 }

function gibibytes(size: unknown): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti|M|G)$/.exec(String(size)) ?? []
  const factor = units[unit]
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}

export const machineRules: readonly Rule[] = [fieldsOfProvider, knownFields, imageNamesVersion, leastOfNutanix]
