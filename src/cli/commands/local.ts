// What the verbs of the local world share: where its state lies for the fleet that is meant. Only `up` reads the fleet; the others work
// by the folder that it lies in, so that `down` cleans up though the file is broken by now, or gone.

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Refusal } from '../../model/refusal.ts'
import type { Shell } from '../command.ts'
import { discoverOrRefuse } from '../discover.ts'
import type { FleetOptions } from '../shell.ts'

export type On = 'local' | 'real'

export function onlyLocal(on: On): void {
  if (on !== 'local')
    throw new Refusal('refused', 'this verb knows only the fleet on this machine so far', 'leave --on real out')
}

/** The file or folder that the fleet is, or would be, read from. */
export function sourceOf(shell: Shell, inputs: readonly string[], options: FleetOptions): string {
  const [named] = [...inputs, ...(options.file ?? [])]
  return resolve(shell.cwd, named === undefined ? discoverOrRefuse(shell.cwd) : named === '-' ? '.' : named)
}

/** The state folder; undefined where nothing of the fleet is on this machine. */
export async function folderHere(
  shell: Shell,
  inputs: readonly string[],
  options: FleetOptions,
): Promise<string | undefined> {
  const { localWorld } = await import('../../index.ts')
  const local = await localWorld()
  const source = sourceOf(shell, inputs, options)
  const folders = local.foldersAt(shell.env, source)
  if (folders.length === 0 && !existsSync(source))
    throw new Refusal('usage', `there is no ${source}`, 'name the fleet: a file, or the folder that it lies in')
  if (folders.length < 2) return folders[0]
  // several fleets lie in that folder: the name tells
  const { name } = await shell.whole(inputs)
  return folders.find((folder) => folder === local.folderOf(shell.env, name, source))
}

export const nothingHere = (next = 'skerry up --only CLUSTER'): Refusal =>
  new Refusal('usage', 'nothing of this fleet runs on this machine', `start some of it: ${next}`)
