// Where a path in a file leads. Paths start from the folder of the file that names them and may climb a little, so that shared bases can
// stand beside a fleet; a path cannot wander over the whole disk.

import { posix } from 'node:path'
import { limits } from './limits.ts'

/** `inner` from the folder of the fleet's document; undefined when it leads too far. */
export function within(from: string, path: string): string | undefined {
  if (posix.isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path) || path.includes('\0')) return undefined
  const inner = posix.normalize(posix.join(from, path))
  const climbed = inner.split('/').filter((part) => part === '..').length
  return climbed > limits.climb ? undefined : inner.replace(/\/$/, '')
}

export const tooFar = `a path starts from the folder of its file and climbs at most ${limits.climb} folders above the fleet`

/** As the user would name it. */
export const fullPath = (folder: string, inner: string): string => posix.join(folder, inner)
