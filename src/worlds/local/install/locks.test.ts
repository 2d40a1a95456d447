// The locks and what is said of them agree: a version that is raised in one place only would be built under a wrong name.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockOf, locksDirOf } from './cache.ts'
import { engineLocks, familyNamed, familyOf, lockedVersion } from './locks.ts'

test.each(engineLocks.map((it) => [it.name, it] as const))(
  '%s is locked at the version it is said to have',
  (_, it) => {
    const { goMod, goSum } = lockOf(it, {})
    expect(goMod).toContain(`module skerry.dev/engines/${it.name}\n`)
    const modules = [[it.module, it.version], ...it.files.map(({ module }) => [module, versionOf(goMod, module)])]
    for (const [module, version] of modules) {
      expect(versionOf(goMod, module ?? '')).toBe(version)
      expect(goSum).toContain(`${module} ${version} h1:`)
    }
    for (const stamp of it.stamps.filter((text) => /version=v/i.test(text))) expect(stamp).toContain(`=${it.version}`)
  },
)

test.each(engineLocks.filter(({ binaries }) => binaries.length > 0).map((it) => [it.name, it] as const))(
  '%s names its programs in tools.go',
  (name, { binaries }) => {
    const tools = readFileSync(join(locksDirOf({}), name, 'tools.go'), 'utf8')
    const imported = [...tools.matchAll(/_ "(.*)"/g)].map(([, path]) => path)
    expect(imported.sort()).toEqual(binaries.map((it) => it.package).sort())
  },
)

test('every lock has its family, but the one that is compared with in tests', () => {
  const folders = readdirSync(locksDirOf({})).filter((name) => name !== 'karmada-scheduler')
  expect(folders.sort()).toEqual(engineLocks.map(({ name }) => name).sort())
})

test('a program has one name, and that leads to its family', () => {
  const names = engineLocks.flatMap(({ binaries }) => binaries.map(({ name }) => name))
  expect(new Set(names).size).toBe(names.length)
  expect(familyOf('karmadactl')?.name).toBe('karmada')
  expect(familyOf('docker')).toBeUndefined()
})

test('each controller of Flux is locked at the version it is said to have', () => {
  const flux = familyNamed('flux')
  const { goMod } = lockOf(flux, {})
  for (const binary of flux.binaries)
    expect(versionOf(goMod, `github.com/fluxcd/${binary.name}`)).toBe(lockedVersion(flux, binary))
})

const versionOf = (goMod: string, module: string): string | undefined =>
  goMod
    .split('\n')
    .map((line) =>
      line
        .replace(/^require /, '')
        .trim()
        .split(' '),
    )
    .find(([path, version]) => path === module && version?.startsWith('v'))?.[1]
