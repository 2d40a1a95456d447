// Where a run was cut off.
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Entry } from './journal.ts'
import { open, read, write } from './journal.ts'

test('steps that were begun and not ended are told, also when the last line was cut by the kill', () => {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-journal-'))
  try {
    const entry = (step: string, phase: Entry['phase']): Entry => ({
      at: '2026-11-21T12:00:00Z',
      verb: 'up',
      step,
      phase,
    })
    for (const [step, phase] of [
      ['etcd', 'begin'],
      ['api', 'begin'],
      ['etcd', 'done'],
      ['nodes', 'begin'],
      ['nodes', 'failed'],
    ] as const)
      write(folder, entry(step, phase))
    appendFileSync(join(folder, 'journal.jsonl'), '{"at":"2026')
    expect(read(folder)).toHaveLength(5)
    expect(open(read(folder))).toEqual(['api'])
    expect(open([...read(folder), entry('api', 'begin'), entry('api', 'done')])).toEqual([])
    expect(read(join(folder, 'nowhere'))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
