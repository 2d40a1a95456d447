// A file of lines, each a value as JSON, which only grows: what was begun and done, what a fault took. A kill may cut the last one off, and
// whoever reads it goes by those that are whole.

import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { privateFolder, using } from './folder.ts'

/** None where there is no such file. */
export function readLines<Line>(path: string): readonly Line[] {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return []
  }
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Line]
    } catch {
      // cut by a kill, before anything was done about it
      return []
    }
  })
}

/** `synced`: on the disk when this comes back, whatever becomes of the machine. */
export function appendLines(path: string, lines: readonly unknown[], { synced = false } = {}): void {
  privateFolder(dirname(path))
  using(path, () => {
    const fresh = !existsSync(path)
    // what a kill cut off in the middle of a line must not swallow the next one
    const cut = !fresh && !/(^|\n)$/.test(readFileSync(path, 'utf8').slice(-1))
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    appendFileSync(path, `${cut ? '\n' : ''}${text}`, { mode: 0o600 })
    if (!synced) return
    sync(path)
    // a new file is on the disk only with its folder
    if (fresh) sync(dirname(path))
  })
}

function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
