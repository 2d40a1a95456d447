// Where the state lies, and that nothing of it stays.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  fleetOf,
  folderOf,
  foldersAt,
  privateFolder,
  removeFolder,
  sweep,
  unusable,
  using,
  writeFile,
} from './folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'skerry-folder-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('one fleet has one folder, by its name and where it lies: SKERRY_STATE, else XDG_STATE_HOME, else the home', () => {
  const fleet = join(root, 'fleet.yaml')
  writeFileSync(fleet, '')
  expect(folderOf({ SKERRY_STATE: '/state' }, 'stores', fleet)).toMatch(/^\/state\/local\/stores-[0-9a-f]{8}$/)
  expect(folderOf({ XDG_STATE_HOME: '/xdg' }, 'stores', fleet)).toMatch(/^\/xdg\/skerry\/local\/stores-/)
  expect(folderOf({}, 'stores', fleet)).toMatch(/\/\.local\/state\/skerry\/local\/stores-/)
  // the file and its folder are the same fleet; another folder is another one
  expect(folderOf({}, 'stores', fleet)).toBe(folderOf({}, 'stores', root))
  expect(folderOf({}, 'stores', root)).not.toBe(folderOf({}, 'stores', tmpdir()))
})

test('what is written is whole and only for its owner', () => {
  const file = join(root, 'a', 'b', 'key')
  writeFile(file, 'secret')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(root, 'a', 'b')).mode & 0o777).toBe(0o700)
  expect(readdirSync(join(root, 'a', 'b'))).toEqual(['key'])
})

test('a removal takes the empty folders of skerry along, and leaves what is not its own', () => {
  const env = { XDG_STATE_HOME: root }
  const [mine, other] = ['mine', 'other'].map((name) => privateFolder(folderOf(env, name, root)))
  expect(foldersAt(env, root)).toEqual([mine, other])
  removeFolder(mine ?? '')
  expect(foldersAt(env, root)).toEqual([other])
  removeFolder(other ?? '')
  expect(readdirSync(root)).toEqual([])
})

test('a removal that was killed half-way is no state, and is ended by the next command', () => {
  const env = { SKERRY_STATE: root }
  const folder = folderOf(env, 'mine', root)
  const half = join(root, 'local', `.removed-00ff00ff-${folder.split('/').at(-1)}`)
  mkdirSync(half, { recursive: true })
  expect(foldersAt(env, root)).toEqual([folder])
  sweep(folder)
  expect(existsSync(half)).toBe(false)
})

test('a path that cannot be used is told with what to do, and any other error stays what it is', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  const refused = (touch: () => unknown): unknown => {
    try {
      return touch()
    } catch (error) {
      return error
    }
  }
  expect(refused(() => writeFile(join(file, 'in', 'state.json'), ''))).toMatchObject({
    ...{ name: 'Refusal', kind: 'refused', code: 'ENOTDIR', hint: expect.stringContaining('SKERRY_STATE=FOLDER') },
    message: `${join(file, 'in')} cannot be used: a part of that path is a file, where a folder should be`,
  })
  expect(refused(() => privateFolder(file, 'SKERRY_CACHE'))).toMatchObject({
    ...{ kind: 'refused', code: 'EEXIST', hint: expect.stringContaining('SKERRY_CACHE=FOLDER') },
  })
  writeFileSync(join(root, 'local'), '')
  expect(refused(() => foldersAt({ SKERRY_STATE: root }, root))).toMatchObject({ kind: 'refused', code: 'ENOTDIR' })

  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  expect(unusable('/state/x', full)).toMatchObject({
    ...{ kind: 'world', message: '/state/x cannot be written: no space is left on its disk' },
    hint: 'make room there, and run this again',
  })
  for (const code of ['EROFS', 'EACCES'])
    expect(unusable('/state/x', Object.assign(new Error(code), { code }))).toMatchObject({ kind: 'refused', code })
  const other = new Error('another')
  expect(
    refused(() =>
      using('/state/x', () => {
        throw other
      }),
    ),
  ).toBe(other)
})

test('what could not be written whole leaves nothing behind', () => {
  const path = join(root, 'state.json')
  mkdirSync(join(path, 'in-the-way'), { recursive: true })
  expect(() => writeFile(path, 'x')).toThrow('cannot be used: it is a folder, where a file should be')
  expect(readdirSync(root)).toEqual(['state.json'])
})

test('the folder tells which fleet it is of', () => {
  expect(fleetOf(folderOf({ SKERRY_STATE: '/state' }, 'my-stores', root))).toBe('my-stores')
})

test.skipIf(process.platform !== 'linux')(
  'where no folder can be made it is refused at once, not tried for ever',
  () => {
    expect(() => privateFolder('/proc/x/local')).toThrow('no folder can be made there')
  },
)
