// The name of a family's folder in the cache: it changes exactly when something else would be built, and so says without Go whether
// what lies there is what the lock means. The version of Go is not in it (entry.json has it): a program that was built by an older
// Go which the lock allows is as good, and an update of Go should not cost half an hour.

import { createHash } from 'node:crypto'

export interface KeyParts {
  readonly goMod: string
  readonly goSum: string
  readonly flags: readonly string[]
  readonly platform: string
  readonly arch: string
}

export function cacheKey({ goMod, goSum, flags, platform, arch }: KeyParts): string {
  const parts = [goMod, goSum, ...flags, platform, arch]
  // lengths keep two neighbours from being read as one
  return createHash('sha256')
    .update(parts.map((part) => `${part.length}:${part}`).join('\n'))
    .digest('hex')
    .slice(0, 12)
}

/** The same for every program of the family; paths of this machine do not get into what is built. */
export const buildFlags = (stamps: readonly string[]): readonly string[] => [
  '-trimpath',
  '-buildvcs=false',
  '-mod=readonly',
  `-ldflags=${['-s', '-w', ...stamps.map((stamp) => `-X ${stamp}`)].join(' ')}`,
]
