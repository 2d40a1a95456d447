// skerry up --on real: the plan on AWS and on the floors on premises, as it was reviewed or as the fleet says now.

import { readFileSync, statSync } from 'node:fs'
import { Refusal } from '../../model/refusal.ts'
import type { RealReport } from '../../worlds/real/report.ts'
import type { UpOptions } from '../../worlds/real/up.ts'
import type { Shell } from '../command.ts'
import { consentOf } from '../consent.ts'
import type { ExitCode } from '../exit.ts'
import { exit } from '../exit.ts'
import { onInterrupt } from '../interrupt.ts'
import { realWatch } from '../real-watch.ts'
import type { FleetOptions } from '../shell.ts'
import { sourceOf } from './local.ts'
import { ledgerOf, refuseFlagsOfLocal } from './of-world.ts'

export interface RealOptions extends FleetOptions {
  readonly yes?: boolean
  readonly protectOff?: readonly string[]
  readonly ledger?: string
  readonly takeOver?: boolean
  readonly atOnce?: string
  readonly onlyPreflight?: boolean
  readonly retain?: readonly string[]
  readonly output?: 'text' | 'json'
}

export async function upReal(shell: Shell, inputs: readonly string[], options: RealOptions): Promise<ExitCode> {
  refusePart(shell)
  refuseFlagsOfLocal(options, 'up')
  const skerry = await import('../../index.ts')
  const [file] = inputs
  const saved = inputs.length === 1 && file !== undefined ? planIn(file) : undefined
  const reviewed = saved === undefined ? undefined : skerry.readPlan(saved)
  const named = reviewed === undefined ? inputs : []
  const fleet = await shell.whole(named)
  const errors = skerry.check(fleet, shell.today).filter((it) => it.severity === 'error' && it.accepted === undefined)
  if (errors.length > 0)
    throw new Refusal(
      'refused',
      `check finds ${errors.length} error${errors.length === 1 ? '' : 's'}: nothing was changed`,
      'skerry check says what they are, and how to accept one with a reason',
    )
  return carriedOut(shell, options, async (run) => {
    const real = await skerry.realWorld()
    return real.up({
      plan: skerry.plan(fleet),
      digest: skerry.fleetDigest(fleet),
      env: shell.env,
      folder: real.realFolderOf(shell.env, fleet.name, sourceOf(shell, named, options)),
      ...(reviewed !== undefined && { reviewed }),
      ...(options.onlyPreflight !== undefined && { onlyPreflight: options.onlyPreflight }),
      ...run,
    })
  })
}

export async function downReal(shell: Shell, inputs: readonly string[], options: RealOptions): Promise<ExitCode> {
  refusePart(shell)
  refuseFlagsOfLocal(options, 'down')
  for (const it of options.retain ?? [])
    if (!/^[^/]+\/[^/]+$/.test(it))
      throw new Refusal('usage', `--retain ${it} names no resource of a stack`, 'write it as --retain STACK/RESOURCE')
  const skerry = await import('../../index.ts')
  const fleet = await shell.whole(inputs)
  return carriedOut(shell, options, async (run) => {
    const real = await skerry.realWorld()
    return real.down({
      plan: skerry.plan(fleet),
      env: shell.env,
      folder: real.realFolderOf(shell.env, fleet.name, sourceOf(shell, inputs, options)),
      ...(options.retain !== undefined && { retain: options.retain }),
      ...run,
    })
  })
}

async function carriedOut(
  shell: Shell,
  options: RealOptions,
  run: (
    with_: Pick<UpOptions, 'consent' | 'watch' | 'signal' | 'ledger' | 'takeOver' | 'atOnce'>,
  ) => Promise<RealReport>,
): Promise<ExitCode> {
  const { takeOver } = options
  const ledger = ledgerOf(shell, options)
  const watch = realWatch(shell)
  const stop = new AbortController()
  const over = onInterrupt(() => {
    watch.quiet()
    shell.terminal.say('Nothing more is begun; what is in flight goes on where it is. Again: end at once.')
    stop.abort()
  })
  try {
    const atOnce = atOnceOf(options.atOnce)
    const report = await run({
      consent: consentOf(shell, options, { quiet: watch.quiet, signal: stop.signal }),
      watch,
      signal: stop.signal,
      ...(ledger !== undefined && { ledger }),
      ...(takeOver !== undefined && { takeOver }),
      ...(atOnce !== undefined && { atOnce }),
    })
    watch.over()
    const { realText, realJson } = await import('../../index.ts')
    shell.terminal.answer(options.output === 'json' ? realJson(report) : realText(report))
    return exitOfRun[report.ended]
  } finally {
    watch.over()
    over()
  }
}

const exitOfRun = {
  done: exit.done,
  looked: exit.done,
  failed: exit.world,
  interrupted: exit.interrupted,
  refused: exit.refused,
  declined: exit.refused,
} satisfies Record<RealReport['ended'], ExitCode>

/** A part of a fleet cannot be told from one that lost the rest: its names would be pointed away. */
function refusePart(shell: Shell): void {
  if (shell.narrowed)
    throw new Refusal(
      'usage',
      '--on real is for the whole fleet',
      'leave out -l, --site and --class: what is there already is only looked at',
    )
}

/** What `plan --save` wrote, whatever the file is called: a fleet may be JSON too, and says no steps. */
export function planIn(file: string): unknown {
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined
  const text = readFileSync(file, 'utf8')
  if (!/^\s*\{/.test(text)) return undefined
  try {
    const json = JSON.parse(text) as { readonly steps?: unknown; readonly apiVersion?: unknown }
    return Array.isArray(json.steps) && json.apiVersion === undefined ? json : undefined
  } catch (error) {
    // YAML may begin so too; a plan that was cut off does not become a fleet by it
    if (!/^\s*\{\s*"(?:version|digest|steps)"/.test(text)) return undefined
    throw new Refusal(
      'input',
      `${file} is no JSON: ${(error as Error).message}`,
      'name a plan written by skerry plan --save',
    )
  }
}

function atOnceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1 && value <= 64) return value
  throw new Refusal('usage', `--at-once is a number from 1 to 64, not ${text}`, 'such as --at-once 4')
}
