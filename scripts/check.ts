// All that CI does offline: what reads the code without running it, side by side, since each part keeps one core busy; then the unit
// tests, which keep all of them busy, and only when nothing was found. Says how long each part took. `--static` leaves the tests out, for
// .ci/run, which runs them by `npm test`.
import { spawn } from 'node:child_process'

interface Part {
  readonly name: string
  readonly script: string
}

// types take about as long as all the others together
const reading: readonly (readonly Part[])[] = [
  [{ name: 'types', script: 'check:types' }],
  [
    { name: 'format and lint', script: 'check:style' },
    { name: 'boundaries', script: 'check:boundaries' },
    { name: 'unused code', script: 'check:unused' },
  ],
]
const tests: Part = { name: 'unit tests', script: 'test:unit' }

const began = performance.now()
const found = (await Promise.all(reading.map((parts) => inTurn(parts)))).flat()
if (found.length === 0 && !process.argv.includes('--static') && !(await run(tests, 'as it comes'))) found.push(tests)
for (const { name, script } of found) console.error(`check: to see ${name} alone: npm run ${script}`)
console.error(`check: ${found.length === 0 ? 'all ok' : `${found.length} FAILED`}, ${seconds(began)}`)
if (found.length > 0) process.exitCode = 1

/** The parts that failed: one does not hide the next. */
async function inTurn(parts: readonly Part[]): Promise<readonly Part[]> {
  const failed: Part[] = []
  for (const part of parts) if (!(await run(part, 'at its end'))) failed.push(part)
  return failed
}

/** What two say at once would be mixed up, so it is shown at the end of each. */
function run({ name, script }: Part, shown: 'as it comes' | 'at its end'): Promise<boolean> {
  const started = performance.now()
  const output = shown === 'as it comes' ? 'inherit' : 'pipe'
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', script], { stdio: ['ignore', output, output] })
    const said: Buffer[] = []
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => said.push(bytes))
    child.once('error', (error) => said.push(Buffer.from(`${error.message}\n`)))
    child.once('close', (status) => {
      process.stderr.write(Buffer.concat(said))
      console.error(`check: ${name} ${status === 0 ? 'ok' : 'FAILED'}, ${seconds(started)}`)
      resolve(status === 0)
    })
  })
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
