import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownershipFile, writeOwnership } from '../artefacts/ownership.ts'
import { compareFolder, deliverToFolder, sha256 } from './folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-out-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

const game = { path: 'gitops/apps/game.yaml', text: 'kind: Deployment\n' }
const files = [game, { path: 'RUNBOOK.md', text: '# Runbook\n' }]
const read = (path: string): string => readFileSync(join(folder, path), 'utf8')
const put = (path: string, text: string): void => writeFileSync(join(folder, path), text)

describe('artefacts into a folder', () => {
  test('are written whole with a list of what is ours, and a second run changes nothing', () => {
    expect(deliverToFolder(folder, files)).toMatchObject({
      added: ['RUNBOOK.md', 'gitops/apps/game.yaml'],
      foreign: [],
    })
    expect(read('RUNBOOK.md')).toBe('# Runbook\n')
    expect(JSON.parse(read(ownershipFile)).files).toEqual({
      'RUNBOOK.md': sha256('# Runbook\n'),
      'gitops/apps/game.yaml': sha256('kind: Deployment\n'),
    })
    expect(compareFolder(folder, files)).toMatchObject({ added: [], changed: [], removed: [], byHand: [], foreign: [] })
  })

  test('take away what is wanted no more, with the folders that it leaves empty, and touch nothing else', () => {
    deliverToFolder(folder, files)
    put('notes.txt', 'mine')
    expect(deliverToFolder(folder, files.slice(1)).removed).toEqual(['gitops/apps/game.yaml'])
    expect(existsSync(join(folder, 'gitops'))).toBe(false)
    expect(read('notes.txt')).toBe('mine')
  })

  test('never overwrite a file of somebody else, nor one that was changed by hand', () => {
    put('RUNBOOK.md', 'my own')
    expect(() => deliverToFolder(folder, files)).toThrow(/RUNBOOK\.md .* is in the way, and not skerry's/)
    rmSync(join(folder, 'RUNBOOK.md'))
    deliverToFolder(folder, files)
    put('RUNBOOK.md', '# Runbook, and a remark\n')
    expect(() => deliverToFolder(folder, [game, { path: 'RUNBOOK.md', text: '# New\n' }])).toThrow(/changed by hand/)
    expect(() => deliverToFolder(folder, [game])).toThrow(/changed by hand/)
    expect(read('RUNBOOK.md')).toBe('# Runbook, and a remark\n')
    deliverToFolder(folder, files, true)
    expect(read('RUNBOOK.md')).toBe('# Runbook\n')
  })

  test('a file that somebody deleted is written again', () => {
    deliverToFolder(folder, files)
    rmSync(join(folder, 'RUNBOOK.md'))
    expect(deliverToFolder(folder, files).added).toEqual(['RUNBOOK.md'])
  })

  test('what a killed run left half written is finished by the next, also when the fleet has changed in between', () => {
    deliverToFolder(folder, files)
    const writing = { 'RUNBOOK.md': sha256('# Second\n'), 'new.yaml': sha256('a: 1\n') }
    const before = { 'RUNBOOK.md': sha256('# Runbook\n'), 'gitops/apps/game.yaml': sha256('kind: Deployment\n') }
    put(ownershipFile, writeOwnership({ files: before, writing }))
    put('RUNBOOK.md', '# Second\n')
    put('new.yaml', 'a: 1\n')
    const third = [{ path: 'RUNBOOK.md', text: '# Third\n' }]
    expect(deliverToFolder(folder, third)).toMatchObject({
      changed: ['RUNBOOK.md'],
      removed: ['gitops/apps/game.yaml', 'new.yaml'],
      byHand: [],
    })
    expect(read('RUNBOOK.md')).toBe('# Third\n')
    expect(existsSync(join(folder, 'new.yaml'))).toBe(false)
  })

  test('a second run at the same time is refused, and a lock whose holder is gone is taken over', () => {
    put('.skerry.lock', String(process.pid))
    expect(() => deliverToFolder(folder, files)).toThrow(/another skerry \(process \d+\) is writing/)
    const gone = Number(execFileSync('sh', ['-c', 'echo $$'], { encoding: 'utf8' }))
    put('.skerry.lock', String(gone))
    deliverToFolder(folder, files)
    expect(existsSync(join(folder, '.skerry.lock'))).toBe(false)
  })

  test('a record that points out of the folder, or through a link, is refused', () => {
    put(ownershipFile, writeOwnership({ files: { '../elsewhere': sha256('x') }, writing: {} }))
    expect(() => deliverToFolder(folder, files)).toThrow(/would lie outside/)
    rmSync(join(folder, ownershipFile))
    const other = mkdtempSync(join(tmpdir(), 'skerry-other-'))
    symlinkSync(other, join(folder, 'gitops'))
    expect(() => deliverToFolder(folder, files)).toThrow(/is a link/)
    rmSync(other, { recursive: true })
  })

  test('a record that is not ours is refused, and a folder where a file should be', () => {
    put(ownershipFile, '{"files": 3}')
    expect(() => deliverToFolder(folder, files)).toThrow(/is not the list of files/)
    rmSync(join(folder, ownershipFile))
    mkdirSync(join(folder, 'RUNBOOK.md'))
    expect(() => deliverToFolder(folder, files)).toThrow(/in the way/)
  })

  test('say so where a file stands in the way of a folder', () => {
    put('gitops', 'mine')
    expect(() => deliverToFolder(folder, files)).toThrow(/is no folder, and one is wanted there/)
    expect(() => deliverToFolder(folder, files, true)).toThrow(/is no folder/)
    expect(read('gitops')).toBe('mine')
  })

  test('clear away what a killed run had begun, of files that are not wanted any more too', () => {
    const writing = { 'old.yaml': sha256('old') }
    put(ownershipFile, writeOwnership({ files: {}, writing }))
    put('old.yaml.skerry-new', 'ol')
    deliverToFolder(folder, files)
    expect(existsSync(join(folder, 'old.yaml.skerry-new'))).toBe(false)
  })
})
