import type { Hop } from '../conditions.ts'

/** Zones as Route 53 would hold them. */
export interface DnsConfig {
  /** UDP and TCP on 127.0.0.1. */
  readonly port: number
  readonly records: readonly RecordConfig[]
  readonly checks: readonly CheckConfig[]
  /** From a verdict to all name servers, at most; seconds of the document. */
  readonly propagationSeconds: number
}

export interface RecordConfig {
  readonly name: string
  readonly app: string
  /** The copy that it leads to. */
  readonly site: string
  readonly address: string
  readonly ttlSeconds: number
  readonly routing:
    | { readonly kind: 'simple' | 'multivalue' }
    | { readonly kind: 'failover'; readonly role: 'PRIMARY' | 'SECONDARY' }
    | { readonly kind: 'weighted'; readonly weight: number }
    | { readonly kind: 'latency'; readonly region: string }
    | { readonly kind: 'geolocation'; readonly location: string }
  /** Of `checks`; undefined: always healthy, or as the target group is. */
  readonly check?: string
  /** An alias that follows the health of the load balancer's targets. */
  readonly evaluateTargetHealth: boolean
}

export interface CheckConfig {
  readonly id: string
  readonly app: string
  readonly site: string
  /** Where the door listens in truth; `port` is what the declaration says. */
  readonly address: string
  readonly doorPort: number
  readonly port: number
  readonly path: string
  readonly protocol: 'http' | 'https' | 'tcp'
  readonly intervalSeconds: number
  readonly failureThreshold: number
  readonly checkers: number
  readonly crosses: readonly Hop[]
}
