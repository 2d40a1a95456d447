// skerry kubeconfig: the way into a cluster of this machine, or into Karmada.

import { existsSync, readFileSync } from 'node:fs'
import { Refusal } from '../../model/refusal.ts'
import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import { writeWhole } from '../write-whole.ts'
import { folderHere, nothingHere } from './local.ts'

interface Options extends FleetOptions {
  readonly out?: string
}

export const kubeconfig: Verb<Options> = async (shell, [name = ''], options) => {
  const { localWorld } = await import('../../index.ts')
  const local = await localWorld()
  const folder = await folderHere(shell, [], options)
  const state = folder === undefined ? undefined : local.readState(folder)
  if (folder === undefined || state === undefined) throw nothingHere(`skerry up --only ${name}`)
  const text = local.kubeconfig(folder, state, name)
  if (options.out === undefined) shell.terminal.answer(text)
  else {
    // a careless --out ~/.kube/config must not cost all that is in there
    if (existsSync(options.out) && !readFileSync(options.out, 'utf8').startsWith(local.kubeconfigMark))
      throw new Refusal(
        'refused',
        `${options.out} is there, and was not written by skerry kubeconfig`,
        'name another file, and say export KUBECONFIG=THAT:~/.kube/config to have both',
      )
    writeWhole(options.out, text)
    shell.terminal.say(`Wrote ${options.out}, for its owner only: it holds a key.`)
  }
  return exit.done
}
