// A place: a kind of location with its own laws. Only `places/` makes these and knows what they mean; everybody else asks for
// a trait, which carries the source that it rests on.

export type PlaceKind = 'region' | 'localZone' | 'wavelength' | 'outpost' | 'hybrid' | 'onPremises'
export type OnPremisesProvider = 'vsphere' | 'bareMetal' | 'cloudStack' | 'nutanix' | 'snow' | 'docker'
export type NodeKind = 'managed' | 'selfManaged' | 'fargate' | 'autoMode' | 'hybrid' | 'machines'
export type VolumeType = 'gp2' | 'gp3' | 'io1' | 'io2' | 'st1' | 'sc1' | 'standard' | 'nvme'
export type LoadBalancerKind = 'alb' | 'nlb' | 'metallb' | 'none'
export type Locale = 'availability-zone' | 'local-zone' | 'wavelength-zone' | 'outpost' | 'none'

export interface Location {
  readonly latitude: number
  readonly longitude: number
}

export interface Place {
  readonly kind: PlaceKind
  /** AWS Region that it is, or hangs on. */
  readonly region?: string
  /** Zone name: of the Local or Wavelength Zone, or the anchor zone of an Outpost. */
  readonly zone?: string
  /** What an account opts in to. */
  readonly zoneGroup?: string
  readonly networkBorderGroup?: string
  /** The Availability Zone whose loss takes it along. */
  readonly parentZone?: string
  readonly carrier?: string
  readonly outpostArn?: string
  readonly formFactor?: 'rack' | 'server'
  /** Slots per instance type. */
  readonly capacity?: Readonly<Record<string, number>>
  readonly provider?: OnPremisesProvider
  /** City of the zone, where skerry's table knows it. */
  readonly location?: Location
  /** Country of the zone, two capital letters, where known. */
  readonly country?: string
  /** Whether skerry's table, or the fleet's own facts, know the zone. */
  readonly known: boolean
  /** Instance types offered, where known. */
  readonly instanceTypes?: readonly string[]
  /** Volume types offered by exactly this zone, where known. */
  readonly volumeTypes?: readonly VolumeType[]
}

/** A value that rests on something: a page, a source file, a measurement. */
export interface Fact<T> {
  readonly value: T
  readonly source: string
  /** What the reader should know beside the value. */
  readonly note?: string
}

export const fact = <T>(value: T, source: string, note?: string): Fact<T> =>
  note === undefined ? { value, source } : { value, source, note }

/** What a place allows and does; a function of the place and of the kind of its cluster. */
export interface Traits {
  readonly title: string
  readonly locale: Locale
  /** Whether its subnets may be cluster subnets, that is hold the control plane's network interfaces. */
  readonly holdsControlPlane: Fact<boolean>
  /** Where the API server of a cluster of this place stands. */
  readonly controlPlaneAt: Fact<'region' | 'site'>
  /** Node kinds that it offers, the safe one first. */
  readonly nodeKinds: Fact<readonly NodeKind[]>
  /** Volume types that it offers, the safe one first. */
  readonly volumeTypes: Fact<readonly VolumeType[]>
  /** Families of instance types that it offers, where that is a short list; undefined: no such list. */
  readonly instanceFamilies?: Fact<readonly string[]>
  readonly loadBalancers: Fact<readonly LoadBalancerKind[]>
  /** How many subnets one load balancer takes. */
  readonly loadBalancerSubnets: Fact<{ readonly min: number; readonly max: number }>
  readonly natGateway: Fact<'here' | 'someZones' | 'parentZone' | 'none'>
  readonly vpcEndpoints: Fact<boolean>
  /** By which gateway its public subnets reach out. */
  readonly publicRoute: Fact<'internetGateway' | 'carrierGateway' | 'localGateway' | 'none'>
  /** Whether an account must opt in before anything can stand there. */
  readonly optIn: Fact<boolean>
  /** Whether public health checkers reach an endpoint there. */
  readonly checkersReachIt: Fact<boolean>
  /** Whether users reach it while the link to its Region or control plane is cut. */
  readonly ownIngress: Fact<boolean>
  /** What becomes of its workloads when that link is cut. */
  readonly withoutLink: Fact<'stops' | 'runsUntilEvicted' | 'runs'>
  /** Longest time without the link that is promised, seconds; Infinity: for ever. */
  readonly offlineSeconds: Fact<number>
  /** Largest packet on the way to the Region, bytes, where known. */
  readonly mtu?: Fact<number>
  readonly ipv6: Fact<boolean>
  /** Whether in-cluster name service may run there for other places. */
  readonly holdsClusterDns: Fact<boolean>
  /** Whether its nodes carry a zone label of their own (and so are a zone to the node lifecycle controller). */
  readonly ownZone: Fact<boolean>
  readonly podIdentity: Fact<boolean>
}
