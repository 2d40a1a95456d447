// skerry logs: what the engines of a cluster say; all of it, and with --follow what comes.

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import { folderHere, nothingHere } from './local.ts'

interface Options extends FleetOptions {
  readonly follow?: boolean
}

export const logs: Verb<Options> = async (shell, [name = '', engine], options) => {
  const { localWorld } = await import('../../index.ts')
  const local = await localWorld()
  const folder = await folderHere(shell, [], options)
  const state = folder === undefined ? undefined : local.readState(folder)
  if (folder === undefined || state === undefined) throw nothingHere(`skerry up --only ${name}`)
  const files = local.logFiles(folder, state, name, engine)
  const read = files.map(() => 0)
  // with several engines each line says whose it is
  const width = files.length > 1 ? Math.max(...files.map((file) => file.engine.length)) : 0
  for (;;) {
    for (const [index, file] of files.entries()) {
      const size = statSync(file.path, { throwIfNoEntry: false })?.size ?? 0
      // cut since the last look
      const from = size < (read[index] ?? 0) ? 0 : (read[index] ?? 0)
      const text = size > from ? part(file.path, from, size) : ''
      read[index] = size
      if (text !== '')
        shell.terminal.answer(
          width === 0
            ? text
            : text
                .trimEnd()
                .split('\n')
                .map((line) => `${file.engine.padEnd(width)}  ${line}`)
                .join('\n'),
        )
    }
    if (options.follow !== true) return exit.done
    await pause(300)
  }
}

function part(path: string, from: number, to: number): string {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(to - from)
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, to - from, from))
  } finally {
    closeSync(file)
  }
}
