// Worlds beside that of a fleet: others that were read from the same folder and still run, such as this fleet under the name that it had
// before. They are found by what their engines carry, so that one without a state counts too.

import { fleetOf, foldersAt } from './folder.ts'
import { orphansOf } from './state.ts'

export interface Beside {
  readonly fleet: string
  readonly folder: string
  /** That run. */
  readonly engines: number
}

/** `folder`: the one that is not beside itself. */
export const besideAt = (env: NodeJS.ProcessEnv, source: string, folder: string | undefined): readonly Beside[] =>
  foldersAt(env, source)
    .filter((other) => other !== folder)
    .map((other) => ({
      fleet: fleetOf(other),
      folder: other,
      engines: orphansOf(other).length,
    }))
    .filter(({ engines }) => engines > 0)
