// skerry status: what runs, what does not, and what has not been heard of.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { folderHere, onlyLocal } from './local.ts'

interface Options extends FleetOptions {
  readonly on: On
  readonly output: 'text' | 'json'
}

export const status: Verb<Options> = async (shell, inputs, options) => {
  onlyLocal(options.on)
  const skerry = await import('../../index.ts')
  const folder = await folderHere(shell, inputs, options)
  const now = () => new Date()
  const found = folder === undefined ? undefined : await (await skerry.localWorld()).status(folder, now)
  if (options.output === 'json') shell.terminal.answer(skerry.localStatusJson(found))
  else
    shell.terminal.answer(
      found === undefined ? 'nothing of this fleet runs on this machine' : skerry.localStatusText(found),
    )
  return exit.done
}
