// The AWS Wavelength Zone: EC2 inside a carrier's network. Users of that carrier reach it by the carrier gateway, others as a rule
// do not; the control plane stays in the Region.

import type { Place, Traits } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'
import { laws } from './laws.ts'
import { appRules } from './rules-apps.ts'
import { networkRules } from './rules-network.ts'

const traits: Traits = {
  title: 'AWS Wavelength Zone',
  locale: 'wavelength-zone',
  holdsControlPlane: fact(false, source.WLG),
  controlPlaneAt: fact('region', source.WLG),
  nodeKinds: fact(['selfManaged'], source.WLG, 'an Auto Scaling group of EC2 instances with the EKS image'),
  volumeTypes: fact(['gp2'], source.WLG),
  loadBalancers: fact(['alb'], source.WLG),
  loadBalancerSubnets: fact(
    { min: 1, max: 1 },
    source.elbSubnets,
    'one load balancer for each zone; none balances across zones',
  ),
  natGateway: fact('none', source.WLG, 'a carrier gateway instead'),
  vpcEndpoints: fact(false, source.WLG),
  publicRoute: fact('carrierGateway', source.carrierGateway),
  optIn: fact(true, source.WLG),
  checkersReachIt: fact(
    false,
    source.carrierGateway,
    'a carrier gateway lets in the devices of its carrier, not the internet',
  ),
  ownIngress: fact(true, source.carrierGateway, "for users of the carrier's network"),
  withoutLink: fact(
    'runsUntilEvicted',
    source.WLG,
    'the control plane sees the nodes fall silent; pods that run go on meanwhile',
  ),
  offlineSeconds: fact(0, source.WLG, 'nothing is promised for a zone that has lost its Region'),
  mtu: fact(1300, source.WLG, 'to the Region; 1500 to the carrier, 9001 inside the zone'),
  ipv6: fact(false, source.WLG),
  holdsClusterDns: fact(
    false,
    source.WLG,
    'zones of one VPC do not reach each other, so that name service stays in the Region',
  ),
  ownZone: fact(true, source.wellKnownLabels),
  podIdentity: fact(true, source.eksPodIdentity),
}

/** Zones of the older kind, named …-wlz-1, offer t3.medium, t3.xlarge, r5.2xlarge and g4dn.2xlarge. */
const older: Traits = {
  ...traits,
  instanceFamilies: fact(['t3', 'r5', 'g4dn'], source.WLG, 't3.medium, t3.xlarge, r5.2xlarge and g4dn.2xlarge'),
}

/** Zones in Morocco and Senegal let the internet in, unlike the zones before them. */
const openToInternet: Traits = {
  ...traits,
  checkersReachIt: fact(true, source.carrierGateway, 'the zones of Morocco and Senegal let the internet in'),
}

function traitsHere(place: Place): Traits {
  if (place.country === 'MA' || place.country === 'SN') return openToInternet
  return /-wlz-\d+$/.test(place.zone ?? '') ? older : traits
}

export const wavelength: PlaceDefinition = {
  kind: 'wavelength',
  title: 'AWS Wavelength Zone',
  traits: traitsHere,
  laws,
  rules: [...networkRules, ...appRules],
}
