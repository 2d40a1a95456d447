import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deliverToBranch } from './branch.ts'

let repository: string
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, '-c', 'user.name=A', '-c', 'user.email=a@example.com', ...args], {
    encoding: 'utf8',
  })

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'skerry-repo-'))
  git('init', '--quiet', '--initial-branch', 'main')
  git('config', 'user.name', 'A person')
  git('config', 'user.email', 'a@example.com')
  mkdirSync(join(repository, 'fleet'))
  writeFileSync(join(repository, 'fleet', 'mine.txt'), 'mine\n')
  git('add', '.')
  git('commit', '--quiet', '--message', 'first')
})
afterEach(() => {
  rmSync(repository, { recursive: true, force: true })
})

const files = [
  { path: 'apps/game.yaml', text: 'kind: Deployment # ö\n' },
  { path: 'clusters/a/sync.yaml', text: 'kind: GitRepository\n' },
]
const to = (more: object = {}) => ({
  repository,
  under: 'fleet',
  base: 'main',
  branch: 'skerry/game',
  message: 'Fleet game',
  ...more,
})
const merge = (): void => void git('merge', '--quiet', '--ff-only', 'skerry/game')

describe('artefacts as a branch', () => {
  test('are one commit on the base, in their folder, with the working tree and the index as they were', () => {
    writeFileSync(join(repository, 'fleet', 'mine.txt'), 'mine, being edited\n')
    const delivered = deliverToBranch(files, to())
    expect(delivered.added).toEqual(['apps/game.yaml', 'clusters/a/sync.yaml'])
    expect(git('status', '--porcelain')).toBe(' M fleet/mine.txt\n')
    expect(git('branch', '--show-current').trim()).toBe('main')
    expect(git('ls-tree', '-r', '--name-only', 'skerry/game').split('\n').filter(Boolean)).toEqual([
      'fleet/.skerry.json',
      'fleet/apps/game.yaml',
      'fleet/clusters/a/sync.yaml',
      'fleet/mine.txt',
    ])
    expect(git('show', 'skerry/game:fleet/apps/game.yaml')).toBe(files[0]?.text)
    expect(git('rev-parse', 'skerry/game^')).toBe(git('rev-parse', 'main'))
  })

  test('are made again over a branch of ours, and are nothing when the base holds them', () => {
    deliverToBranch(files, to())
    const again = deliverToBranch(files.slice(0, 1), to())
    expect(git('rev-list', '--count', 'main..skerry/game').trim()).toBe('1')
    expect(again.added).toEqual(['apps/game.yaml'])
    merge()
    expect(deliverToBranch(files.slice(0, 1), to({ branch: 'skerry/next' }))).toMatchObject({ commit: undefined })
  })

  test('take away what is wanted no more, and nothing of anybody else', () => {
    deliverToBranch(files, to())
    merge()
    expect(deliverToBranch(files.slice(1), to()).removed).toEqual(['apps/game.yaml'])
    expect(git('ls-tree', '-r', '--name-only', 'skerry/game')).toContain('fleet/mine.txt')
  })

  test('a file of somebody else, or one changed by hand, is not overwritten', () => {
    expect(() => deliverToBranch([{ path: 'mine.txt', text: 'ours' }], to())).toThrow(/skerry did not write it/)
    deliverToBranch(files, to())
    merge()
    git('reset', '--quiet', '--hard')
    writeFileSync(join(repository, 'fleet', 'apps', 'game.yaml'), 'kind: Mine\n')
    git('commit', '--quiet', '--all', '--message', 'by hand')
    expect(() => deliverToBranch([{ path: 'apps/game.yaml', text: 'new' }], to())).toThrow(/changed by hand/)
    expect(readFileSync(join(repository, 'fleet', 'apps', 'game.yaml'), 'utf8')).toBe('kind: Mine\n')
  })

  test('a branch with commits of others is left alone', () => {
    git('switch', '--quiet', '--create', 'skerry/game')
    git('commit', '--quiet', '--allow-empty', '--message', 'a person was here')
    git('switch', '--quiet', 'main')
    expect(() => deliverToBranch(files, to())).toThrow(/holds commits that are not skerry's/)
  })

  test('what is no repository, or has no such base, is told', () => {
    expect(() => deliverToBranch(files, to({ base: 'trunk' }))).toThrow(/has no branch trunk/)
    const bare = mkdtempSync(join(tmpdir(), 'skerry-none-'))
    expect(() => deliverToBranch(files, to({ repository: bare }))).toThrow(/is no Git repository/)
    rmSync(bare, { recursive: true })
  })

  test('keep their commit when nothing changed, and tell when a pushed one is replaced', () => {
    const first = deliverToBranch(files, to())
    expect(deliverToBranch(files, to())).toMatchObject({ commit: first.commit, replaced: false })
    expect(deliverToBranch(files.slice(1), to())).toMatchObject({ replaced: true })
    expect(git('for-each-ref', 'refs/skerry')).toBe('')
  })

  test('never move a branch under the working tree that has it checked out', () => {
    deliverToBranch(files, to())
    git('switch', '--quiet', 'skerry/game')
    expect(() => deliverToBranch(files.slice(1), to())).toThrow(/is checked out in/)
    git('switch', '--quiet', 'main')
    expect(() => deliverToBranch(files.slice(1), to({ branch: 'main' }))).toThrow(/is checked out in/)
    expect(git('status', '--porcelain')).toBe('')
  })

  test('start from what was fetched when the local branch is behind it', () => {
    const old = git('rev-parse', 'main').trim()
    git('commit', '--quiet', '--allow-empty', '--message', 'second')
    const newer = git('rev-parse', 'main').trim()
    git('update-ref', 'refs/remotes/origin/main', newer)
    git('reset', '--quiet', '--hard', old)
    deliverToBranch(files, to())
    expect(git('rev-parse', 'skerry/game^').trim()).toBe(newer)
  })

  test('refuse what is no name of a branch before anything is made', () => {
    for (const branch of ['bad..name', 'two words', '-x', ''])
      expect(() => deliverToBranch(files, to({ branch }))).toThrow(/is no name of a branch/)
  })

  test('of two fleets in one repository have a list each, and leave the other alone', () => {
    deliverToBranch(files, to({ under: 'one' }))
    git('merge', '--quiet', '--ff-only', 'skerry/game')
    deliverToBranch(files, to({ under: 'two', branch: 'skerry/two' }))
    expect(git('ls-tree', '-r', '--name-only', 'skerry/two')).toContain('one/apps/game.yaml')
  })
})
