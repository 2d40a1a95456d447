// The fleets of examples/ are what people start from: they have no errors, and the warnings that they have are true.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import { check } from './check.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const today = '2026-11-21'

test.each(['local-zone', 'recovery', 'stores', 'federation', 'wavelength'])(
  'the example %s has no errors',
  async (name) => {
    const findings = check(await readFleet([`${examples}${name}`]), today)
    expect(
      findings
        .filter((finding) => finding.severity === 'error' && finding.accepted === undefined)
        .map(({ code, where, found }) => `${code} ${where} ${found}`),
    ).toEqual([])
  },
)

test('the Local Zone pattern is one cluster for two sites, and is told what that means [seed 46]', async () => {
  const findings = check(await readFleet([`${examples}local-zone`]), today)
  expect(findings.filter((finding) => finding.code === 'DR001')).toMatchObject([{ severity: 'info' }])
})

test('the recovery pattern has two control planes in two Regions, and keeps the tag latest of its source, with a warning [seed 91, 92, 108]', async () => {
  const codes = check(await readFleet([`${examples}recovery`]), today).map((finding) => finding.code)
  expect(codes).not.toContain('DR001')
  expect(codes).not.toContain('DR002')
  expect(codes).toContain('GIT012')
})
