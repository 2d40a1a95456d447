// Flags that say something of one world only: in another one they would be passed over in silence, and more would be done, or elsewhere, than
// was asked for.

import { Refusal } from '../../model/refusal.ts'
import type { Shell } from '../command.ts'

type Given = Readonly<Record<string, unknown>>

const flags: Readonly<Record<string, string>> = {
  atOnce: '--at-once',
  ledger: '--ledger',
  onlyPreflight: '--only-preflight',
  protectOff: '--protect-off',
  retain: '--retain',
  takeOver: '--take-over',
  all: '--all',
  only: '--only',
  speed: '--speed',
}

/** `--yes` is harmless where nothing is asked. */
const ofReal = ['atOnce', 'ledger', 'onlyPreflight', 'protectOff', 'retain', 'takeOver']

const firstOf = (options: object, names: readonly string[]): string | undefined => {
  const name = names.find((it) => (options as Given)[it] !== undefined)
  return name === undefined ? undefined : flags[name]
}

export function refuseFlagsOfReal(options: object, verb: string): void {
  const flag = firstOf(options, ofReal)
  if (flag === undefined) return
  throw new Refusal(
    'usage',
    `${flag} is for --on real, and this ${verb} is not: nothing was done`,
    `skerry ${verb} --on real, where real places are meant; else leave ${flag} out`,
  )
}

/** A real fleet is carried out as a whole, and every folder of it by itself. */
export function refuseFlagsOfLocal(options: object, verb: string): void {
  const flag = firstOf(options, ['only', 'speed', 'all'])
  if (flag === undefined) return
  throw new Refusal(
    'usage',
    `${flag} is for this machine, and this ${verb} is --on real, which is for the whole fleet: nothing was done`,
    `leave ${flag} out${flag === '--only' ? '; skerry up --on real --only-preflight only looks' : ''}`,
  )
}

/** Of one fleet the same for every verb: a drill that looked elsewhere for the lock would meet an up. */
export function ledgerOf(
  shell: Shell,
  { ledger = shell.env.SKERRY_LEDGER }: { readonly ledger?: string },
): string | undefined {
  return ledger === '' ? undefined : ledger
}
