// Zones, records and health checks as Route 53 would hold them, and who asks: plain data. Seconds are those of the document, to be
// divided by the speed.

import type { Hop } from '../conditions.ts'
import type { Destination } from '../dial.ts'

export interface DnsConfig {
  /** UDP and TCP on 127.0.0.1. */
  readonly port: number
  /** Their names: for these the server speaks with authority. */
  readonly zones: readonly string[]
  readonly records: readonly RecordConfig[]
  /** Names that stand for another one. */
  readonly aliases: readonly AliasConfig[]
  readonly checks: readonly CheckConfig[]
  /** Users by where they are: the name servers near each of them hear of a verdict in their own time. */
  readonly audiences: readonly DnsAudience[]
  /** From a verdict to all name servers, at most. */
  readonly propagationSeconds: number
  /** Names for which a PowerDNS of this machine answers. What it says is asked all the time, told, and given to who asks here. */
  readonly powerDns?: { readonly port: number; readonly names: readonly HeldName[] }
}

export interface HeldName {
  readonly host: string
  readonly app: string
  /** Sites by address. */
  readonly sites: Readonly<Record<string, string>>
  /** Its answer while all of them are well: sites with commas between. */
  readonly well: string
}

export interface RecordConfig {
  readonly name: string
  readonly app: string
  /** The copy that it leads to. */
  readonly site: string
  readonly address: string
  readonly ttlSeconds: number
  readonly routing:
    | { readonly kind: 'simple' | 'multivalue' | 'latency' }
    | { readonly kind: 'failover'; readonly role: 'PRIMARY' | 'SECONDARY' }
    | { readonly kind: 'weighted'; readonly weight: number }
    /** A country, a continent, or `*`. */
    | { readonly kind: 'geolocation'; readonly location: string }
  /** Of `checks`; undefined: always healthy, or as the targets are. */
  readonly check?: string
  /** A server of one's own answers with what it found itself: a verdict has no way to go. */
  readonly atOnce?: true
  /** The load balancer that the record stands for and whose targets' health it follows. */
  readonly targets?: Destination
}

/** Within its zone an alias gives the other name's answer; across zones a CNAME names it. */
export interface AliasConfig {
  readonly name: string
  readonly to: string
  readonly kind: 'alias' | 'cname'
  readonly ttlSeconds: number
}

export interface CheckConfig {
  readonly id: string
  readonly app: string
  readonly site: string
  readonly host: string
  /**
   * `alarm`: it follows the load balancer's count of healthy targets, minute by minute, where no checker has a way to it. `server`: the one
   * checker of a PowerDNS, for which something of ours stands in; `powerdns`: that itself.
   */
  readonly by: 'checkers' | 'alarm' | 'server' | 'powerdns'
  /** Where the door listens in truth; `port` is what the declaration says. */
  readonly door: Destination
  readonly port: number
  readonly path: string
  readonly protocol: 'http' | 'https' | 'tcp'
  /** Must be in the first 5,120 bytes of the answer. */
  readonly contains?: string
  readonly intervalSeconds: number
  readonly failureThreshold: number
  readonly checkers: number
  /** Whether public checkers have a way to it at all. */
  readonly reached: boolean
  /** What takes the load balancer itself away, and its figures with it. */
  readonly standsOn: readonly Hop[]
}

export interface DnsAudience {
  readonly name: string
  /** How its queries are known: by the client subnet of EDNS, one address: `dig +subnet=198.18.0.3`. */
  readonly subnet: string
  readonly apps: readonly string[]
  /** Sites that records lead to by latency, the nearest first. */
  readonly near: readonly string[]
  /** Country, then continent. */
  readonly origins: readonly string[]
}

/** Of the users with that number: a network kept for measurements (RFC 2544), so that they are nobody's. */
export const subnetOf = (index: number): string =>
  `198.${18 + ((index >> 16) & 1)}.${(index >> 8) & 255}.${index & 255}`
