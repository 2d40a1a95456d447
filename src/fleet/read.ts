// Files, folders and standard input to a fleet, with every way in which reading fails said in words. With `ts.ts` the only place here
// that touches the outside.

import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { posix, relative, resolve, sep } from 'node:path'
import type { Fleet } from '../model/fleet.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { visible } from '../model/visible.ts'
import type { Attached, Missing } from './attached.ts'
import type { SourceText } from './build.ts'
import { buildFleet } from './build.ts'
import { mayBeOurs } from './documents.ts'
import { limits } from './limits.ts'
import { isCode, loadCode } from './ts.ts'

export interface ReadIo {
  /** Where relative names start from; left out, the folder that the process runs in. */
  readonly cwd?: string
  /** What `-` stands for. */
  readonly stdin?: () => string | Uint8Array | Promise<string | Uint8Array>
}

/** Sub-folders of a fleet's folder in which documents may lie. */
const inner = ['', 'apps', 'drills']

/** Reads every document of ours in the files and folders named; without any, in the folder at hand. */
export async function readFleet(inputs: readonly string[], io: ReadIo = {}): Promise<Fleet> {
  const cwd = io.cwd ?? process.cwd()
  const problems: Problem[] = []
  const files = new Map<string, SourceText>()
  const folders: string[] = []
  for (const input of inputs.length === 0 ? ['.'] : inputs) {
    try {
      for (const [path, file] of await open(input, cwd, io, folders)) if (!files.has(path)) files.set(path, file)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      problems.push(...error.problems)
    }
  }
  const [first] = problems
  if (first !== undefined) throw new Refusal('input', first.message, first.hint ?? 'name a file or a folder', problems)
  if (files.size === 0) throw nothingIn(inputs, folders)
  return buildFleet([...files.values()], onDisk(cwd, folders))
}

type Found = readonly [path: string, file: SourceText]

async function open(input: string, cwd: string, io: ReadIo, folders: string[]): Promise<Found[]> {
  if (input === '-') {
    folders.push(cwd)
    return [['-', { file: '-', text: io.stdin === undefined ? standardInput() : await io.stdin(), folder: '.' }]]
  }
  const path = resolve(cwd, input)
  if (isFolder(input, path)) {
    folders.push(path)
    return folderFiles(input, path)
  }
  folders.push(resolve(path, '..'))
  const text = bytesOf(input, path)
  return [[path, isCode(input) ? await loadCode(input, path, new TextDecoder().decode(text)) : { file: input, text }]]
}

/** What may be ours in a folder; code in it is not run unless it is named. */
function folderFiles(input: string, path: string): Found[] {
  return inner.flatMap((sub) => {
    const name = posix.join(input, sub)
    const entries = entriesOf(name, resolve(path, sub), sub !== '').filter((entry) => /\.(?:ya?ml|json)$/i.test(entry))
    if (entries.length > limits.files) {
      const message = `the folder ${visible(name)} holds more than ${limits.files} files`
      throw new Refusal('input', message, 'name the file of the fleet', [
        { message, hint: 'name the file of the fleet' },
      ])
    }
    return entries.flatMap((entry): Found[] => {
      const full = resolve(path, sub, entry)
      const file = posix.join(input, sub, entry)
      if (!isFile(full)) return []
      const text = bytesOf(file, full)
      return mayBeOurs(Buffer.from(text).toString('latin1')) ? [[full, { file, text, found: true }]] : []
    })
  })
}

function nothingIn(inputs: readonly string[], folders: readonly string[]): Refusal {
  const code = folders.flatMap((folder) =>
    ['fleet.ts', 'fleet.mts', 'fleet.js', 'fleet.mjs'].filter((name) => existsSync(resolve(folder, name))),
  )
  const hint =
    code[0] === undefined
      ? 'a fleet is a .yaml or .json file with kind: Fleet; skerry init writes one to start from'
      : `code is only run when it is named: name ${code[0]}`
  const message = `there is no fleet in ${inputs.length === 0 ? 'this folder' : inputs.join(', ')}`
  return new Refusal('input', message, hint, [{ message, hint }])
}

function isFolder(name: string, path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch (error) {
    throw refused(name, error)
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** Names in a folder, sorted; of one that need not be there, none. */
function entriesOf(name: string, path: string, optional: boolean): string[] {
  try {
    return readdirSync(path).sort()
  } catch (error) {
    if (optional && ['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return []
    throw refused(name, error)
  }
}

/** At most what is allowed and one byte more, so that a device that never ends does not either. */
function bytesOf(name: string, path: string, largest: number = limits.yamlBytes): Uint8Array {
  try {
    const handle = openSync(path, 'r')
    try {
      const { size } = fstatSync(handle)
      return size > 0 && size <= largest ? readFileSync(handle) : upTo(handle, largest)
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    throw refused(name, error)
  }
}

function standardInput(): Uint8Array {
  try {
    return upTo(0, limits.yamlBytes)
  } catch (error) {
    throw refused('-', error)
  }
}

function upTo(handle: number, largest: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(largest + 1)
  let length = 0
  for (;;) {
    let count: number
    try {
      count = readSync(handle, buffer, length, buffer.length - length, null)
    } catch (error) {
      // a pipe without data yet, or one that Windows says has ended
      if (codeOf(error) === 'EAGAIN') continue
      if (codeOf(error) === 'EOF') return buffer.subarray(0, length)
      throw error
    }
    length += count
    if (count === 0 || length === buffer.length) return buffer.subarray(0, length)
  }
}

/** What the core asks for, from the disk; links that lead out of the folders of the fleet are not followed. */
function onDisk(cwd: string, folders: readonly string[]): Attached {
  const roots = folders.map((folder) => resolve(realpathSync(folder), ...Array<string>(limits.climb).fill('..')))
  const inside = (path: string) =>
    roots.some((root) => !relative(root, path).startsWith(`..${sep}`) && relative(root, path) !== '..')
  return {
    file(path) {
      try {
        const full = realpathSync(resolve(cwd, path))
        if (!inside(full)) return { missing: 'elsewhere' }
        const found = statSync(full)
        if (found.isDirectory()) return { missing: 'folder' }
        if (!found.isFile()) return { missing: 'unreadable' }
        if (found.size > limits.csvBytes) return { missing: 'tooLarge' }
        return bytesOf(path, full, limits.csvBytes)
      } catch (error) {
        return missing(error)
      }
    },
    folder(path) {
      try {
        const full = realpathSync(resolve(cwd, path))
        if (!inside(full)) return { missing: 'elsewhere' }
        return readdirSync(full, { withFileTypes: true })
          .flatMap((entry) => (entry.isDirectory() ? [`${entry.name}/`] : [entry.name]))
          .sort()
      } catch (error) {
        return missing(error)
      }
    },
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

function missing(error: unknown): Missing {
  const code = codeOf(error)
  if (code === 'ENOENT') return { missing: 'nothing' }
  if (code === 'ENOTDIR') return { missing: 'notFolder' }
  if (code === '' && !(error instanceof Refusal)) throw error
  return { missing: 'unreadable' }
}

function refused(name: string, error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const code = codeOf(error)
  if (code === '') throw error
  const shown = name === '-' ? 'standard input' : visible(name)
  const [message, hint] = whys[code]?.(shown) ?? [`${shown} cannot be read (${code})`, 'name another file']
  return new Refusal('input', message, hint, [{ message, hint, at: { file: visible(name), line: 1, column: 1 } }])
}

const noFile = (name: string): [string, string] => [
  `there is no file or folder ${name}`,
  'name a fleet file or its folder; skerry init writes one to start from',
]
const noRight = (name: string): [string, string] => [
  `${name} cannot be read: permission is denied`,
  'look at its permissions',
]

const whys: Readonly<Record<string, (name: string) => [message: string, hint: string]>> = {
  ENOENT: noFile,
  ENOTDIR: noFile,
  EACCES: noRight,
  EPERM: noRight,
  ELOOP: (name) => [`${name} is a link that leads to itself`, 'name a real file'],
  ENAMETOOLONG: (name) => [`the name ${name.slice(0, 40)}… is too long`, 'name a file or a folder'],
}
