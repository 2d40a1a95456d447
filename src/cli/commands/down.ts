// skerry down: ends what `up` started on this machine, and removes all that it wrote.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { folderHere, sourceOf } from './local.ts'
import { refuseFlagsOfReal } from './of-world.ts'
import type { RealOptions } from './up-real.ts'

interface Options extends FleetOptions, RealOptions {
  readonly on: On
  readonly all?: boolean
}

export const down: Verb<Options> = async (shell, inputs, options) => {
  if (options.on === 'real') return (await import('./up-real.ts')).downReal(shell, inputs, options)
  refuseFlagsOfReal(options, 'down')
  const skerry = await import('../../index.ts')
  const local = await skerry.localWorld()
  const source = sourceOf(shell, inputs, options)
  const end = (folder: string) => local.down({ folder, say: shell.terminal.say, now: () => new Date() })
  if (options.all === true) {
    const folders = local.foldersAt(shell.env, source)
    for (const folder of folders) shell.terminal.answer(skerry.downText(await end(folder), local.fleetOf(folder)))
    if (folders.length === 0) shell.terminal.answer(skerry.downText(undefined))
    return exit.done
  }
  // without a state there may still be engines, if somebody removed it by hand: then the name of the fleet leads to them
  const folder =
    (await folderHere(shell, inputs, options)) ??
    (await shell.whole(inputs).then(
      ({ name }) => local.folderOf(shell.env, name, source),
      () => undefined,
    ))
  shell.terminal.answer(skerry.downText(folder === undefined ? undefined : await end(folder)))
  const beside = local.besideAt(shell.env, source, folder)
  if (beside.length > 0) shell.terminal.say(skerry.besideText(beside))
  return exit.done
}
