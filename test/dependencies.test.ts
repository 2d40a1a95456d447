// Every package is a debt: docs/dependencies.md says in a line why it is worth it.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { missingPlatforms } from '../scripts/lock-platforms.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const manifest = JSON.parse(read('package.json')) as Record<'dependencies' | 'devDependencies', Record<string, string>>
const lines = [...read('docs/dependencies.md').matchAll(/^- `([^`]+)`: (\S.*)$/gm)].map(([, name]) => name)
const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)]

test('every dependency has one line of reason, and no line is left over', () => {
  expect(lines.toSorted()).toEqual(packages.toSorted())
})

test('every version is exact, so that two clones run the same code', () => {
  const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  )
  expect(loose).toEqual([])
})

test('the lock file names no registry and no path of a machine', () => {
  expect(read('package-lock.json')).not.toMatch(/"resolved"|file:|https?:\/\/[^"]*\/-\//)
})

test('the lock file has the binaries of every platform (if not: npm run lock:platforms)', () => {
  expect(missingPlatforms(JSON.parse(read('package-lock.json')))).toEqual({})
})
