// The outside world as a verb is given it: made once per command, from the real process.

import { readFileSync } from 'node:fs'
import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Fleet } from '../model/fleet.ts'
import { Refusal } from '../model/refusal.ts'
import type { Shell } from './command.ts'
import { discoverOrRefuse } from './discover.ts'
import { terminal } from './terminal.ts'

/** What most verbs can be told about the fleet they are meant for. */
export interface FleetOptions {
  readonly file?: readonly string[]
  readonly label?: readonly string[]
  readonly site?: readonly string[]
  readonly class?: readonly string[]
}

const home = fileURLToPath(new URL('..', import.meta.url))
export const version = (JSON.parse(readFileSync(`${home}/package.json`, 'utf8')) as { version: string }).version

export function shellOf(options: FleetOptions, colour: boolean): Shell {
  const cwd = process.cwd()
  return {
    terminal: terminal(process.stdout, process.stderr, process.env, colour),
    env: process.env,
    cwd,
    home,
    today: new Date().toISOString().slice(0, 10),
    version,
    narrowed: [options.label, options.site, options.class].some((given) => given !== undefined),
    whole,
    narrow,
    fleet: async (inputs) => narrow(await whole(inputs)),
  }

  async function whole(inputs: readonly string[]): Promise<Fleet> {
    const { readFleet } = await import('../index.ts')
    const named = [...inputs, ...(options.file ?? [])]
    return readFleet((named.length === 0 ? [discoverOrRefuse(cwd)] : named).map((input) => shortest(cwd, input)))
  }

  async function narrow(fleet: Fleet): Promise<Fleet> {
    const { narrowFleet } = await import('../index.ts')
    return narrowFleet(fleet, {
      ...(options.label === undefined ? {} : { labels: Object.fromEntries(options.label.flatMap(pairs)) }),
      ...(options.site === undefined ? {} : { sites: options.site }),
      ...(options.class === undefined ? {} : { classes: options.class }),
    })
  }
}

/** `ring=canary,tier=edge` as the field writes selectors. */
function pairs(text: string): readonly (readonly [string, string])[] {
  return text.split(',').map((pair) => {
    const [key = '', value] = pair.split('=')
    if (key !== '' && value !== undefined) return [key, value] as const
    throw new Refusal('usage', `a label is written key=value, not ${pair}`, 'such as -l ring=canary')
  })
}

/** A folder below the working directory is named from there, as people would; `..` above it is no gain. */
function shortest(cwd: string, input: string): string {
  if (!isAbsolute(input)) return input
  const short = relative(cwd, input)
  return short === '' ? '.' : short.startsWith('..') ? input : short
}
