// Which seeds a drill runs with. All are names that can be typed again.

import { createHash } from 'node:crypto'
import type { Drill, Fleet } from '../model/fleet.ts'

/** The seed of the run that is shown: the one asked for, that of the drill, or four hex digits made from the names. */
export function shownSeed(fleet: Fleet, drill: Drill, asked: string | undefined): string {
  return asked ?? drill.seed ?? createHash('sha256').update(`${fleet.name}/${drill.name}`).digest('hex').slice(0, 4)
}

/** The shown seed first, then one for each further run. */
export function seedsOf(shown: string, runs: number): readonly string[] {
  return [shown, ...Array.from({ length: runs }, (_, index) => `${shown}-${index + 1}`)]
}
