// skerry down: ends what `up` started on this machine, and removes all that it wrote.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { folderHere, onlyLocal, sourceOf } from './local.ts'

interface Options extends FleetOptions {
  readonly on: On
}

export const down: Verb<Options> = async (shell, inputs, options) => {
  onlyLocal(options.on)
  const skerry = await import('../../index.ts')
  const local = await skerry.localWorld()
  // without a state there may still be engines, if somebody removed it by hand: then the name of the fleet leads to them
  const folder =
    (await folderHere(shell, inputs, options)) ??
    (await shell.whole(inputs).then(
      ({ name }) => local.folderOf(shell.env, name, sourceOf(shell, inputs, options)),
      () => undefined,
    ))
  const report =
    folder === undefined ? undefined : await local.down({ folder, say: shell.terminal.say, now: () => new Date() })
  shell.terminal.answer(skerry.downText(report))
  return exit.done
}
