// The install with the real Go: what a lock says is built from empty caches, survives a kill, and is built once.

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { needs } from '../../../../test/needs.ts'
import { withToken } from '../process.ts'
import { engineFiles, entryOf, findEngine, lockOf } from './cache.ts'
import { versionOf } from './given.ts'
import { installEngines } from './install.ts'
import { engineLocks, familyNamed, lockedVersion } from './locks.ts'
import type { InstallProgress } from './progress.ts'

const minutes = 60_000
let folder = ''
let env: NodeJS.ProcessEnv = {}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-engines-'))
  // nothing of this machine's own caches helps
  env = {
    ...process.env,
    SKERRY_CACHE: join(folder, 'skerry'),
    GOCACHE: join(folder, 'go-build'),
    GOMODCACHE: join(folder, 'go-mod'),
  }
})
// folders in a module cache may not be written, and so not be emptied, unless Go does it
afterAll(() => {
  spawnSync('go', ['clean', '-modcache'], { env })
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(needs('go', () => spawnSync('go', ['version']).status === 0))

test(
  'killed in the middle of the build, the next install stops what is left at work and goes on with what Go has',
  async () => {
    const module = new URL('./install.ts', import.meta.url).href
    const first = spawn(
      process.execPath,
      ['--import', 'tsx', '-e', `import(${JSON.stringify(module)}).then((it) => it.installEngines(['kubeconform']))`],
      { env, stdio: 'inherit' },
    )
    const ended = new Promise((resolve) => first.once('exit', resolve))
    const token = `engines-install:${Buffer.from(join(folder, 'skerry', 'engines')).toString('base64url')}:`
    await until(() => withToken(token).length > 1, 120)
    // far enough to be in the middle, not far enough to be done
    await pause(3_000)
    first.kill('SIGKILL')
    await ended
    const left = withToken(token)
    expect(left.length).toBeGreaterThan(0)
    expect(findEngine('kubeconform', { env })).toBeUndefined()

    const said: InstallProgress[] = []
    const { built } = await installEngines(['kubeconform'], { env, onProgress: (it) => said.push(it) })
    expect(said[0]).toEqual({ kind: 'takingOver', processes: left.length })
    expect(built.map(({ name }) => name)).toEqual(['kubeconform'])
    expect(withToken(token)).toEqual([])
    expect(versionOf(findEngine('kubeconform', { env }) ?? '', ['-v'])).toBe('v0.8.0')
    // Go wrote nothing into the lock: it was complete
    const lock = join(entryOf(familyNamed('kubeconform'), { env }).folder, 'lock')
    expect(readFileSync(join(lock, 'go.sum'), 'utf8')).toBe(lockOf(familyNamed('kubeconform'), { env }).goSum)
    expect(readFileSync(join(lock, 'go.mod'), 'utf8')).toBe(lockOf(familyNamed('kubeconform'), { env }).goMod)
  },
  20 * minutes,
)

test(
  'the second install builds nothing, and does not start Go',
  async () => {
    const path = findEngine('kubeconform', { env }) ?? ''
    const before = statSync(path).mtimeMs
    const { built, present } = await installEngines(['kubeconform'], { env: { ...env, PATH: '/nowhere' } })
    expect(built).toEqual([])
    expect(present.map(({ name }) => name)).toEqual(['kubeconform'])
    expect(statSync(path).mtimeMs).toBe(before)
  },
  minutes,
)

test(
  'two at once: both end with the program, and one of them built it',
  async () => {
    const both = await Promise.all([installEngines(['kustomize'], { env }), installEngines(['kustomize'], { env })])
    expect(both.map(({ built }) => built.length).sort()).toEqual([0, 1])
    expect(existsSync(findEngine('kustomize', { env }) ?? '')).toBe(true)
  },
  20 * minutes,
)

test(
  'files of a module come with its hash checked, and may be deleted',
  async () => {
    await installEngines(['eks-anywhere'], { env })
    const files = engineFiles('eks-anywhere', { env }) ?? ''
    expect(readFileSync(join(files, 'crds', 'anywhere.eks.amazonaws.com_clusters.yaml'), 'utf8')).toContain(
      'kind: CustomResourceDefinition',
    )
  },
  10 * minutes,
)

test('every program that is installed on this machine says the version of its lock, and the files are there', (context) => {
  const missing = engineLocks.flatMap(({ binaries }) => binaries.filter(({ name }) => findEngine(name) === undefined))
  needs('all engines', () => missing.length === 0 || 'skerry engines install')(context)
  for (const family of engineLocks) {
    if (family.files.length > 0) expect(engineFiles(family.name)).toBeDefined()
    for (const binary of family.binaries.filter((it) => it.versionArguments.length > 0))
      expect(`${binary.name} ${versionOf(findEngine(binary.name) ?? '', binary.versionArguments)}`).toBe(
        `${binary.name} ${lockedVersion(family, binary)}`,
      )
  }
}, 60_000)

async function until(holds: () => boolean, seconds: number): Promise<void> {
  for (const start = performance.now(); !holds(); await pause(100))
    if (performance.now() - start > seconds * 1000) throw new Error('it did not come about')
}
