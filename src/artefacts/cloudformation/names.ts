// Names that several stacks must agree on: of stacks, of their outputs, of the resources in them.

import { createHash } from 'node:crypto'

/** `main` → `Main`, `oregon-public-a` → `OregonPublicA`: a logical id holds letters and digits only. */
export const logical = (...parts: readonly string[]): string =>
  parts
    .flatMap((part) => part.split(/[^A-Za-z0-9]+/))
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')

/** A stack's name: letters, digits and hyphens, 128 at most, and a letter first. */
export const stackNames = (fleet: string) => ({
  network: (network: string) => `${fleet}-network-${network}`,
  cluster: (cluster: string) => `${fleet}-cluster-${cluster}`,
  endpoints: (network: string) => `${fleet}-endpoints-${network}`,
  nodes: (site: string, pool: string) => `${fleet}-nodes-${site}-${pool}`,
  addons: (cluster: string) => `${fleet}-addons-${cluster}`,
  karmada: (federation: string) => `${fleet}-karmada-${federation}`,
  host: (network: string) => `${fleet}-host-${network}`,
  front: (app: string, site: string) => `${fleet}-front-${app}-${site}`,
  dns: (zone: string) => `${fleet}-dns-${zone.replaceAll('.', '-')}`,
  alarms: (region: string) => `${fleet}-alarms-${region}`,
})

/** What a TargetGroupBinding calls the group by: 32 characters at most, and one of its kind in an account and Region. */
export function targetGroupName(fleet: string, app: string, site: string): string {
  const readable = `${app}-${site}`.slice(0, 23).replace(/-+$/, '')
  return `${readable}-${createHash('sha256').update(`${fleet} ${app} ${site}`).digest('hex').slice(0, 8)}`
}

export const outputs = {
  vpcId: 'VpcId',
  subnetId: (subnet: string) => `${logical(subnet)}Id`,
  routeTableId: (subnet: string) => `${logical(subnet)}RouteTableId`,
  clusterName: 'ClusterName',
  /** Of a cluster on an Outpost, whose nodes must know it. */
  clusterId: 'ClusterId',
  clusterEndpoint: 'ClusterEndpoint',
  clusterCertificate: 'ClusterCertificateAuthority',
  clusterSecurityGroup: 'ClusterSecurityGroupId',
  serviceCidr: 'ServiceCidr',
  nodeRole: 'NodeInstanceRole',
  controllerRole: 'LoadBalancerControllerRole',
  /** Of the management host: what a session is started to. */
  host: 'HostId',
  /** Of the load balancer before a copy, by what a record or an alarm calls it. */
  loadBalancer: {
    DNSName: 'DNSName',
    CanonicalHostedZoneID: 'CanonicalHostedZoneID',
    LoadBalancerFullName: 'LoadBalancerFullName',
    TargetGroupFullName: 'TargetGroupFullName',
  },
} as const
