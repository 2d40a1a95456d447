// What `skerry explain PLACE` shows: each trait with its value in words, its source and its note, and the laws that hold there.

import type { ClusterKind } from '../model/fleet.ts'
import type { Fact, Place, PlaceKind, Traits } from '../model/place.ts'
import { places, traitsOf } from './index.ts'

export interface PlaceExplanation {
  readonly title: string
  readonly lines: readonly PlaceLine[]
  readonly laws: readonly string[]
}

export interface PlaceLine {
  readonly trait: string
  readonly value: string
  readonly source: string
  readonly note?: string
}

/** `under`: the kind of cluster, where the place differs by it, as an Outpost does. */
export function explainPlace(kind: PlaceKind, under?: ClusterKind): PlaceExplanation {
  const place: Place = { kind, known: true }
  const traits = traitsOf(place, under)
  const lines = Object.entries(words).flatMap(([key, trait]): PlaceLine[] => {
    const fact: Fact<unknown> | undefined = traits[key as FactKey]
    if (fact === undefined) return []
    return [
      {
        trait,
        value: inWords(key as FactKey, fact.value),
        source: fact.source,
        ...(fact.note === undefined ? {} : { note: fact.note }),
      },
    ]
  })
  const own = places[kind]
  const codes = new Set([...Object.values(own.laws), ...own.rules].map((law) => law.code))
  return { title: traits.title, lines, laws: [...codes].toSorted() }
}

/** A kind of place by its name, as people may type it: localZone, local-zone, local zone. */
export function placeKindNamed(text: string): PlaceKind | undefined {
  const bare = (name: string) => name.toLowerCase().replaceAll(/[^a-z]/g, '')
  return (Object.keys(places) as PlaceKind[]).find((kind) => bare(kind) === bare(text))
}

type FactKey = { [Key in keyof Traits]-?: NonNullable<Traits[Key]> extends Fact<unknown> ? Key : never }[keyof Traits]

const words = {
  controlPlaneAt: 'control plane stands',
  holdsControlPlane: 'takes cluster subnets',
  nodeKinds: 'kinds of nodes',
  instanceFamilies: 'instance families',
  volumeTypes: 'volume types',
  loadBalancers: 'load balancers',
  loadBalancerSubnets: 'subnets of one load balancer',
  publicRoute: 'public subnets leave by',
  natGateway: 'NAT gateway',
  vpcEndpoints: 'VPC endpoints',
  ipv6: 'IPv6',
  mtu: 'largest packet to the Region',
  optIn: 'needs opting in',
  checkersReachIt: 'public health checkers reach it',
  ownIngress: 'users reach it without its link',
  withoutLink: 'workloads without its link',
  offlineSeconds: 'promised time without its link',
  holdsClusterDns: 'may hold cluster DNS for others',
  ownZone: 'its nodes are a zone of their own',
  podIdentity: 'EKS Pod Identity',
} satisfies Record<FactKey, string>

const tokens: Readonly<Record<string, string>> = {
  region: 'in the Region',
  site: 'at the site',
  here: 'in the place itself',
  someZones: 'in some zones',
  parentZone: 'in the parent Availability Zone',
  none: 'none',
  internetGateway: 'the internet gateway',
  carrierGateway: 'the carrier gateway',
  localGateway: 'the local gateway',
  stops: 'stop',
  runsUntilEvicted: 'run until they are evicted',
  runs: 'run on',
}

function inWords(key: FactKey, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ')
  if (key === 'offlineSeconds') return duration(Number(value))
  if (key === 'mtu') return `${String(value)} bytes`
  if (key === 'loadBalancerSubnets') {
    const { min, max } = value as Traits['loadBalancerSubnets']['value']
    return max === 0 ? 'none' : min === max ? String(min) : `${min} to ${max}`
  }
  return tokens[String(value)] ?? String(value)
}

function duration(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return 'for ever'
  if (seconds === 0) return 'none'
  return seconds >= 86_400 ? `${seconds / 86_400} days` : `${seconds / 60} minutes`
}
