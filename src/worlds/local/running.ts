// Whether what a drill speaks of runs here: of a fleet only a part may have been brought up.

import type { Drill } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import { listed } from '../../model/words.ts'
import type { LocalState } from './state.ts'

/** What is drilled, and judged, is the fleet as it is declared; what runs is the fleet as it was when it was brought up. */
export function requireUnchanged(digest: string, { digest: broughtUp }: Pick<LocalState, 'digest'>): void {
  if (broughtUp === undefined || broughtUp === digest) return
  throw new Refusal(
    'refused',
    'the fleet changed since it was brought up: what runs is not what would be judged',
    'bring what changed up: skerry up',
  )
}

/** Clusters that the drill needs and that do not run are refused. A host of a federation runs nothing but Karmada, which runs. */
export function requireRunning(
  { name }: Pick<Drill, 'name'>,
  needed: readonly string[],
  { expected }: Pick<LocalState, 'expected'>,
): void {
  const running = new Set([...Object.keys(expected.clusters), ...Object.keys(expected.hosts)])
  const missing = needed.filter((cluster) => !running.has(cluster))
  if (missing.length === 0) return
  throw new Refusal(
    'refused',
    `the drill ${name} needs ${listed(missing)}, which ${missing.length === 1 ? 'does' : 'do'} not run`,
    `bring ${missing.length === 1 ? 'it' : 'them'} up: skerry up --only ${[...running, ...missing].join(' ')}`,
  )
}
