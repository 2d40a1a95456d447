// What the runbook says of one step, and what it may ask of the files beside it.

import type { IntentValue } from '../../model/plan.ts'
import type { ChartInstall } from '../without-flux.ts'

export interface Instructions {
  /** Typed as they stand, one to a line. */
  readonly commands: readonly string[]
  /** Those that only look, for what exists already; left out, all of them. */
  readonly look?: readonly string[]
  /** Where no command of its own does it. */
  readonly note?: string
  /** Values for stacks or machines of the reader's own; undefined where the commands do it all. */
  readonly takeOver?: Readonly<Record<string, IntentValue>>
}

/** What the files beside the runbook hold. */
export interface Written {
  /** Charts that are installed by hand, where no Flux does it. */
  readonly installs: readonly ChartInstall[]
  readonly folderOf: (app: string, siteOrFederation: string) => string | undefined
  /** The folder of a bundle on a cluster, or for a federation. */
  readonly folderOfBundle: (bundle: string, clusterOrFederation: string) => string | undefined
  /** Names of the values of `fleet-values` that the files for a cluster ask for. */
  readonly valuesOf: (cluster: string) => readonly string[]
  /** What stands for `${name}` in a folder, as its only target says; Flux would fill it in. */
  readonly filledIn: (folder: string) => Readonly<Record<string, string>>
}
