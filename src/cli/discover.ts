// Which fleet is meant when none is named: the folder with a fleet file, from the working directory upwards, as far as the
// repository goes.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Refusal } from '../model/refusal.ts'

const names = ['fleet.yaml', 'fleet.yml', 'fleet.json', 'fleet.ts', 'fleet.mts', 'skerry.yaml']

/** The folder and the file that made it the one; undefined where there is none. */
export function discover(from: string): { readonly folder: string; readonly file: string } | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = names.find((name) => existsSync(join(folder, name)))
    if (file !== undefined) return { folder, file }
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) return undefined
  }
}

export function discoverOrRefuse(from: string): string {
  const found = discover(from)
  if (found !== undefined) return found.folder
  throw new Refusal(
    'usage',
    'there is no fleet here: no fleet.yaml in this folder or above it',
    'name one (skerry check path/to/fleet.yaml), or start one with: skerry init',
  )
}
