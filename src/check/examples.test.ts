// Each law carries a fragment that breaks it and one that does not; what `skerry explain` prints is what is tested here.

import { expect, test } from 'vitest'
import { laws } from './catalogue.ts'
import { check } from './check.ts'
import { fleetOf } from './example.case.ts'

const today = '2026-11-21'
const own = laws.filter((law) => law.example !== undefined)

test.each(own.map((law) => [law.code, law] as const))(
  '%s is found in its wrong example, at a place in the file, with a fix',
  (code, law) => {
    const found = check(fleetOf(law.example?.wrong ?? ''), today).filter((finding) => finding.code === code)
    expect(found.length, `${code} in\n${law.example?.wrong}`).toBeGreaterThan(0)
    for (const finding of found) {
      expect(finding.at.line).toBeGreaterThan(0)
      expect(finding.found).not.toBe('')
      expect(finding.fix).not.toBe('')
      expect(finding.why).not.toBe('')
      expect(finding.sources.length).toBeGreaterThan(0)
    }
  },
)

test.each(own.map((law) => [law.code, law] as const))('%s is not found in its right example', (code, law) => {
  expect(check(fleetOf(law.example?.right ?? ''), today).filter((finding) => finding.code === code)).toEqual([])
})
