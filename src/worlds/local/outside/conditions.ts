// What is bad in the world outside the clusters right now. A connection crosses hops; a hop may be cut, or late. A fault says which hops
// it takes, and everything else follows: links between engines, front doors, health checkers and users all look here.

/**
 * `site/NAME/serviceLink`: between a site and control planes elsewhere, Git and registries; `site/NAME/internet`: the way of users and
 * public checkers; `site/NAME/power`: all that enters or leaves; `cluster/NAME/controlPlane`: into its API; `git`; `registry`.
 */
export type Hop = string

export const serviceLinkOf = (site: string): Hop => `site/${site}/serviceLink`
export const internetOf = (site: string): Hop => `site/${site}/internet`
export const powerOf = (site: string): Hop => `site/${site}/power`
export const controlPlaneHopOf = (cluster: string): Hop => `cluster/${cluster}/controlPlane`
export const gitHop: Hop = 'git'
export const registryHop: Hop = 'registry'

export interface HopState {
  /** Packets vanish, or connections are refused. */
  readonly cut?: 'blackhole' | 'refuse'
  /** Real seconds by which answers are later. */
  readonly lateSeconds?: number
}

export interface Conditions {
  readonly hops: Readonly<Record<Hop, HopState>>
  /** Copies (`app/site`) that answer that many real seconds later. */
  readonly late: Readonly<Record<string, number>>
  /** Copies (`app/site`) whose public health check asks another port, where nobody listens. */
  readonly checkPorts: Readonly<Record<string, number>>
}

export const allWell: Conditions = { hops: {}, late: {}, checkPorts: {} }

export const copyKey = (app: string, site: string): string => `${app}/${site}`

export interface WayState {
  readonly cut?: 'blackhole' | 'refuse'
  readonly lateSeconds: number
}

/** The way over several hops: cut as its worst hop is, as late as all of them together. A black hole hides a refusal behind it. */
export function wayOver(conditions: Conditions, crosses: readonly Hop[]): WayState {
  const states = crosses.flatMap((hop) => conditions.hops[hop] ?? [])
  const lateSeconds = states.reduce((sum, state) => sum + (state.lateSeconds ?? 0), 0)
  const cut = states.some((state) => state.cut === 'blackhole')
    ? 'blackhole'
    : states.some((state) => state.cut === 'refuse')
      ? 'refuse'
      : undefined
  return cut === undefined ? { lateSeconds } : { cut, lateSeconds }
}
