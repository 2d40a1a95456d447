// A fleet from text at hand: for tests, and for programs that have no files.

import { posix } from 'node:path'
import type { Fleet } from '../model/fleet.ts'
import type { Attached } from './attached.ts'
import type { SourceText } from './build.ts'
import { buildFleet } from './build.ts'

/**
 * One text is `fleet.yaml`; of several, those that are ours are read, the others are there for what they refer to.
 * `attached`: further files by path, for manifests and CSVs.
 */
export function fleetFrom(
  texts: string | Readonly<Record<string, string>>,
  attached: Readonly<Record<string, string>> = {},
): Fleet {
  const files: SourceText[] =
    typeof texts === 'string'
      ? [{ file: 'fleet.yaml', text: texts }]
      : Object.entries(texts).map(([file, text]) => ({ file, text, found: true }))
  return buildFleet(
    files.filter(({ file }) => /\.(?:ya?ml|json)$/.test(file)),
    inMemory({ ...(typeof texts === 'string' ? {} : texts), ...attached }),
  )
}

/** Files in a map, as the core asks for them. */
export function inMemory(files: Readonly<Record<string, string | Uint8Array>>): Attached {
  const byPath = new Map(Object.entries(files).map(([path, text]) => [posix.normalize(path), text]))
  const isFolder = (path: string) => path === '.' || [...byPath.keys()].some((file) => file.startsWith(`${path}/`))
  return {
    file(path) {
      const text = byPath.get(posix.normalize(path))
      return text ?? { missing: isFolder(posix.normalize(path)) ? 'folder' : 'nothing' }
    },
    folder(path) {
      const folder = posix.normalize(path).replace(/\/$/, '')
      if (byPath.has(folder)) return { missing: 'notFolder' }
      if (!isFolder(folder)) return { missing: 'nothing' }
      const head = folder === '.' ? '' : `${folder}/`
      const names = [...byPath.keys()]
        .filter((file) => file.startsWith(head) && !file.startsWith('../'))
        .map((file) => file.slice(head.length).replace(/\/.*/, '/'))
      return [...new Set(names)].sort()
    },
  }
}
