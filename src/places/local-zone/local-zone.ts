// The AWS Local Zone: EC2, EBS and an ALB near users; the control plane stays in the Region, over a link that AWS runs.

import type { Fact, Place, Traits, VolumeType } from '../../model/place.ts'
import { fact } from '../../model/place.ts'
import type { PlaceDefinition } from '../definition.ts'
import { source } from '../sources.ts'
import { laws } from './laws.ts'
import { acceleratedFamilies, families, withIpv6 } from './offers.ts'
import { rules } from './rules.ts'

const ownFacts = 'facts.zones of the fleet'

const common: Traits = {
  title: 'AWS Local Zone',
  locale: 'local-zone',
  holdsControlPlane: fact(false, source.eksLocalZones, 'EKS puts no network interface into a Local Zone subnet'),
  controlPlaneAt: fact('region', source.eksLocalZones),
  nodeKinds: fact(
    ['selfManaged', 'managed'],
    source.eksLocalZones,
    'managed node groups came later; self-managed nodes work in every zone',
  ),
  volumeTypes: fact<readonly VolumeType[]>(
    ['gp2'],
    source.localZoneFeatures,
    'gp2 in every zone; gp3, io1 and others in some, to be said under facts.zones',
  ),
  instanceFamilies: fact(
    families,
    source.localZoneFeatures,
    'each zone has some of these; ask DescribeInstanceTypeOfferings, and say it under facts.zones',
  ),
  loadBalancers: fact(['alb'], source.elbSubnets, 'a Network Load Balancer only in some zones'),
  loadBalancerSubnets: fact({ min: 1, max: 1 }, source.elbSubnets, 'never together with subnets of Availability Zones'),
  natGateway: fact(
    'someZones',
    source.LZUG,
    'elsewhere by the NAT gateway of an Availability Zone, a hairpin through the Region',
  ),
  vpcEndpoints: fact(false, source.LZUG),
  publicRoute: fact(
    'internetGateway',
    source.LZUG,
    'traffic leaves in the zone, with addresses of its own border group',
  ),
  optIn: fact(true, source.localZonesGettingStarted),
  checkersReachIt: fact(true, source.LZUG, 'its load balancer has internet addresses'),
  ownIngress: fact(true, source.LZUG, 'Local Zones have their own connections to the internet'),
  withoutLink: fact(
    'runsUntilEvicted',
    source.eksLocalZones,
    'the control plane sees the nodes fall silent; pods that run go on meanwhile',
  ),
  offlineSeconds: fact(0, source.eksLocalZones, 'nothing is promised for a zone that has lost its Region'),
  mtu: fact(1300, source.LZUG, 'to the Region'),
  ipv6: fact(false, source.LZUG, 'only some newer zones'),
  holdsClusterDns: fact(true, source.eksLocalZones),
  ownZone: fact(true, source.wellKnownLabels),
  podIdentity: fact(true, source.eksPodIdentity),
}

const losAngelesMtu = fact(9001, source.LZUG)
const newerMtu = fact(8801, source.LZUG)
const ipv6Here = fact(true, source.LZUG)
const accelerated = new Map(
  Object.entries(acceleratedFamilies).map(([zone, more]) => [
    zone,
    fact([...families, ...more], source.localZoneFeatures),
  ]),
)

function traits(place: Place): Traits {
  const zone = place.zone ?? ''
  const instanceFamilies = familiesOf(place)
  return {
    ...common,
    ...(instanceFamilies === undefined ? {} : { instanceFamilies }),
    volumeTypes: place.volumeTypes === undefined ? common.volumeTypes : fact(place.volumeTypes, ownFacts),
    mtu: zone.startsWith('us-west-2-lax-')
      ? losAngelesMtu
      : withIpv6.has(zone)
        ? newerMtu
        : fact(1300, source.LZUG, 'to the Region'),
    ipv6: withIpv6.has(zone) ? ipv6Here : common.ipv6,
  }
}

function familiesOf(place: Place): Fact<readonly string[]> | undefined {
  return accelerated.get(place.zone ?? '') ?? common.instanceFamilies
}

export const localZone: PlaceDefinition = { kind: 'localZone', title: 'AWS Local Zone', traits, laws, rules }
