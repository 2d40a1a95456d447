// Carries an example out on a fake cloud of another process, so that a test can kill it anywhere: `up|down FLEET FOLDER`, the cloud by
// the environment. Says on stdout what begins.

import { readFleet } from '../../src/fleet/read.ts'
import { fleetDigest, plan as planOf } from '../../src/plan/index.ts'
import { down } from '../../src/worlds/real/down.ts'
import { up } from '../../src/worlds/real/up.ts'
import { quickMeans } from './means.ts'

const [verb, fleet = '', folder = ''] = process.argv.slice(2)
const plan = planOf(await readFleet([fleet]))
// it is loaded while the run before it still works: a test has it wait for the word
await new Promise((resolve) => process.stdin.once('data', resolve))
const say = (line: string): void => void process.stdout.write(`${line}\n`)
const common = {
  ...{ plan, env: process.env, folder, signal: new AbortController().signal, means: quickMeans() },
  consent: { yes: async () => true, named: async () => true },
  watch: {
    ...{ say: () => undefined, begins: () => undefined, observed: () => undefined },
    began: ({ id }: { readonly id: string }) => say(`began ${id}`),
    ended: ({ id }: { readonly id: string }, went: { readonly kind: string; readonly error?: unknown }) =>
      say(`${went.kind} ${id}${went.kind === 'failed' ? ` ${String((went.error as Error).message)}` : ''}`),
  },
}
const report = verb === 'up' ? await up({ ...common, digest: fleetDigest(plan.fleet) }) : await down(common)
say(`ended ${report.ended} ${report.left.length}`)
process.exit(0)
