// Bundles of the process outside, where skerry runs from its sources.

import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sweepBundles } from './program.ts'

test('bundles of sources from before are swept; that of now, one of today and what is something else stay', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-bundles-'))
  try {
    const file = (name: string, ageSeconds: number): string => {
      const path = join(folder, name)
      writeFileSync(path, '')
      utimesSync(path, new Date(), new Date(Date.now() - ageSeconds * 1_000))
      return path
    }
    const now = file('outside-0123456789ab.mjs', 200_000)
    file('outside-ba9876543210.mjs', 3_600)
    file('outside-aaaaaaaaaaaa.mjs', 100_000)
    file('outside.4711.mjs', 100_000)
    file('outside-of-something.mjs', 100_000)
    file('fidelity.json', 100_000)
    sweepBundles(folder, now)
    expect(readdirSync(folder).sort()).toEqual([
      'fidelity.json',
      'outside-0123456789ab.mjs',
      'outside-ba9876543210.mjs',
      'outside-of-something.mjs',
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
