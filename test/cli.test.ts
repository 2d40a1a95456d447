// The command as people run it: what it prints, where, and what it ends with. Runs the bundle in dist/.

import type { SpawnSyncReturns } from 'node:child_process'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const command = join(root, 'dist', 'cli.js')
const work = mkdtempSync(join(tmpdir(), 'skerry-cli-'))

beforeAll(() => {
  if (!existsSync(command)) throw new Error('dist/cli.js is missing: npm run build')
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

function skerry(
  words: readonly string[],
  { cwd = work, input = '', env = {} }: { cwd?: string; input?: string; env?: Record<string, string> } = {},
): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [command, ...words], {
    cwd,
    input,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', ...env },
    maxBuffer: 1 << 26,
  })
}

const example = (name: string) => join(root, 'examples', name)

test('--help teaches: it lists the verbs, a first minute and the exit codes, and says nothing on stderr', () => {
  const { stdout, stderr, status } = skerry(['--help'])
  for (const verb of ['demo', 'init', 'check', 'explain', 'plan', 'drill', 'doctor', 'completion'])
    expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'))
  expect(stdout).toContain('A first minute')
  expect(stdout).toContain('Exit codes')
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

test.each(['demo', 'init', 'check', 'explain', 'plan', 'drill', 'doctor'])(
  '%s --help has a description and options',
  (verb) => {
    const { stdout, status } = skerry([verb, '--help'])
    expect(stdout).toContain(`Usage: skerry ${verb}`)
    expect(status).toBe(0)
  },
)

describe('the main job', () => {
  test.each(['local-zone', 'recovery'])(
    'demo %s shows findings, the plan in brief, a drill with its verdict, and what to type next',
    (name) => {
      const { stdout, stderr, status } = skerry(['demo', name])
      expect(stdout).toContain(`# ${name}: `)
      expect(stdout).toMatch(/What any single loss leaves/)
      expect(stdout).toMatch(/^Plan for .+ to create/m)
      expect(stdout).toMatch(/^passed {2}\S+: all \d+ expectations hold in all \d+ runs\.$/m)
      expect(stdout).toContain('What to type next')
      expect(stderr).toBe('')
      expect(status).toBe(0)
    },
  )

  test('init, check, plan and drill work in an empty folder, one after the other', () => {
    const folder = join(work, 'fresh')
    expect(skerry(['init', 'local-zone', '--into', folder]).status).toBe(0)
    const checked = skerry(['check'], { cwd: folder })
    expect(checked.status).toBe(0)
    expect(checked.stdout).toMatch(/^local-zone: 0 errors/m)
    expect(skerry(['plan'], { cwd: folder }).stdout).toMatch(/^Plan for the fleet local-zone: \d+ to create/)
    expect(skerry(['drill', '--list'], { cwd: folder }).stdout).toMatch(/^lose-los-angeles /m)
    const drilled = skerry(['drill', 'lose-los-angeles', '--runs', '4'], { cwd: folder })
    expect(drilled.stdout).toMatch(/^passed {2}lose-los-angeles/)
    expect(drilled.status).toBe(0)
  })

  test('init writes nothing over a file that is there', () => {
    const folder = mkdtempSync(join(work, 'taken-'))
    writeFileSync(join(folder, 'fleet.yaml'), 'mine\n')
    const { stderr, status } = skerry(['init'], { cwd: folder })
    expect(status).toBe(3)
    expect(stderr).toContain('fleet.yaml is there already')
    expect(readFileSync(join(folder, 'fleet.yaml'), 'utf8')).toBe('mine\n')
    expect(readdirSync(folder)).toEqual(['fleet.yaml'])
  })
})

describe('answers go to stdout, complaints to stderr, and the exit code says which', () => {
  test('a fleet with an error ends with 1, and the finding stands on stdout', () => {
    const { stdout, stderr, status } = skerry(['check', '-'], {
      input:
        'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: x }\nnetworks: [{ name: n, region: us-west-2, cidr: 10.0.0.0/16 }]\nclusters: [{ name: c, network: n, eks: { version: "1.35" } }]\nsites: [{ name: s, place: { localZone: us-west-2-zzz-9q }, cluster: c }]\n',
    })
    expect(stdout).toMatch(/^error {3}NET004/m)
    expect(stdout).toMatch(/^ {2}-:6:\d+ /m)
    expect(stderr).toBe('')
    expect(status).toBe(1)
  })

  test('a fleet that cannot be read ends with 2, each problem with file, line and column on stderr', () => {
    const { stdout, stderr, status } = skerry(['check', '-'], {
      input: 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: x }\nsitez: []\n',
    })
    expect(stdout).toBe('')
    expect(stderr).toMatch(/-:4:1 {2}sitez: unknown key sitez/)
    expect(stderr).toContain('did you mean sites?')
    expect(stderr).not.toMatch(/^\s+at .+\(.+:\d+:\d+\)/m)
    expect(status).toBe(2)
  })

  test('a failed expectation ends with 1', () => {
    const folder = join(work, 'strict')
    skerry(['init', 'local-zone', '--into', folder])
    writeFileSync(
      join(folder, 'drills', 'too-fast.yaml'),
      'kind: Drill\nmetadata: { name: too-fast }\nfaults: [{ at: 1m, site: los-angeles, lose: power, for: 10m }]\nexpect: [{ app: game-2048, servedBy: oregon, within: 10s }]\n',
    )
    const { stdout, status } = skerry(['drill', 'too-fast', '--runs', '2'], { cwd: folder })
    expect(stdout).toMatch(/^failed {2}too-fast/)
    expect(status).toBe(1)
  })

  test.each([
    [['frobnicate'], 2, /unknown command/],
    [['drill', 'lose-los-angelse', '-f', example('local-zone')], 2, /did you mean lose-los-angeles\?/],
    [['explain', 'WL0006'], 2, /did you mean/],
    [['check', 'no-such-file.yaml'], 2, /no-such-file\.yaml/],
    [['plan', '--against', 'no-such-plan.json', '-f', example('local-zone')], 2, /there is no no-such-plan\.json/],
    [['drill', '--runs', 'many', '-f', example('local-zone')], 2, /--runs takes a whole number/],
    [['init', 'no-such-template'], 2, /there is no template/],
  ])('%j ends with %i and says what to do', (words, code, text) => {
    const { stdout, stderr, status } = skerry(words)
    expect(stderr).toMatch(text)
    expect(stdout).toBe('')
    expect(status).toBe(code)
  })

  test('without a fleet in the folder or above it, every verb says how to get one', () => {
    for (const verb of ['check', 'plan', 'drill']) {
      const { stderr, status } = skerry([verb])
      expect(stderr).toContain('skerry init')
      expect(status).toBe(2)
    }
  })
})

describe('plans', () => {
  test('a saved plan is written with tight modes, and a plan against it has no change', () => {
    const file = join(work, 'saved.json')
    expect(skerry(['plan', '-f', example('local-zone'), '--save', file]).status).toBe(0)
    expect(statSync(file).mode & 0o077).toBe(0)
    expect(skerry(['plan', '-f', example('local-zone'), '--against', file, '--exit-code']).status).toBe(0)
    expect(skerry(['plan', '-f', example('recovery'), '--against', file, '--exit-code']).status).toBe(5)
  })

  test('a plan is never written over anything but a plain file', () => {
    const folder = mkdtempSync(join(work, 'folder-'))
    const { stderr, status } = skerry(['plan', '-f', example('local-zone'), '--save', folder])
    expect(stderr).toContain('is no plain file')
    expect(status).toBe(2)
    expect(statSync(folder).isDirectory()).toBe(true)
  })

  test('where the plan cannot be written, it says so and ends with 4', () => {
    const { stderr, status } = skerry([
      'plan',
      '-f',
      example('local-zone'),
      '--save',
      join(work, 'no', 'such', 'folder', 'plan.json'),
    ])
    expect(stderr).toMatch(/cannot write/)
    expect(status).toBe(4)
  })
})

describe('machine forms', () => {
  test.each([
    ['check', []],
    ['plan', []],
    ['drill', ['scale-to-zero', '--runs', '1']],
    ['doctor', []],
  ])('%s -o json is one JSON document with a version', (verb, more) => {
    const { stdout, status } = skerry([
      verb,
      ...more,
      ...(verb === 'doctor' ? [] : ['-f', example('local-zone')]),
      '-o',
      'json',
    ])
    expect((JSON.parse(stdout) as { version: number }).version).toBe(1)
    expect(status).toBe(0)
  })

  test('the same seed gives the same timeline to the byte', () => {
    const run = (file: string) => {
      skerry(['drill', 'cut-link', '-f', example('local-zone'), '--runs', '0', '--seed', 'abcd', '--save', file])
      return readFileSync(file)
    }
    const first = run(join(work, 'first.json'))
    expect(first.equals(run(join(work, 'second.json')))).toBe(true)
    expect(first.length).toBeGreaterThan(10_000)
  })
})

describe('terminals', () => {
  test('colour only where asked for or on a terminal, never with NO_COLOR', () => {
    const plain = skerry(['check', '-f', example('recovery')]).stdout
    const painted = skerry(['check', '-f', example('recovery')], { env: { NO_COLOR: '', FORCE_COLOR: '1' } }).stdout
    expect(plain).not.toContain('\u001b')
    expect(painted).toContain('\u001b[')
  })

  test('an escape sequence in a file never reaches the terminal', () => {
    const { stdout, stderr } = skerry(['check', '-'], {
      input:
        'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: "\\e]0;owned\\a\\e[2J" }\n"\\e[31mred": 1\n',
    })
    expect(stdout + stderr).not.toContain('\u001b')
    expect(stderr).toContain('\\u001b')
  })

  test('completion offers verbs and the drills of the fleet', () => {
    expect(skerry(['completion', 'bash']).stdout).toContain('bash completion')
    expect(skerry(['complete', '--', 'dr']).stdout).toMatch(/^drill\b/m)
    expect(skerry(['complete', '--', 'drill', ''], { cwd: example('local-zone') }).stdout).toMatch(
      /^lose-los-angeles\b/m,
    )
  })
})

test('Ctrl-C in the middle of many runs ends with 130 and no answer; what took long said how far it was, on stderr', async () => {
  const child = spawn(
    process.execPath,
    [command, 'drill', 'lose-los-angeles', '-f', example('local-zone'), '--runs', '10000'],
    {
      env: { ...process.env, NO_COLOR: '1' },
    },
  )
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (piece) => {
    stdout += piece
  })
  const status = await new Promise<number | null>((resolve) => {
    child.stderr.on('data', (piece) => {
      stderr += piece
      child.kill('SIGINT')
    })
    child.on('close', resolve)
  })
  expect([status, stdout]).toEqual([130, ''])
  expect(stderr).toMatch(/^lose-los-angeles: \d+ of 10001 runs\n/)
}, 60_000)
