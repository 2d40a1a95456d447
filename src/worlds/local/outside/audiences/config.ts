import type { Hop } from '../conditions.ts'

/** Users of one app at one location: they resolve with caches and fetch. */
export interface AudienceConfig {
  readonly app: string
  readonly audience: string
  readonly host: string
  /** Of the name server; undefined for users on the LAN of a site, who know its door. */
  readonly dnsPort?: number
  readonly doors: readonly {
    readonly site: string
    readonly address: string
    readonly port: number
    readonly crosses: readonly Hop[]
  }[]
  /** Resolvers that keep to the TTL, their phases spread evenly. */
  readonly resolvers: number
  /** Share of users whose resolver keeps answers longer. */
  readonly violators: number
  /** Where they are, for latency and geolocation records. */
  readonly location?: { readonly continent?: string; readonly country?: string; readonly regions?: readonly string[] }
}
