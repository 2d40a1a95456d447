// How long the command takes from a cold start: bare Node, --help, and check of a small fleet, each some times in turn, so that a busy
// machine slows all alike. The ratio to bare Node, the peer, is the figure to compare. Printed, never asserted. npm run bench:cold

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../dist/cli.js', import.meta.url))
const fleet = fileURLToPath(new URL('../examples/local-zone', import.meta.url))
const rounds = 15

const contenders = {
  'bare Node': ['-e', '0'],
  'skerry --help': [command, '--help'],
  'skerry check (local-zone)': [command, 'check', '-f', fleet],
}

const times = Object.fromEntries(Object.keys(contenders).map((name) => [name, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [name, words] of Object.entries(contenders)) {
    const started = performance.now()
    const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' })
    if (status !== 0) throw new Error(`${name} ended with ${status}: npm run build?`)
    times[name]?.push(performance.now() - started)
  }
}

const median = (name: string): number => times[name]?.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
for (const name of Object.keys(contenders)) {
  const least = Math.min(...(times[name] ?? []))
  console.log(
    `${name.padEnd(28)} median ${median(name).toFixed(0).padStart(5)} ms   least ${least.toFixed(0).padStart(5)} ms   ${(median(name) / median('bare Node')).toFixed(1)} × bare Node`,
  )
}
