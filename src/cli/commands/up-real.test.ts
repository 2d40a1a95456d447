import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { planIn } from './up-real.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-up-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('a saved plan is known by what is in it, whatever it is called', () => {
  const plan = '{ "version": 1, "fleet": "one", "steps": [] }'
  for (const name of ['reviewed.json', 'reviewed.plan', 'reviewed']) expect(planIn(written(name, plan))).toBeDefined()
})

test('a fleet is none, in JSON or YAML, nor is a folder or what is not there', () => {
  expect(planIn(written('fleet.json', '{ "apiVersion": "skerry.dev/v1", "kind": "Fleet" }'))).toBeUndefined()
  expect(planIn(written('fleet.yaml', 'kind: Fleet\n'))).toBeUndefined()
  expect(planIn(written('flow.yaml', '{ kind: Fleet }\n'))).toBeUndefined()
  expect([planIn(folder), planIn(join(folder, 'none')), planIn('-')]).toEqual([undefined, undefined, undefined])
})

test('a plan that was cut off is told as one', () => {
  expect(() => planIn(written('cut.plan', '{ "version": 1, "fleet": "one", "st'))).toThrow('is no JSON')
})
