// The AWS Region: where a control plane stands unless an Outpost or a floor of one's own holds it, and where everything is offered.

import type { Traits } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'
import { laws } from './laws.ts'

const traits: Traits = {
  title: 'AWS Region',
  locale: 'availability-zone',
  holdsControlPlane: fact(true, source.eksNetwork, 'cluster subnets lie in at least two Availability Zones'),
  controlPlaneAt: fact('region', source.eksNetwork),
  nodeKinds: fact(['managed', 'selfManaged', 'autoMode', 'fargate'], source.UG26),
  volumeTypes: fact(['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'], source.ebsVolumeTypes),
  loadBalancers: fact(['alb', 'nlb'], source.elbSubnets),
  loadBalancerSubnets: fact(
    { min: 2, max: 6 },
    source.elbSubnets,
    'each in another Availability Zone, /27 or larger, with 8 free addresses; six is the most that a Region has',
  ),
  natGateway: fact('here', source.natGateway),
  vpcEndpoints: fact(true, source.vpcEndpoints),
  publicRoute: fact('internetGateway', source.internetGateway),
  optIn: fact(false, source.regionsAndZones, 'Regions launched after March 2019 are opted in to as a whole'),
  checkersReachIt: fact(true, source.route53HealthChecks),
  ownIngress: fact(true, source.internetGateway),
  withoutLink: fact('runs', source.eksNetwork, 'nodes and control plane share the Region: there is no such link'),
  offlineSeconds: fact(Number.POSITIVE_INFINITY, source.eksNetwork, 'there is no link to lose'),
  ipv6: fact(true, source.eksIpv6),
  holdsClusterDns: fact(true, source.eksCoreDns),
  ownZone: fact(true, source.wellKnownLabels),
  podIdentity: fact(true, source.eksPodIdentity),
}

/** For a cluster whose control plane stands on an Outpost. */
const besideAnOutpost: Traits = {
  ...traits,
  holdsControlPlane: fact(false, source.eksOutpostsLocal, 'a local cluster takes only subnets of its Outpost'),
}

export const region: PlaceDefinition = {
  kind: 'region',
  title: 'AWS Region',
  traits: (_place, clusterKind) => (clusterKind === 'eksOutpost' ? besideAnOutpost : traits),
  laws,
  rules: [],
}
