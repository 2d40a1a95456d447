import { expect, test } from 'vitest'
import { places } from '../places/index.ts'
import { law, laws } from './catalogue.ts'
import { check } from './check.ts'
import { fleetOf } from './example.case.ts'

test('every code belongs to one law', () => {
  const codes = laws.map(({ code }) => code)
  expect(codes).toEqual([...new Set(codes)])
})

test('every law says in sentences what should be and why, and on whose word', () => {
  for (const { code, title, why, sources } of laws) {
    expect(code).toMatch(/^[A-Z]{2,4}\d{2,3}$/)
    expect(title, code).toMatch(/^[A-Zk].*[^.]$/)
    expect(why, code).toMatch(/\.$/)
    expect(
      sources.filter((source) => source.length < 5),
      code,
    ).toEqual([])
    expect(sources.length, code).toBeGreaterThan(0)
  }
})

test('a law is found by its code, in capitals or not', () => {
  expect(law('WL006')?.title).toBe('The volume type is offered in the Wavelength Zone')
  expect(law('wl006')).toBe(law('WL006'))
  expect(law('WL999')).toBeUndefined()
})

test('what a law shows as right is free of errors of any other law', () => {
  for (const { code, example } of laws) {
    if (example === undefined) continue
    const errors = check(fleetOf(example.right), '2026-11-21').filter(
      (finding) => finding.severity === 'error' && finding.accepted === undefined,
    )
    expect(errors.map((finding) => `${code}: ${finding.code} ${finding.where} ${finding.found}`)).toEqual([])
  }
})

test('every law that a place declares is enforced', () => {
  const declared = Object.values(places).flatMap((place) => [...Object.values(place.laws), ...place.rules])
  expect(declared.map(({ code }) => code).filter((code) => law(code) === undefined)).toEqual([])
})
