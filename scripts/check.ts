// All that CI does offline, from quick to slow: stops at the first failure and says how long each part took.
// `--static` leaves the tests out, for .ci/run, which runs them by `npm test`.
import { spawnSync } from 'node:child_process'

const parts = [
  { name: 'types', script: 'check:types' },
  { name: 'format and lint', script: 'check:style' },
  { name: 'boundaries', script: 'check:boundaries' },
  { name: 'unused code', script: 'check:unused' },
  ...(process.argv.includes('--static') ? [] : [{ name: 'unit tests', script: 'test:unit' }]),
]

const began = performance.now()
for (const { name, script } of parts) {
  const started = performance.now()
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: ['ignore', 'inherit', 'inherit'] })
  console.error(`check: ${name} ${status === 0 ? 'ok' : 'FAILED'}, ${seconds(started)}`)
  if (status !== 0) {
    console.error(`check: to see this part alone: npm run ${script}`)
    process.exit(1)
  }
}
console.error(`check: all ok, ${seconds(began)}`)

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
