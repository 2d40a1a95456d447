// skerry status: what runs, what does not, and what has not been heard of; once, or again and again.

import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../model/refusal.ts'
import type { Shell, Verb } from '../command.ts'
import { exit } from '../exit.ts'
import { onInterrupt } from '../interrupt.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { folderHere } from './local.ts'
import { statusReal } from './status-real.ts'

interface Options extends FleetOptions {
  readonly on: On
  readonly output: 'text' | 'json' | 'prometheus'
  readonly watch?: boolean
  readonly interval: string
  readonly drift?: boolean
  readonly ledger?: string
}

export const status: Verb<Options> = async (shell, inputs, options) => {
  const seconds = intervalOf(options)
  if (options.on === 'real') return statusReal(shell, inputs, options, seconds)
  if (options.drift === true)
    throw new Refusal('usage', '--drift is for --on real', 'on this machine skerry up puts back what differs')
  const skerry = await import('../../index.ts')
  const { status: look } = await skerry.localWorld()
  const folder = await folderHere(shell, inputs, options)
  const now = () => new Date()
  const found = async () => (folder === undefined ? undefined : look(folder, now, digest()))
  let read: Promise<string | undefined> | undefined
  const digest = () => {
    read ??= digestNow(shell, inputs, options)
    return read
  }
  const { terminal } = shell

  if (options.watch !== true) {
    const seen = await found()
    if (options.output === 'json') terminal.answer(skerry.localStatusJson(seen))
    else if (options.output === 'prometheus')
      terminal.answer(skerry.localStatusPrometheus(seen, (moment) => Date.parse(moment) / 1_000))
    else terminal.answer(seen === undefined ? nothing : skerry.localStatusText(seen))
    return exit.done
  }

  const ended = new AbortController()
  onInterrupt(() => ended.abort())
  const screen = options.output === 'text' ? terminal.screen() : undefined
  try {
    while (!ended.signal.aborted) {
      const seen = await found()
      if (ended.signal.aborted) break
      if (options.output === 'json') terminal.answer(skerry.localStatusLine(seen))
      else if (screen === undefined) terminal.answer(seen === undefined ? nothing : skerry.localStatusBrief(seen))
      else screen.draw(seen === undefined ? nothing : skerry.localStatusText(seen))
      await pause(seconds * 1_000, undefined, { signal: ended.signal }).catch(() => undefined)
    }
  } finally {
    screen?.over()
  }
  return exit.done
}

/** Undefined where the fleet cannot be read by now: what runs is told all the same. As it was when the first look was asked for. */
async function digestNow(shell: Shell, inputs: readonly string[], options: Options): Promise<string | undefined> {
  if ([...inputs, ...(options.file ?? [])].includes('-')) return undefined
  try {
    const { fleetDigest } = await import('../../index.ts')
    return fleetDigest(await shell.whole(inputs))
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

const nothing = 'nothing of this fleet runs on this machine'

function intervalOf({ interval, watch, output }: Options): number {
  const seconds = Number(interval)
  if (watch === true && output === 'prometheus')
    throw new Refusal(
      'usage',
      '--watch and -o prometheus do not go together: Prometheus asks by itself',
      'print it once, such as from a timer into a file that the node exporter reads',
    )
  if (Number.isFinite(seconds) && seconds >= 0.2 && seconds <= 3_600) return seconds
  throw new Refusal('usage', `--interval takes seconds from 0.2 to 3600, not ${interval}`, 'such as --interval 5')
}
