// The kinds by which each provider of EKS Anywhere is told where machines are made and how: their names, the fields of theirs that a fleet
// may give under `datacenter` and `machine`, and those without which EKS Anywhere refuses them. What skerry writes itself from other parts of
// the fleet (addresses, images, users) is not among them. Source: the custom resource definitions of release 0.26 and pkg/api/v1alpha1.

import type { EksAnywhere } from '../../model/fleet.ts'
import { minorOf } from './minor.ts'

export type Provider = EksAnywhere['provider']
export type OperatingSystem = NonNullable<EksAnywhere['os']>

export interface ProviderKind {
  readonly kind: string
  readonly fields: readonly string[]
  readonly needed: readonly string[]
}

interface Kinds {
  readonly datacenter: ProviderKind
  /** Docker has none. */
  readonly machine?: ProviderKind
}

export const kindsOf: Readonly<Record<Provider, Kinds>> = {
  vsphere: {
    datacenter: {
      kind: 'VSphereDatacenterConfig',
      fields: ['datacenter', 'network', 'server', 'insecure', 'thumbprint', 'failureDomains'],
      needed: ['datacenter', 'network', 'server'],
    },
    machine: {
      kind: 'VSphereMachineConfig',
      fields: [
        ...['datastore', 'resourcePool', 'folder', 'template', 'numCPUs', 'memoryMiB', 'diskGiB', 'osFamily'],
        ...['cloneMode', 'storagePolicyName', 'networks', 'tags', 'hostOSConfiguration'],
      ],
      needed: ['datastore', 'resourcePool'],
    },
  },
  bareMetal: {
    datacenter: {
      kind: 'TinkerbellDatacenterConfig',
      fields: ['tinkerbellIP', 'hookIsoURL', 'loadBalancerInterface', 'skipLoadBalancerDeployment'],
      needed: ['tinkerbellIP'],
    },
    machine: { kind: 'TinkerbellMachineConfig', fields: ['osFamily', 'hostOSConfiguration'], needed: [] },
  },
  nutanix: {
    datacenter: {
      kind: 'NutanixDatacenterConfig',
      fields: [
        ...['endpoint', 'port', 'insecure', 'additionalTrustBundle', 'credentialRef'],
        ...['ccmExcludeNodeIPs', 'failureDomains'],
      ],
      needed: ['endpoint'],
    },
    machine: {
      kind: 'NutanixMachineConfig',
      fields: [
        ...['image', 'cluster', 'subnet', 'vcpuSockets', 'vcpusPerSocket', 'memorySize', 'systemDiskSize', 'osFamily'],
        ...['bootType', 'project', 'additionalCategories', 'gpus'],
      ],
      needed: ['image', 'cluster', 'subnet'],
    },
  },
  cloudStack: {
    datacenter: {
      kind: 'CloudStackDatacenterConfig',
      fields: ['availabilityZones'],
      needed: ['availabilityZones'],
    },
    machine: {
      kind: 'CloudStackMachineConfig',
      fields: [
        ...['computeOffering', 'template', 'diskOffering', 'affinity', 'affinityGroupIds'],
        ...['symlinks', 'userCustomDetails'],
      ],
      needed: ['computeOffering', 'template'],
    },
  },
  snow: {
    datacenter: { kind: 'SnowDatacenterConfig', fields: ['identityRef'], needed: ['identityRef'] },
    machine: {
      kind: 'SnowMachineConfig',
      fields: [
        ...['devices', 'instanceType', 'physicalNetworkConnector', 'sshKeyName', 'network', 'amiID', 'osFamily'],
        ...['containersVolume', 'nonRootVolumes', 'hostOSConfiguration'],
      ],
      needed: ['devices'],
    },
  },
  docker: { datacenter: { kind: 'DockerDatacenterConfig', fields: [], needed: [] } },
}

/** Which systems a provider starts; Bottlerocket on bare metal ended with Kubernetes 1.28. The first is taken where none is declared. */
export function systemsOf(provider: Provider, version: string): readonly OperatingSystem[] {
  if (provider === 'docker') return []
  if (provider === 'snow') return ['ubuntu']
  const others = ['ubuntu', 'redhat'] as const
  const bottlerocket = provider === 'vsphere' || (provider === 'bareMetal' && minorOf(version) <= 28)
  return bottlerocket ? ['bottlerocket', ...others] : others
}

/** Packages that EKS Anywhere installs on a cluster that manages itself, and so refuses there (PackageBundle, workloadonly). */
export const workloadOnlyPackages: readonly string[] = ['cert-manager']
