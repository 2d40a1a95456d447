// AWS Outposts: racks of AWS on the customer's floor, in three kinds. Extended: the control plane stays in the Region. Local on EBS
// and local on instance store: it stands on the Outpost, so that the cluster goes on without its Region.

import type { Cluster, ClusterKind } from '../../model/fleet.ts'
import type { Place, Traits } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'
import { laws } from './laws.ts'
import { rules } from './rules.ts'

const dayS = 86_400

const extended: Traits = {
  title: 'AWS Outposts rack, extended cluster',
  locale: 'outpost',
  holdsControlPlane: fact(
    false,
    source.eksOutposts,
    'cluster subnets of an extended cluster are Availability Zone subnets of the Region',
  ),
  controlPlaneAt: fact('region', source.eksOutposts),
  nodeKinds: fact(['selfManaged'], source.eksOutpostsNodes, 'EC2 on demand only'),
  volumeTypes: fact(['gp2', 'nvme'], source.eksOutposts),
  loadBalancers: fact(['alb'], source.elbSubnets),
  loadBalancerSubnets: fact({ min: 1, max: 1 }, source.elbSubnets),
  natGateway: fact('parentZone', source.UG26, 'in the Availability Zone that the Outpost is anchored to'),
  vpcEndpoints: fact(
    false,
    source.UG26,
    'interface endpoints stand in the Availability Zone that the Outpost is anchored to',
  ),
  publicRoute: fact(
    'localGateway',
    source.outpostsLocalGateway,
    'or the internet gateway of the Region, over the service link',
  ),
  optIn: fact(false, source.eksOutposts, 'an Outpost is ordered, not opted in to'),
  checkersReachIt: fact(
    true,
    source.outpostsLocalGateway,
    'where the customer-owned address pool is announced to the internet, or over the Region',
  ),
  ownIngress: fact(true, source.outpostsLocalGateway, 'by the local gateway, for users who reach the customer network'),
  withoutLink: fact(
    'runsUntilEvicted',
    source.eksOutposts,
    'after five minutes without heartbeats the nodes count as lost',
  ),
  offlineSeconds: fact(300, source.eksOutposts, 'extended clusters need a link that is always there'),
  mtu: fact(1300, source.outpostsLink, 'between an instance and the Region; 1500 on the service link itself'),
  ipv6: fact(false, source.eksOutposts),
  holdsClusterDns: fact(true, source.eksOutposts),
  ownZone: fact(
    false,
    source.wellKnownLabels,
    'nodes carry the label of the Availability Zone that the Outpost is anchored to',
  ),
  podIdentity: fact(false, source.eksPodIdentity),
}

const localOnEbs: Traits = {
  ...extended,
  title: 'AWS Outposts rack, local cluster on EBS',
  holdsControlPlane: fact(true, source.eksOutpostsLocal, 'only subnets of the one Outpost'),
  controlPlaneAt: fact('site', source.eksOutpostsLocal, 'three EC2 instances in the account, etcd stacked'),
  withoutLink: fact(
    'runs',
    source.eksOutpostsDisconnects,
    'the API server stays on the Outpost; IAM sign-in, ECR and new volumes wait for the link',
  ),
  offlineSeconds: fact(
    7 * dayS,
    source.eksOutpostsDisconnects,
    'seven days were announced; the documents state no maximum',
  ),
}

const localOnInstanceStore: Traits = {
  ...localOnEbs,
  title: 'AWS Outposts rack, local cluster on instance store',
  controlPlaneAt: fact(
    'site',
    source.UG26,
    'six EC2 instances that AWS manages: three for etcd, three for the API server',
  ),
  volumeTypes: fact(['nvme'], source.UG26),
  podIdentity: fact(true, source.UG26, 'with the validated add-on'),
}

function traits(_place: Place, clusterKind: ClusterKind | undefined, cluster: Cluster | undefined): Traits {
  if (clusterKind !== 'eksOutpost') return extended
  return cluster?.eksOutpost?.storage === 'instanceStore' ? localOnInstanceStore : localOnEbs
}

export const outpost: PlaceDefinition = {
  kind: 'outpost',
  title: 'AWS Outposts rack',
  traits,
  laws,
  rules,
}
