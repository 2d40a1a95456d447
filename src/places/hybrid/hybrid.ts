// EKS Hybrid Nodes: the customer's own hosts joined to a cluster whose control plane is in a Region.

import type { Traits } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'

const traits: Traits = {
  title: 'EKS Hybrid Nodes',
  locale: 'none',
  holdsControlPlane: fact(false, source.eksHybrid, 'the site has no subnets of the VPC'),
  controlPlaneAt: fact('region', source.eksHybrid),
  nodeKinds: fact(['hybrid'], source.eksHybrid, 'own hosts, joined with nodeadm'),
  volumeTypes: fact([], source.eksHybrid, 'EBS does not reach there: storage comes from a CSI driver of your own'),
  loadBalancers: fact(
    ['alb', 'nlb', 'metallb', 'none'],
    source.eksHybridLoadBalancing,
    'ALB and NLB stand in the Region and send to pod addresses',
  ),
  loadBalancerSubnets: fact({ min: 2, max: 6 }, source.elbSubnets, 'in the Region'),
  natGateway: fact('none', source.eksHybrid),
  vpcEndpoints: fact(false, source.eksHybrid),
  publicRoute: fact('none', source.eksHybrid),
  optIn: fact(false, source.eksHybrid),
  checkersReachIt: fact(true, source.eksHybridLoadBalancing, 'they ask the load balancer in the Region'),
  ownIngress: fact(
    false,
    source.eksHybridLoadBalancing,
    'the load balancer stands in the Region, on the far side of the link',
  ),
  withoutLink: fact(
    'runsUntilEvicted',
    source.eksHybridDisconnects,
    'pods go on; eviction is held back only while a whole zone is silent. Credentials last one hour',
  ),
  offlineSeconds: fact(0, source.eksHybridDisconnects, 'made for a reliable link, not for sites that are cut off'),
  ipv6: fact(false, source.eksHybrid),
  holdsClusterDns: fact(false, source.eksHybridWebhooks, 'at least one replica on either side of the link'),
  ownZone: fact(false, source.eksHybridDisconnects, 'hybrid nodes have no zone label unless you set one for each site'),
  podIdentity: fact(true, source.eksHybrid, 'with the add-on for hybrid nodes'),
}

export const hybrid: PlaceDefinition = {
  kind: 'hybrid',
  title: 'EKS Hybrid Nodes',
  traits: () => traits,
  laws: {},
  rules: [],
}
