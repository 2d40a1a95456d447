import type { TargetCheck } from '../../../../timers/load-balancer.ts'
import type { Hop } from '../conditions.ts'
import type { Destination } from '../dial.ts'

/**
 * A copy of an app and what stands in front of it: the public door follows the API as a load balancer does, the one on the LAN what the
 * site last heard. Times are those of the document, to be divided by the speed.
 */
export interface DoorConfig {
  readonly app: string
  readonly site: string
  readonly cluster: string
  readonly namespace: string
  /** Undefined where a chart names it: every Service of the namespace. */
  readonly service: string | undefined
  /** Labels of its pods. Undefined where a chart chooses them: every pod of the namespace. */
  readonly pods: Readonly<Record<string, string>> | undefined
  readonly kind: 'balancer' | 'proxy'
  /** At its site, or in the Region on the far side of the link. */
  readonly stands: 'here' | 'region'
  /** Port of the API server. */
  readonly api: number
  /** Of each site with nodes of the cluster, the way to its API server. */
  readonly ways: readonly SiteWay[]
  /** Of these, whose nodes may run the load balancer's controller; the first that can does. */
  readonly controllers: readonly string[]
  /** The Ingress that the load balancer is made for: deleted, it goes along. */
  readonly ingress: string | undefined
  /** Undefined where nobody is let in: its pods are counted all the same. */
  readonly public: Destination | undefined
  readonly lan: Omit<Destination, 'crosses'> | undefined
  /** By site of a pod: what lies between the door and it. */
  readonly toPods: Readonly<Record<string, readonly Hop[]>>
  readonly check: TargetCheck
  /** Sites one of which must answer it names within the cluster, with the way there; empty: it asks nobody. */
  readonly clusterDns: readonly { readonly site: string; readonly crosses: readonly Hop[] }[]
  /** From a container that is started to one that answers. */
  readonly startupSeconds: number
}

export interface SiteWay {
  readonly site: string
  /** Port of its link. */
  readonly port: number
  readonly crosses: readonly Hop[]
}

/** Cut: the load balancer's API takes no registrations. What it knows already it goes on with. */
export const registrationsOf = (site: string): Hop => `site/${site}/registrations`

/** Nodes that have no power, or are not booted yet, by this label. */
export const offLabel = 'skerry.dev/off'

/**
 * Asked of a public door, it answers for the load balancer itself and not for its app, over whatever is cut: 200 while it calls a target
 * healthy, else 503, with both counts as JSON. So an alias record, and an alarm, look at it.
 */
export const targetsPath = '/.skerry/targets'

export interface TargetsAnswer {
  readonly targets: number
  readonly healthy: number
}
