// The verbs of the world on this machine, as people run them, where no engine is installed and nothing runs. With engines:
// src/worlds/local/*.engine.test.ts. Runs the bundle in dist/.

import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const command = join(root, 'dist', 'cli.js')
const work = mkdtempSync(join(tmpdir(), 'skerry-cli-local-'))
const federation = join(root, 'examples', 'federation')

beforeAll(() => {
  if (!existsSync(command)) throw new Error('dist/cli.js is missing: npm run build')
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

function skerry(words: readonly string[], cwd = work, more: NodeJS.ProcessEnv = {}) {
  const env = {
    NO_COLOR: '1',
    SKERRY_STATE: join(work, 'state'),
    SKERRY_CACHE: join(work, 'cache'),
    KUBEBUILDER_ASSETS: '',
  }
  return spawnSync(process.execPath, [command, ...words], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env, ...more },
  })
}

test('without engines up says what to type, and leaves nothing', () => {
  const { stdout, stderr, status } = skerry(['up', federation, '--only', 'virginia'])
  expect(stderr).toContain(
    'skerry: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok are not installed',
  )
  expect(stderr).toContain('next  skerry engines install etcd kubernetes kwok')
  expect([stdout, status]).toEqual(['', 3])
  expect(readdirSync(work)).toEqual([])
})

test('a cluster that is not there is a wrong use, with the names that are', () => {
  const { stderr, status } = skerry(['up', federation, '--only', 'virginai'])
  expect(stderr).toContain('there is no cluster virginai in federation')
  expect(stderr).toContain('its clusters are parent, virginia, oregon and plant')
  expect(status).toBe(2)
})

test('where nothing runs, status and down say so, and kubeconfig and logs say what to type', () => {
  for (const verb of ['status', 'down']) {
    const { stdout, status } = skerry([verb, federation])
    expect([stdout, status]).toEqual(['nothing of this fleet runs on this machine\n', 0])
  }
  expect(JSON.parse(skerry(['status', federation, '-o', 'json']).stdout)).toEqual({
    version: 1,
    world: 'local',
    engines: [],
  })
  for (const words of [
    ['kubeconfig', 'virginia'],
    ['logs', 'virginia', 'etcd'],
  ]) {
    const { stderr, status } = skerry([...words, '-f', federation])
    expect(stderr).toContain('nothing of this fleet runs on this machine')
    expect(stderr).toContain('skerry up --only virginia')
    expect(status).toBe(2)
  }
})

test('failback where nothing runs says what to type', () => {
  const { stderr, status } = skerry(['failback', 'nginx', '-f', federation])
  expect(stderr).toContain('nothing of this fleet runs on this machine')
  expect(stderr).toContain('next  start some of it: skerry up')
  expect(status).toBe(2)
})

test('a speed that is none, and a look too often, are wrong uses', () => {
  for (const [words, said] of [
    [['up', federation, '--speed', 'fast'], '--speed takes a number from 1 to 60, not fast'],
    [['up', federation, '--speed', '0'], '--speed takes a number from 1 to 60, not 0'],
    [['status', federation, '--interval', '0'], '--interval takes seconds from 0.2 to 3600, not 0'],
    [['status', federation, '--watch', '-o', 'prometheus'], '--watch and -o prometheus do not go together'],
  ] as const) {
    const { stderr, status } = skerry(words)
    expect(stderr).toContain(said)
    expect(status).toBe(2)
  }
})

test('what is for the twin, or for one drill, is refused where a drill is measured, or where all are run, with the reason', () => {
  for (const [words, said, next] of [
    [['member-killed', '--on', 'local', '--seed', '8f3a'], '--seed is for the twin', 'leave --seed out'],
    [['member-killed', '--on', 'local', '--runs', '4'], '--runs is for the twin', 'leave --runs out'],
    [['member-killed', '--compare', 'twin,local', '--runs', '4'], '--runs is for the twin', 'leave --runs out'],
    [['--all', '--save', 'run.json'], '--save takes the timeline of one drill', 'name the drill'],
    [['--all', '--on', 'local', '--save', 'run.json'], '--save takes the timeline of one drill', 'name the drill'],
  ] as const) {
    const { stdout, stderr, status } = skerry(['drill', ...words, '-f', federation])
    expect(stderr).toContain(said)
    expect(stderr).toContain(next)
    expect([stdout, status]).toEqual(['', 2])
  }
})

test('a watch prints a line for each look where there is no terminal, and Ctrl-C is its ordinary end', async () => {
  const env = { ...process.env, NO_COLOR: '1', SKERRY_STATE: join(work, 'state') }
  const child = spawn(process.execPath, [command, 'status', federation, '--watch', '--interval', '0.2'], { env })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (said.split('\n').length > 3) child.kill('SIGINT')
  })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  expect(said.split('\n').slice(0, 2)).toEqual(
    Array.from({ length: 2 }, () => 'nothing of this fleet runs on this machine'),
  )
  expect(code).toBe(0)
})

test('a state that cannot be believed is refused by status, and taken away by down', () => {
  const name = `federation-${createHash('sha256').update(realpathSync(federation)).digest('hex').slice(0, 8)}`
  const folder = join(work, 'state', 'local', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'state.json'), '{"version":1,"run":"x"}')
  const seen = skerry(['status', federation])
  expect(seen.stderr).toContain('is not of this version of skerry, or was changed by hand')
  expect(seen.status).toBe(3)
  const ended = skerry(['down', federation, '--all'])
  expect(ended.stdout).toMatch(/^federation: 0 engines ended in .*; nothing is left\n$/)
  expect([ended.status, existsSync(folder)]).toEqual([0, false])
})

test('a state folder that cannot be one is refused with its path', () => {
  rmSync(join(work, 'state'), { recursive: true, force: true })
  mkdirSync(join(work, 'state'))
  writeFileSync(join(work, 'state', 'local'), '')
  const { stderr, status } = skerry(['status', federation])
  expect(stderr).toContain(`${join(work, 'state', 'local')} cannot be used: a part of that path is a file`)
  expect(status).toBe(3)
  rmSync(join(work, 'state'), { recursive: true })
})

test('on real places without credentials: one message, and nothing is changed', () => {
  const none = {
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  }
  const away = { AWS_PROFILE: undefined, AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
  for (const verb of ['up', 'down']) {
    const { stdout, status } = skerry([verb, federation, '--on', 'real', '--yes'], work, { ...none, ...away })
    expect(stdout).toContain(`${verb} federation: nothing was changed`)
    expect(stdout.match(/there are no credentials of AWS/g)).toHaveLength(1)
    expect(stdout).toContain('see who you are with aws sts get-caller-identity')
    expect(status).toBe(3)
  }
})
