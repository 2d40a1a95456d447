// skerry drill NAME --compare twin,local: what was measured on the engines of this machine beside many runs of the twin.

import type { DrillComparison, DrillResult } from '../../index.ts'
import type { Fleet } from '../../model/fleet.ts'
import { Refusal } from '../../model/refusal.ts'
import type { Shell } from '../command.ts'
import type { FleetOptions } from '../shell.ts'
import { folderHere } from './local.ts'

/** Two worlds, of which the twin is one, in any order. */
export function requireTwinAndLocal(worlds: string): void {
  if (worlds.split(',').sort().join(',') === 'local,twin') return
  throw new Refusal(
    'usage',
    `--compare takes twin,local, not ${worlds}`,
    'the drill is measured on the engines of this machine, and held against the twin',
  )
}

export async function compared(
  shell: Shell,
  fleet: Fleet,
  drills: Fleet['drills'],
  results: readonly DrillResult[],
  options: FleetOptions,
): Promise<readonly DrillComparison[]> {
  const skerry = await import('../../index.ts')
  const plan = skerry.plan(fleet)
  const folder = await folderHere(shell, [], options)
  const uids = folder === undefined ? {} : await (await skerry.localWorld()).templateUids(plan, folder)
  return results.flatMap(({ drill: { name }, timeline, live }) => {
    const drill = drills.find((one) => one.name === name)
    return drill === undefined || live === undefined
      ? []
      : [
          skerry.compareDrill(plan, drill, timeline, {
            ...{ uids, speed: live.speed, endedAt: live.endedAt, skerry: shell.version },
          }),
        ]
  })
}
