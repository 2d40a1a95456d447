// Answers in pages: a token is where the next one begins.

import type { Cloud } from './cloud.ts'
import { validation } from './errors.ts'
import type { Json } from './json.ts'
import { text } from './json.ts'

export function page<T>(
  cloud: Cloud,
  all: readonly T[],
  token: Json,
  most?: Json,
  usual = 100,
): { items: readonly T[]; next: string | undefined } {
  const from =
    token === undefined || text(token) === ''
      ? 0
      : Number(
          Buffer.from(text(token), 'base64url')
            .toString()
            .replace(/^from /, ''),
        )
  if (!Number.isInteger(from)) throw validation('The token is invalid.')
  const size = Math.min(Number(text(most)) || Number.POSITIVE_INFINITY, cloud.options.pageSize ?? usual)
  const to = from + size
  return {
    items: all.slice(from, to),
    next: to < all.length ? Buffer.from(`from ${to}`).toString('base64url') : undefined,
  }
}
