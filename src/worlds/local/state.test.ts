// A state is believed as a whole or not at all.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { EngineRecord, LocalState } from './state.ts'
import { freshState, ledgerAt, readState, withRecord } from './state.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-state-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const record: EngineRecord = {
  ...{ id: 'cluster/virginia/etcd', name: 'etcd', owner: { kind: 'cluster', name: 'virginia' } },
  ...{ token: 'a.b:cluster/virginia/etcd:c', digest: 'd', startedAt: '2026-11-21T12:00:00.000Z' },
  stop: { order: 2, graceSeconds: 3 },
  ready: { kind: 'tcp', port: 1 },
}

test('what was written is read again, and where nothing was written there is none', () => {
  expect(readState(folder)).toBeUndefined()
  expect(readState(join(folder, 'none'))).toBeUndefined()
  const whole: LocalState = {
    ...withRecord(freshState('shops', '/shops', folder), record),
    ...{ speed: 10, only: ['virginia'], digest: 'sha256:0', declaredFederations: ['main'] },
    ports: { [record.id]: { client: 2379 } },
  }
  ledgerAt(folder, whole).change((state) => state)
  expect(readState(folder)).toEqual(whole)
})

test.each([
  ['too short', '{"version":1,"run":"x"}', 'fleet: '],
  ['of another version', JSON.stringify({ ...freshState('shops', '', ''), version: 2 }), 'version: '],
  ['a list', '[]', 'the file: '],
  ['cut off', '{"version":1,', 'the file: it is no JSON'],
  [
    'with half an engine',
    JSON.stringify({ ...freshState('shops', '', ''), engines: { a: { id: 'a', name: 'etcd' } } }),
    'engines.a.',
  ],
])('a state that is %s is refused, with what is wrong and the way out', (_how, text, where) => {
  writeFileSync(join(folder, 'state.json'), text)
  let refused: unknown
  try {
    readState(folder)
  } catch (error) {
    refused = error
  }
  expect(refused).toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('state.json is not of this version of skerry, or was changed by hand'),
    hint: expect.stringContaining('skerry down'),
    problems: [{ message: expect.stringContaining(where) }],
  })
})

test('a state that cannot be read at all is refused with its path', () => {
  mkdirSync(join(folder, 'state.json', 'in-the-way'), { recursive: true })
  expect(() => readState(folder)).toThrow(/state\.json cannot be used: it is a folder/)
})
