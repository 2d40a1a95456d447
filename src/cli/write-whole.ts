// Writes a file whole or not at all: a plan that was cut off must never be read as one. Beside the file and then renamed, so that a
// kill or a full disk leaves what was there; only over a plain file, so that no device and no folder is ever replaced.

import { lstatSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { Refusal } from '../model/refusal.ts'

export function writeWhole(file: string, text: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false })
  if (there !== undefined && !there.isFile())
    throw new Refusal('usage', `${file} is no plain file`, 'name a file that may be written')
  const fresh = `${file}.${process.pid}.new`
  try {
    writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, file)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw new Refusal(
      'world',
      `cannot write ${file}: ${(error as Error).message}`,
      'see that the folder exists, can be written, and has room',
    )
  }
}
