import { expect, test } from 'vitest'
import { buildFlags, cacheKey } from './key.ts'

const parts = { goMod: 'module a', goSum: 'h1:x', flags: ['-trimpath'], platform: 'linux', arch: 'x64' }

test('the key changes with everything that changes what is built, and with nothing else', () => {
  const key = cacheKey(parts)
  expect(key).toMatch(/^[0-9a-f]{12}$/)
  expect(cacheKey({ ...parts })).toBe(key)
  const others = [
    { ...parts, goMod: 'module b' },
    { ...parts, goSum: 'h1:y' },
    { ...parts, flags: [] },
    { ...parts, platform: 'darwin' },
    { ...parts, arch: 'arm64' },
    { ...parts, goMod: 'module a\nh1:x', goSum: '' },
  ].map(cacheKey)
  expect(new Set([key, ...others]).size).toBe(7)
})

test('stamps are one flag of the linker', () => {
  expect(buildFlags(['a.b=v1', 'c.d=2']).at(-1)).toBe('-ldflags=-s -w -X a.b=v1 -X c.d=2')
})
