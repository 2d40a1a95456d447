// The process outside of a fleet on this machine, found by its state folder: its port stands in the state, its token in a file that only the
// user may read.

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { outsideId, outsideTokenPath } from '../engines/outside.ts'
import { writeFile } from '../folder.ts'
import type { LocalState } from '../state.ts'
import type { OutsideClient } from './client.ts'
import { outsideAt } from './client.ts'

/** Undefined where none was ever started. */
export function outsideFound(
  folder: string,
  { fleet, ports }: Pick<LocalState, 'fleet' | 'ports'>,
  timeoutMs?: number,
): OutsideClient | undefined {
  const port = ports[outsideId({ kind: 'fleet', name: fleet })]?.control
  if (port === undefined || !existsSync(outsideTokenPath(folder))) return undefined
  return outsideAt(port, readFileSync(outsideTokenPath(folder), 'utf8').trim(), timeoutMs)
}

/** Before the process is started. */
export function makeToken(folder: string): void {
  if (!existsSync(outsideTokenPath(folder)))
    writeFile(outsideTokenPath(folder), `${randomBytes(32).toString('base64url')}\n`)
}
