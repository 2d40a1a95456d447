// What the process outside is configured with: plain data, made from the plan by `outsideOf`, written to a file for a start and sent to
// the process when it runs.

import type { AudienceConfig } from './audiences/config.ts'
import type { DnsConfig } from './dns/config.ts'
import type { DoorConfig } from './doors/config.ts'
import type { LinkConfig } from './links/config.ts'
import type { RepositoriesConfig } from './repositories/config.ts'

export interface OutsideConfig {
  readonly version: 1
  readonly fleet: string
  /** By which constants are shortened. */
  readonly speed: number
  /** The folder of the certificates with which API servers are asked. */
  readonly pki: string
  readonly links: readonly LinkConfig[]
  readonly doors: readonly DoorConfig[]
  readonly dns: DnsConfig | undefined
  readonly audiences: readonly AudienceConfig[]
  readonly repositories: RepositoriesConfig | undefined
}
