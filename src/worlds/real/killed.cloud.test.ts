// Killed at each piece of work in turn, up and then down go on in the next run and finish: the run is a process of its own, the cloud stays.
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clouds } from '../../../test/cloud/clouds.ts'
import { startClouds } from '../../../test/cloud/clouds.ts'
import { exampleFleet, folderOf } from '../../../test/example.case.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
// inside the checkout, where its packages are found
const runner = join(root, '.skerry', `runner-${process.pid}.mjs`)
let clouds: Clouds

beforeAll(async () => {
  mkdirSync(join(root, '.skerry'), { recursive: true })
  await build({
    ...{
      entryPoints: [join(root, 'test/cloud/runner.ts')],
      outfile: runner,
      bundle: true,
      format: 'esm',
      platform: 'node',
    },
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; var require = requireFrom(import.meta.url);",
    },
    minify: true,
    define: { 'import.meta.url': JSON.stringify(new URL('../../../test/example.case.ts', import.meta.url).href) },
    logLevel: 'error',
  })
  clouds = await startClouds((await exampleFleet('local-zone')).plan, { millisecondsPerResource: 10 })
}, 60_000)
afterAll(async () => {
  for (const child of launched) child.kill('SIGKILL')
  await clouds?.stop()
  rmSync(runner, { force: true })
})

const launched: ChildProcess[] = []

function launch(verb: 'up' | 'down'): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [runner, verb, folderOf('local-zone'), clouds.folder], {
    env: { PATH: process.env.PATH, HOME: clouds.folder, ...clouds.fake.env },
  })
  // what is killed reads no more
  child.stdin.on('error', () => undefined)
  launched.push(child)
  return child
}

interface Ran {
  readonly lines: readonly string[]
  readonly isKilled: boolean
}

/** What only looks leaves nothing half done. */
const changes = /^(?:zone|stack|chart|apps|withdraw)\//

/** Until it ends, or until a piece of work begins that no run before was killed at. */
function run(child: ChildProcessWithoutNullStreams, killedAt: Set<string>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    let errors = ''
    let isKilled = false
    let rest = ''
    child.stderr.on('data', (text: Buffer) => (errors += text))
    child.stdout.on('data', (text: Buffer) => {
      rest += text
      const parts = rest.split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) {
        lines.push(line)
        const [word, id = ''] = line.split(' ')
        if (word !== 'began' || isKilled || killedAt.has(id) || !changes.test(id)) continue
        killedAt.add(id)
        isKilled = true
        // in its middle: each at another moment of it
        setTimeout(() => child.kill('SIGKILL'), (killedAt.size * 7) % 40)
      }
    })
    child.once('error', reject)
    child.stdin.write('go\n')
    child.once('close', () =>
      isKilled || lines.some((line) => line.startsWith('ended'))
        ? resolve({ lines, isKilled })
        : reject(new Error(`it died: ${errors.slice(0, 2000)}`)),
    )
  })
}

async function untilDone(
  verb: 'up' | 'down',
): Promise<{ readonly killedAt: ReadonlySet<string>; readonly last: readonly string[] }> {
  const killedAt = new Set<string>()
  let next = launch(verb)
  for (let runs = 0; runs < 60; runs++) {
    const child = next
    next = launch(verb)
    const { lines, isKilled } = await run(child, killedAt)
    if (!isKilled) return { killedAt, last: lines }
    const failed = lines.filter((line) => line.startsWith('failed'))
    if (failed.length > 0) throw new Error(failed.join('\n'))
  }
  throw new Error(`${verb} was killed sixty times`)
}

test('killed at each piece of work in turn, up and then down finish on the next run', {
  timeout: 240_000,
}, async () => {
  const up = await untilDone('up')
  expect(up.last.filter((line) => /^(?:failed|waits|person)/.test(line))).toEqual([])
  expect(up.last.at(-1)).toBe('ended done 0')
  expect([...up.killedAt].filter((id) => id.startsWith('stack/')).length).toBe(6)
  expect(up.killedAt.size).toBe(10)
  const down = await untilDone('down')
  expect(down.last.at(-1)).toBe('ended done 0')
  expect(down.killedAt.size).toBe(10)
  const left = clouds.fake.state
    .resources()
    .filter(({ type, id }) => type !== 'AWS::Route53::HostedZone' && !/\|(?:NS|SOA)\|/.test(id))
  expect(left.map(({ type, id }) => `${type} ${id}`)).toEqual([])
})
