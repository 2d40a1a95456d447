// Gathers what is wrong with the files, so that all of it is told at once: each fault with its position, the path in the reader's
// words, the line itself, and what to do about it.

import type { Position } from '../model/origin.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { visible } from '../model/visible.ts'
import { frame } from './frame.ts'
import { limits } from './limits.ts'

/** Where a fault is, with the name of the file as the user gave it. */
export type Spot = Position

export interface Problems {
  /** One fault. `at` may be a file alone, when there is no line to show. A hint that costs time is made when it is told. */
  add(
    message: string,
    at: Spot | { readonly file: string } | undefined,
    more?: { readonly where?: string | undefined; readonly hint?: string | (() => string) | undefined },
  ): void
  /** The text of a file, for frames. */
  know(file: string, text: string): void
  count(): number
  /** Whether something is wrong at this very spot: what follows from it need not be told. */
  told(at: Spot): boolean
  /** Ends here when anything was added. */
  refuse(): void
}

/** The first of many faults that are often alike; the rest is counted, and not even worded. */
export interface Few {
  add(make: () => Parameters<Problems['add']>): void
  close(where: string): void
}

export function few(problems: Problems, most = 20): Few {
  let count = 0
  return {
    add(make) {
      count += 1
      if (count <= most) problems.add(...make())
    },
    close(where) {
      if (count <= most) return
      const hint = 'mend the first ones; the others are often alike'
      problems.add(`and ${count - most} more faults in the rows`, undefined, { where, hint })
    },
  }
}

export function gather(): Problems {
  const found: Problem[] = []
  const seen = new Set<string>()
  const spots = new Set<string>()
  const texts = new Map<string, string>()
  let count = 0
  return {
    know: (file, text) => void texts.set(file, text),
    count: () => count,
    told: ({ file, line, column }) => spots.has(`${file}:${line}:${column}`),
    add(message, at, more = {}) {
      const position =
        at === undefined
          ? undefined
          : { file: visible(at.file), line: 'line' in at ? at.line : 1, column: 'line' in at ? at.column : 1 }
      const mark = `${position?.file}:${position?.line}:${position?.column} ${message}`
      if (seen.has(mark)) return
      seen.add(mark)
      if (at !== undefined && 'line' in at) spots.add(`${at.file}:${at.line}:${at.column}`)
      count += 1
      if (count > limits.problems) return
      const text = at !== undefined && 'line' in at ? texts.get(at.file) : undefined
      const lines =
        text === undefined || position === undefined ? undefined : frame(text, position.line, position.column)
      found.push({
        message: visible(message),
        ...(position !== undefined && { at: position }),
        ...(more.where !== undefined && more.where !== '' && { where: visible(more.where) }),
        ...(lines !== undefined && { frame: lines }),
        ...(more.hint !== undefined && { hint: visible(typeof more.hint === 'string' ? more.hint : more.hint()) }),
      })
    },
    refuse() {
      const [first] = found
      if (first === undefined) return
      const summary =
        count === 1
          ? first.message
          : `${count} things are wrong with the fleet${count > limits.problems ? `; the first ${limits.problems} are told` : ''}`
      throw new Refusal(
        'input',
        summary,
        count === 1 ? (first.hint ?? 'mend it and run it again') : 'mend what is named and run it again',
        found,
      )
    },
  }
}
