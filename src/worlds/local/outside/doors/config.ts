import type { TargetCheck } from '../../../../timers/load-balancer.ts'
import type { Hop } from '../conditions.ts'

/** The two front doors of a copy of an app: the public one follows the API, the one on the LAN what the site last heard. */
export interface DoorConfig {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  readonly service: string
  readonly kind: 'balancer' | 'proxy'
  /** Ports of the API server: directly, and as the site hears it, through its link. */
  readonly api: number
  readonly apiFromSite: number
  /** The nodes of the site, by this label. */
  readonly nodesWith: Readonly<Record<string, string>>
  readonly public: { readonly address: string; readonly port: number; readonly crosses: readonly Hop[] }
  readonly lan: { readonly address: string; readonly port: number }
  /** Between the load balancer and the pods. */
  readonly toPods: readonly Hop[]
  /** In seconds of the document, to be divided by the speed. */
  readonly check: TargetCheck
}
