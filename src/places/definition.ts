// What a folder of `places/` hands over: facts of one kind of place as traits, the laws that general rules enforce there, and the
// rules that no trait can say. A new kind of place is one folder and one line in index.ts.

import type { Rule } from '../model/finding.ts'
import type { Cluster, ClusterKind } from '../model/fleet.ts'
import type { Place, PlaceKind, Traits } from '../model/place.ts'

/** A law as it is printed; who enforces it is said elsewhere. */
export type Law = Omit<Rule, 'check'>

/**
 * What a general rule of `check/` asks of every kind of place. The rule reads the trait; the place says under which code, why,
 * and on whose word. A place without a law on a topic is not asked.
 */
export type Topic =
  | 'clusterSubnet'
  | 'nodeKind'
  | 'optIn'
  | 'sameRegion'
  | 'instanceType'
  | 'volumeType'
  | 'natGateway'
  | 'networkBorderGroup'
  | 'vpcEndpoint'
  | 'ipv6'
  | 'loadBalancerKind'
  | 'loadBalancerLocale'
  | 'loadBalancerZones'
  | 'packetSize'
  | 'publicRoute'

export interface PlaceDefinition {
  readonly kind: PlaceKind
  readonly title: string
  readonly traits: (place: Place, clusterKind: ClusterKind | undefined, cluster: Cluster | undefined) => Traits
  readonly laws: Partial<Readonly<Record<Topic, Law>>>
  /** Only what no trait can say. */
  readonly rules: readonly Rule[]
}
