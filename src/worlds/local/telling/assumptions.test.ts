// What a drill on this machine takes for granted, told with its result.

import { expect, test } from 'vitest'
import { assumptionsOf } from './assumptions.ts'

const outside = { fleet: 'shops', speed: 1, events: 0, failures: 7, parts: {} }
const told = (failures: number) =>
  assumptionsOf({ name: 'any' } as never, 1, outside, { kubernetes: '1.35', karmada: '1.18' } as never, failures).join(
    '\n',
  )

test('where the process outside failed while it was drilled, the report says that it is to be doubted, and where to look', () => {
  expect(told(0)).not.toContain('failed')
  expect(told(1)).toContain('failed once while it was drilled')
  expect(told(3)).toMatch(/failed 3 times while it was drilled.*skerry logs shops outside/)
})

test('a machine that slept during a drill is told, with how late that makes what was measured', () => {
  const said = assumptionsOf({ name: 'any' } as never, 10, outside, { kubernetes: '1', karmada: '1' } as never, 0, {
    seconds: 84.2,
    until: 130,
  }).join('\n')
  expect(said).toMatch(/stood still for 1m24s until 02:10.*late by up to 14m2s of the drill/)
})
