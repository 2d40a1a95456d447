// EKS Anywhere: control plane and nodes on the customer's own machines, independent of any Region.

import type { Cluster, ClusterKind } from '../../model/fleet.ts'
import type { Place, Traits } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'
import { accessRules } from './rules-access.ts'
import { addressRules } from './rules-addresses.ts'
import { growthRules } from './rules-growth.ts'
import { hardwareRules } from './rules-hardware.ts'
import { machineRules } from './rules-machines.ts'
import { operationRules } from './rules-operation.ts'
import { providerRules } from './rules-provider.ts'
import { serviceRules } from './rules-services.ts'
import { shapeRules } from './rules-shape.ts'
import { versionRules } from './rules-versions.ts'

const traits: Traits = {
  title: 'On premises',
  locale: 'none',
  holdsControlPlane: fact(false, source.EKSA, 'no VPC subnets: the API server has an address on the LAN'),
  controlPlaneAt: fact('site', source.EKSA),
  nodeKinds: fact(['machines'], source.EKSA),
  volumeTypes: fact([], source.EKSA, 'EBS does not reach there: storage comes from the CSI driver of the provider'),
  loadBalancers: fact(['metallb', 'none'], source.eksaPackages),
  loadBalancerSubnets: fact({ min: 0, max: 0 }, source.eksaPackages, 'addresses come from a pool on the LAN'),
  natGateway: fact('none', source.EKSA),
  vpcEndpoints: fact(false, source.EKSA),
  publicRoute: fact('none', source.EKSA),
  optIn: fact(false, source.EKSA),
  checkersReachIt: fact(
    false,
    source.route53HealthChecks,
    'addresses of a LAN: say internet: true on a site that the internet reaches',
  ),
  ownIngress: fact(true, source.EKSA, 'for users on its LAN'),
  withoutLink: fact('runs', source.EKSA, 'nothing that runs depends on a Region'),
  offlineSeconds: fact(Number.POSITIVE_INFINITY, source.EKSA),
  ipv6: fact(false, source.EKSA),
  holdsClusterDns: fact(true, source.EKSA),
  ownZone: fact(false, source.wellKnownLabels, 'no zone label unless the provider has failure domains'),
  podIdentity: fact(false, source.eksPodIdentity),
}

/** A cluster that is somebody else's and whose control plane stands in a Region: the site then hangs on a link. */
const controlledFromAfar: Traits = {
  ...traits,
  controlPlaneAt: fact('region', 'existing.location of the cluster'),
  withoutLink: fact('runsUntilEvicted', source.nodeEviction),
  offlineSeconds: fact(0, source.nodeEviction, 'nothing is promised'),
}

const titles: Readonly<Record<NonNullable<Place['provider']>, string>> = {
  vsphere: 'On premises, EKS Anywhere on vSphere',
  bareMetal: 'On premises, EKS Anywhere on bare metal',
  cloudStack: 'On premises, EKS Anywhere on CloudStack',
  nutanix: 'On premises, EKS Anywhere on Nutanix',
  snow: 'On premises, EKS Anywhere on Snow',
  docker: 'On premises, EKS Anywhere on Docker (development)',
}

const byProvider = new Map(Object.entries(titles).map(([provider, title]) => [provider, { ...traits, title }]))

function traitsHere(place: Place, clusterKind: ClusterKind | undefined, cluster: Cluster | undefined): Traits {
  const fromRegion = clusterKind === 'eks' || (clusterKind === 'existing' && cluster?.existing?.location === 'region')
  if (fromRegion) return controlledFromAfar
  return byProvider.get(place.provider ?? '') ?? traits
}

export const onPremises: PlaceDefinition = {
  kind: 'onPremises',
  title: 'On premises, EKS Anywhere',
  traits: traitsHere,
  laws: {},
  rules: [
    ...operationRules,
    ...providerRules,
    ...machineRules,
    ...versionRules,
    ...shapeRules,
    ...growthRules,
    ...addressRules,
    ...serviceRules,
    ...hardwareRules,
    ...accessRules,
  ],
}
