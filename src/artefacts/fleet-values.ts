// What only exists once stacks are made (the id of a VPC, of a subnet, the number of an account) stands in a manifest as a variable of
// Flux, `${fleet_vpc_main}`, and is filled from the ConfigMap that `up` writes on each cluster. What the fleet says itself (existing:
// vpcId) is written as it is. Every other `${...}` in a manifest belongs to its author and reaches the cluster unchanged.

export const fleetValues = { name: 'fleet-values', namespace: 'flux-system' } as const

const prefix = 'fleet_'

export const isFleetVariable = (name: string): boolean => name.startsWith(prefix)

const variable = (...parts: readonly string[]): string =>
  `\${${prefix}${parts.join('_').replaceAll(/[^a-zA-Z0-9]/g, '_')}}`

export const fleetValue = {
  /** Of the cluster on which it is asked: rows of a class share their files. */
  ownVpcId: variable('vpc'),
  vpcId: (network: string): string => variable('vpc', network),
  subnetId: (subnet: string): string => variable('subnet', subnet),
  accountId: (account: string): string => variable('account', account),
  /** Of its API server, with https:// */
  clusterEndpoint: (cluster: string): string => variable('endpoint', cluster),
  /** The host name of the load balancer before the API of Karmada. */
  federationHost: (federation: string): string => variable('federation', federation),
} as const
