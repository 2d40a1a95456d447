// Several drills in a world that takes its time, one after the other. What was measured before is handed on whatever becomes of the next:
// each takes its time, and its report is worth having.

import type { Drill } from '../model/fleet.ts'
import { Interrupted } from '../worlds/world.ts'
import type { DrillResult } from './result.ts'

export interface LiveDrills {
  /** Of those that came to their end. */
  readonly results: readonly DrillResult[]
  /** Somebody did not want to wait for the end of the one after them. */
  readonly interrupted?: Interrupted
  /** Why the one after them did not come to its end: a refusal, or a bug. */
  readonly failure?: unknown
}

export async function oneByOne(
  drills: readonly Drill[],
  run: (drill: Drill, index: number) => Promise<DrillResult>,
): Promise<LiveDrills> {
  const results: DrillResult[] = []
  try {
    for (const [index, drill] of drills.entries()) results.push(await run(drill, index))
    return { results }
  } catch (error) {
    return error instanceof Interrupted ? { results, interrupted: error } : { results, failure: error }
  }
}
