// The command itself, as it is installed, killed at pieces of work that a seed chooses: up and then down end on the next run.
import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clouds } from '../../../test/cloud/clouds.ts'
import { startClouds } from '../../../test/cloud/clouds.ts'
import { exampleFleet, folderOf } from '../../../test/example.case.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const command = join(root, 'dist', 'cli.js')
const launched: ChildProcess[] = []
let clouds: Clouds
let bin: string

beforeAll(async () => {
  if (!existsSync(command)) throw new Error('dist/cli.js is missing: npm run build')
  clouds = await startClouds((await exampleFleet('local-zone')).plan, { millisecondsPerResource: 10 })
  bin = join(clouds.folder, 'bin')
  mkdirSync(bin)
  const program = join(bin, 'helm.mjs')
  await build({
    ...{ entryPoints: [join(root, 'test/cloud/helm-program.ts')], outfile: program, logLevel: 'error' },
    ...{ bundle: true, format: 'esm', platform: 'node' },
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; var require = requireFrom(import.meta.url);",
    },
  })
  writeFileSync(join(bin, 'helm'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  chmodSync(join(bin, 'helm'), 0o755)
}, 60_000)
afterAll(async () => {
  for (const child of launched) child.kill('SIGKILL')
  await clouds?.stop()
})

interface Ran {
  readonly code: number | null
  readonly began: readonly string[]
  readonly text: string
}

/** Until it ends, or is killed in the middle of the piece of work of that number. */
function run(verb: 'up' | 'down', killAt?: number): Promise<Ran> {
  const words = [
    verb,
    '-f',
    folderOf('local-zone'),
    '--on',
    'real',
    '--yes',
    '--protect-off',
    'eks-cluster,los-angeles,oregon',
  ]
  const child = spawn(process.execPath, [command, ...words], {
    env: {
      ...{ PATH: [bin, process.env.PATH].join(delimiter), HOME: clouds.folder, SKERRY_POLL_MS: '10' },
      ...{ SKERRY_STATE: join(clouds.folder, 'state'), ...clouds.fake.env },
    },
  })
  launched.push(child)
  return new Promise((resolve, reject) => {
    const began: string[] = []
    let text = ''
    let rest = ''
    child.stdout.on('data', (part: Buffer) => (text += part))
    child.stderr.on('data', (part: Buffer) => {
      text += part
      const lines = (rest + part).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const id = /^begins {2}([^:]+):/.exec(line)?.[1]
        if (id === undefined) continue
        began.push(id)
        if (began.length === killAt) setTimeout(() => child.kill('SIGKILL'), (killAt * 13) % 60)
      }
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, began, text }))
  })
}

test('the command killed in the middle of its work, up and then down end on the next run', {
  timeout: 120_000,
}, async () => {
  for (const verb of ['up', 'down'] as const) {
    for (const killAt of verb === 'up' ? [2, 5] : [4, 3]) {
      const { code, text } = await run(verb, killAt)
      expect(code, text).toBe(null)
    }
    const { code, text } = await run(verb)
    expect([code, text.split('\n').find((line) => line.startsWith(`${verb} local-zone: done`))], text).toEqual([
      0,
      expect.any(String),
    ])
  }
  const left = clouds.fake.state
    .resources()
    .filter(({ type, id }) => type !== 'AWS::Route53::HostedZone' && !/\|(?:NS|SOA)\|/.test(id))
  expect(left.map(({ type, id }) => `${type} ${id}`)).toEqual([])
})

test('the command without credentials, or with a token that has expired: one message, exit 3, nothing changed', async () => {
  const calls = clouds.fake.calls.length
  const said = async (env: Readonly<Record<string, string | undefined>>) => {
    const child = spawn(process.execPath, [command, 'up', '-f', folderOf('local-zone'), '--on', 'real', '--yes'], {
      env: { PATH: process.env.PATH, HOME: clouds.folder, SKERRY_STATE: join(clouds.folder, 'state'), ...env },
    })
    launched.push(child)
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part))
    const code = await new Promise((resolve) => child.once('close', resolve))
    return { code, text }
  }
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...nobody } = clouds.fake.env
  const without = await said({ ...nobody, AWS_EC2_METADATA_DISABLED: 'true' })
  expect(without.code, without.text).toBe(3)
  expect(without.text).toContain('there are no credentials of AWS')
  expect(without.text.match(/✗/g)).toHaveLength(1)
  clouds.fake.state.addKey('ASIAEXPIREDEXPIREDEX', { account: '111122223333', secret: 'x', expiresAt: new Date(0) })
  const expired = await said({
    ...{ ...clouds.fake.env, AWS_ACCESS_KEY_ID: 'ASIAEXPIREDEXPIREDEX' },
    ...{ AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 't' },
  })
  expect(expired.code, expired.text).toBe(3)
  expect(expired.text).toContain('the credentials of AWS have expired')
  const writes = clouds.fake.calls
    .slice(calls)
    .filter(({ action }) => !/^(?:Describe|Get|List|AssumeRole)/.test(action))
  expect(writes).toEqual([])
})
