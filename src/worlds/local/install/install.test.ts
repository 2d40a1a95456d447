// The install with a Go that only pretends to build: order, resuming, two at once, what is said. The real one: install.engine.test.ts.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Refusal } from '../../../model/refusal.ts'
import { withToken } from '../process.ts'
import { engineFiles, findEngine } from './cache.ts'
import { installEngines } from './install.ts'
import { listEngines } from './list.ts'
import type { InstallProgress } from './progress.ts'

let folder = ''
let env: NodeJS.ProcessEnv = {}

/** Writes each call to `calls`, waits as long as `wait` says, and "builds" a script that prints its version. */
const pretended = (root: string) => `#!/bin/sh
echo "$@" >> ${root}/calls
case "$1" in
  version) cat ${root}/version ;;
  mod) mkdir -p ${root}/module/config/crd/bases; echo crd > ${root}/module/config/crd/bases/a.yaml; chmod 444 ${root}/module/config/crd/bases/a.yaml
    mkdir -p ${root}/module/api/openapi-spec/v3; echo {} > ${root}/module/api/openapi-spec/swagger.json
    mkdir -p ${root}/module/kustomize/stage/node/fast ${root}/module/kustomize/stage/node/heartbeat ${root}/module/kustomize/stage/node/heartbeat-with-lease ${root}/module/kustomize/stage/pod/fast ${root}/module/kustomize/stage/pod/general
    echo "{\\"Dir\\": \\"${root}/module\\"}" ;;
  build)
    if [ -f ${root}/complaint ]; then cat ${root}/complaint >&2; exit 1; fi
    echo example.com/some/package >&2
    sleep "$(cat ${root}/wait)"
    while [ "$1" != -o ]; do shift; done
    printf '#!/bin/sh\\necho program v9.8.7\\n' > "$2"; chmod +x "$2" ;;
esac
`

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-install-'))
  mkdirSync(join(folder, 'path'))
  writeFileSync(join(folder, 'path', 'go'), pretended(folder), { mode: 0o755 })
  writeFileSync(join(folder, 'wait'), '0')
  writeFileSync(join(folder, 'version'), 'go version go1.26.8 linux/amd64\n')
  env = { PATH: `${join(folder, 'path')}:${process.env.PATH}`, HOME: folder, SKERRY_CACHE: join(folder, 'cache') }
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const calls = (word: string) =>
  existsSync(join(folder, 'calls'))
    ? readFileSync(join(folder, 'calls'), 'utf8')
        .split('\n')
        .filter((line) => line.startsWith(word))
    : []

test('what is asked is built once, found, listed, and not built again', async () => {
  const said: InstallProgress[] = []
  const first = await installEngines(['kubeconform', 'kube-scheduler'], { env, onProgress: (it) => said.push(it) })
  expect(first.built.map(({ name }) => name)).toEqual(['kube-scheduler', 'kubeconform'])
  expect(said.filter(({ kind }) => kind === 'built')).toHaveLength(2)
  expect(findEngine('kubeconform', { env })).toBe(first.built[1]?.path)
  expect(findEngine('etcd', { env })).toBeUndefined()
  expect(findEngine('no-such-engine', { env })).toBeUndefined()

  const second = await installEngines(['kubeconform', 'kube-scheduler'], { env })
  expect(second.built).toEqual([])
  expect(second.present.map(({ name }) => name).sort()).toEqual(['files', 'kube-scheduler', 'kubeconform'])
  expect(calls('build')).toHaveLength(2)

  const list = listEngines({ env })
  expect(list.engines.find(({ name }) => name === 'kubeconform')).toMatchObject({ kind: 'built', version: 'v9.8.7' })
  expect(list.engines.find(({ name }) => name === 'etcd')).toMatchObject({ kind: 'missing', bytes: 0 })
  expect(list.unused).toEqual([])
}, 120_000)

test('a family of files alone is fetched and not built, and its files may be deleted again', async () => {
  const { built } = await installEngines(['eks-anywhere'], { env })
  expect(built).toEqual([])
  expect(calls('build')).toEqual([])
  const files = engineFiles('eks-anywhere', { env }) ?? ''
  expect(readFileSync(join(files, 'crds', 'a.yaml'), 'utf8')).toBe('crd\n')
  rmSync(files, { recursive: true })
  expect(engineFiles('eks-anywhere', { env })).toBeUndefined()
})

test('a name that is none is refused with those that are', async () => {
  await expect(installEngines(['etdc'], { env })).rejects.toThrow(/no engine etdc/)
})

test('without Go it says so, what to do, and what works without', async () => {
  const refused = await installEngines(['etcd'], { env: { ...env, PATH: join(folder, 'nowhere') } }).catch(
    (error) => error,
  )
  expect(refused).toBeInstanceOf(Refusal)
  expect(refused.message).toContain('Go is not installed')
  expect(refused.hint).toMatch(/install Go 1\.26\.0 or newer.*--from.*drills on the twin/)
})

test('a Go that is too old is refused with the version that is needed', async () => {
  writeFileSync(join(folder, 'version'), 'go version go1.19.3 linux/amd64\n')
  await expect(installEngines(['etcd'], { env })).rejects.toThrow(/Go 1\.19\.3 is too old: the engines need 1\.26\.0/)
})

test('a full disk is said as that, and what Go said stays readable', async () => {
  writeFileSync(join(folder, 'complaint'), 'example.com/a\nwrite /x/y.a: no space left on device\n')
  const refused = await installEngines(['etcd'], { env }).catch((error) => error)
  expect(refused).toMatchObject({ kind: 'world', message: 'the disk is full' })
  expect(refused.problems).toEqual([{ message: 'write /x/y.a: no space left on device' }])
  expect(readdirSync(join(folder, 'cache', 'engines')).filter((name) => name.startsWith('.build'))).toEqual([])
})

test('two at once: one builds, the other waits, says for whom, and finds it there', async () => {
  writeFileSync(join(folder, 'wait'), '1.5')
  const other = elsewhere(['etcd'])
  await until(() => calls('build').length >= 1)
  const said: InstallProgress[] = []
  const mine = await installEngines(['etcd'], { env, onProgress: (it) => said.push(it) })
  expect(said[0]).toMatchObject({ kind: 'waiting', pid: other.pid })
  expect(mine.built).toEqual([])
  expect(mine.present.map(({ name }) => name)).toEqual(['etcd'])
  expect(await other.ended).toBe(0)
  expect(calls('build')).toHaveLength(1)
}, 120_000)

test('killed in the middle: what is whole stays, Go at work for nobody is stopped, and the rest is built', async () => {
  // the first takes long enough that the second is told to take for ever
  writeFileSync(join(folder, 'wait'), '2')
  const first = elsewhere(['etcd', 'kubeconform'])
  await until(() => calls('build').length >= 1)
  writeFileSync(join(folder, 'wait'), '60')
  await until(() => calls('build').length === 2)
  process.kill(first.pid ?? 0, 'SIGKILL')
  expect(await first.ended).toBeNull()
  const token = `engines-install:${Buffer.from(join(folder, 'cache', 'engines')).toString('base64url')}:`
  expect(withToken(token).length).toBeGreaterThan(0)
  expect(findEngine('etcd', { env })).toBeDefined()
  expect(findEngine('kubeconform', { env })).toBeUndefined()

  writeFileSync(join(folder, 'wait'), '0')
  const said: InstallProgress[] = []
  const again = await installEngines(['etcd', 'kubeconform'], { env, onProgress: (it) => said.push(it) })
  expect(said[0]?.kind).toBe('takingOver')
  expect(again.built.map(({ name }) => name)).toEqual(['kubeconform'])
  await until(() => withToken(token).length === 0)
  expect(readdirSync(join(folder, 'cache', 'engines')).filter((name) => /^\.build|\.new$|^holder/.test(name))).toEqual(
    [],
  )
}, 120_000)

test('SIGTERM ends Go too', async () => {
  writeFileSync(join(folder, 'wait'), '60')
  const first = elsewhere(['etcd'])
  await until(() => calls('build').length >= 1)
  process.kill(first.pid ?? 0, 'SIGTERM')
  expect(await first.ended).toBeNull()
  const token = `engines-install:${Buffer.from(join(folder, 'cache', 'engines')).toString('base64url')}:`
  await until(() => withToken(token).length === 0)
}, 120_000)

test('programs that exist are taken, with the version they say; one that is named and missing is refused', async () => {
  const from = join(folder, 'mine')
  mkdirSync(join(from, 'bin'), { recursive: true })
  writeFileSync(join(from, 'etcd'), '#!/bin/sh\necho etcd Version: 3.5.1\n', { mode: 0o755 })
  writeFileSync(join(from, 'bin', 'kwok'), '#!/bin/sh\necho kwok version v0.7.0\n', { mode: 0o755 })
  const withoutGo = { ...env, PATH: '/bin' }
  const { given, withoutFiles } = await installEngines([], { env: withoutGo, from })
  expect(given.map(({ name, version }) => `${name} ${version}`)).toEqual(['etcd v3.5.1', 'kwok v0.7.0'])
  expect(withoutFiles).toEqual(['kwok'])
  // with Go, only their files are fetched
  expect((await installEngines([], { env, from })).withoutFiles).toEqual([])
  expect(calls('build')).toEqual([])
  rmSync(from, { recursive: true })
  expect(existsSync(findEngine('etcd', { env }) ?? '')).toBe(true)
  expect(listEngines({ env }).engines[0]).toMatchObject({ kind: 'given', version: 'v3.5.1', lockedVersion: 'v3.6.13' })

  mkdirSync(from)
  await expect(installEngines(['helm'], { env, from })).rejects.toThrow(/has no helm/)
  await expect(installEngines([], { env, from })).rejects.toThrow(/has none of the engines/)
  await expect(installEngines([], { env, from: join(folder, 'nowhere') })).rejects.toThrow(/is no folder/)
  // naming it builds it, and that one is used from then on
  await installEngines(['etcd'], { env })
  expect(listEngines({ env }).engines[0]).toMatchObject({ kind: 'built', version: 'v9.8.7' })
  // given again over the built one, and named again
  await giveEtcd(from)
  expect(listEngines({ env }).engines[0]).toMatchObject({ kind: 'given', version: 'v3.5.1' })
  await installEngines(['etcd'], { env })
  expect(listEngines({ env }).engines[0]).toMatchObject({ kind: 'built' })
}, 120_000)

test('a program for another machine is refused', async () => {
  const from = join(folder, 'mine')
  mkdirSync(from)
  writeFileSync(join(from, 'etcd'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]), { mode: 0o755 })
  await expect(installEngines(['etcd'], { env, from })).rejects.toThrow(/cannot be run here/)
  rmSync(join(from, 'etcd'))
  writeFileSync(join(from, 'etcd'), '#!/bin/sh\n', { mode: 0o644 })
  await expect(installEngines(['etcd'], { env, from })).rejects.toThrow(/EACCES/)
})

test('the cache of another machine is taken whole, files included', async () => {
  const away = { ...env, SKERRY_CACHE: join(folder, 'away') }
  await installEngines(['kubeconform', 'eks-anywhere'], { env: away })
  const { present } = await installEngines([], { env, from: join(folder, 'away') })
  expect(present.map(({ name }) => name)).toEqual(['files'])
  expect(findEngine('kubeconform', { env })).toContain(join(folder, 'cache'))
  expect(engineFiles('eks-anywhere', { env })).toContain(join(folder, 'cache'))
})

test('KUBEBUILDER_ASSETS is looked into for what it holds', () => {
  const assets = join(folder, 'assets')
  mkdirSync(assets)
  for (const name of ['etcd', 'kwok']) writeFileSync(join(assets, name), '#!/bin/sh\necho v1.2.3\n', { mode: 0o755 })
  const places = { env: { ...env, KUBEBUILDER_ASSETS: assets } }
  expect(findEngine('etcd', places)).toBe(join(assets, 'etcd'))
  expect(findEngine('kwok', places)).toBeUndefined()
  expect(listEngines(places).engines[0]).toMatchObject({ kind: 'assets', version: 'v1.2.3' })
})

async function giveEtcd(from: string): Promise<void> {
  writeFileSync(join(from, 'etcd'), '#!/bin/sh\necho etcd Version: 3.5.1\n', { mode: 0o755 })
  await installEngines(['etcd'], { env, from })
}

/** The same install in another process. */
function elsewhere(names: readonly string[]) {
  const module = new URL('./install.ts', import.meta.url).href
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      '-e',
      `import(${JSON.stringify(module)}).then((it) => it.installEngines(${JSON.stringify(names)}))`,
    ],
    { env: { ...env }, stdio: 'inherit' },
  )
  return { pid: child.pid, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 1200) throw new Error('it did not come about')
    await pause(50)
  }
}
