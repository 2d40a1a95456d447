// skerry up: the plan, carried out on this machine, or on real places.

import type { Verb } from '../command.ts'
import { exit } from '../exit.ts'
import type { FleetOptions } from '../shell.ts'
import type { On } from './local.ts'
import { sourceOf } from './local.ts'
import { refuseFlagsOfReal } from './of-world.ts'
import type { RealOptions } from './up-real.ts'

interface Options extends FleetOptions, RealOptions {
  readonly on: On
  readonly only?: readonly string[]
  readonly speed?: string
  readonly output: 'text' | 'json'
}

export const up: Verb<Options> = async (shell, inputs, options) => {
  if (options.on === 'real') return (await import('./up-real.ts')).upReal(shell, inputs, options)
  refuseFlagsOfReal(options, 'up')
  const fleet = await shell.whole(inputs)
  const skerry = await import('../../index.ts')
  const errors = skerry.check(fleet, shell.today).filter((it) => it.severity === 'error' && it.accepted === undefined)
  if (errors.length > 0)
    shell.terminal.say(
      `check finds ${errors.length} error${errors.length === 1 ? '' : 's'}: what runs on this machine would not run where it is meant to\n  next  skerry check`,
    )
  const local = await skerry.localWorld()
  const source = sourceOf(shell, inputs, options)
  const narrowed = shell.narrowed ? (await shell.narrow(fleet)).clusters.map(({ name }) => name) : undefined
  const folder = local.folderOf(shell.env, fleet.name, source)
  const beside = local.besideAt(shell.env, source, folder)
  if (beside.length > 0) shell.terminal.say(skerry.besideText(beside))
  const report = await local.up({
    plan: skerry.plan(fleet),
    digest: skerry.fleetDigest(fleet),
    only: options.only?.flatMap((names) => names.split(',')) ?? narrowed,
    folder,
    source,
    engines: local.enginesOfMachine(shell.env),
    ...(options.speed !== undefined && { speed: local.speedOf(options.speed) }),
    say: shell.terminal.say,
    now: () => new Date(),
  })
  shell.terminal.answer(options.output === 'json' ? skerry.upJson(report) : skerry.upText(fleet.name, report))
  return exit.done
}
