import type { Hop } from '../conditions.ts'

/** A way for connections: whoever connects to `listen` on the loopback talks to `target` there, as long as no hop is cut. */
export interface LinkConfig {
  /** Such as `site/los-angeles>cluster/oregon`. */
  readonly id: string
  readonly listen: number
  readonly target: number
  readonly crosses: readonly Hop[]
}
