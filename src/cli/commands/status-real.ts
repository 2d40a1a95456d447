// skerry status --on real: what is there in the cloud and on the floors, once, or again and again.

import { setTimeout as pause } from 'node:timers/promises'
import type { Shell } from '../command.ts'
import type { ExitCode } from '../exit.ts'
import { exit } from '../exit.ts'
import { onInterrupt } from '../interrupt.ts'
import type { FleetOptions } from '../shell.ts'
import { sourceOf } from './local.ts'
import { ledgerOf } from './of-world.ts'

interface Options extends FleetOptions {
  readonly output: 'text' | 'json' | 'prometheus'
  readonly watch?: boolean
  readonly drift?: boolean
  readonly ledger?: string
}

export async function statusReal(
  shell: Shell,
  inputs: readonly string[],
  options: Options,
  seconds: number,
): Promise<ExitCode> {
  const skerry = await import('../../index.ts')
  const real = await skerry.realWorld()
  const fleet = await shell.whole(inputs)
  const folder = real.realFolderOf(shell.env, fleet.name, sourceOf(shell, inputs, options))
  const ground = real.groundToLook({ plan: skerry.plan(fleet), env: shell.env, folder, role: 'plan' })
  const ledger = ledgerOf(shell, options)
  const look = () =>
    real.realStatus(ground, {
      names: { ask: true },
      ...(ledger !== undefined && { ledger }),
      ...(options.drift === true && { driftOf: real.driftOf }),
    })
  const { terminal } = shell
  const epochSeconds = (moment: string): number => Date.parse(moment) / 1_000
  try {
    if (options.watch !== true) {
      const seen = await look()
      if (options.output === 'json') terminal.answer(skerry.realStatusJson(seen))
      else if (options.output === 'prometheus') terminal.answer(skerry.realStatusPrometheus(seen, epochSeconds))
      else terminal.answer(skerry.realStatusText(seen))
      return exit.done
    }
    const ended = new AbortController()
    const over = onInterrupt(() => ended.abort())
    const screen = options.output === 'text' ? terminal.screen() : undefined
    try {
      while (!ended.signal.aborted) {
        const seen = await look()
        if (ended.signal.aborted) break
        if (options.output === 'json') terminal.answer(skerry.realStatusLine(seen))
        else if (screen === undefined) terminal.answer(skerry.realStatusBrief(seen))
        else screen.draw(skerry.realStatusText(seen))
        await pause(seconds * 1_000, undefined, { signal: ended.signal }).catch(() => undefined)
      }
    } finally {
      screen?.over()
      over()
    }
    return exit.done
  } finally {
    ground.close()
  }
}
