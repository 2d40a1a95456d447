// skerry failback: an app goes back to where the fleet declares it, without a gap.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { folderHere, nothingHere, onlyLocal } from './local.ts'

interface Options extends FleetOptions {
  readonly on: On
  readonly output: 'text' | 'json'
  readonly dryRun?: boolean
}

export const failback: Verb<Options> = async (shell, [app = ''], options) => {
  onlyLocal(options.on)
  const skerry = await import('../../index.ts')
  const folder = await folderHere(shell, [], options)
  if (folder === undefined) throw nothingHere('skerry up')
  const report = await (await skerry.localWorld()).failback({
    folder,
    app,
    dryRun: options.dryRun === true,
    say: shell.terminal.say,
    now: () => new Date(),
  })
  shell.terminal.answer(options.output === 'json' ? skerry.failbackJson(report) : skerry.failbackText(report))
  return report.moves.some(({ seen }) => seen !== undefined && seen.gapSeconds > 0) ? exit.found : exit.done
}
