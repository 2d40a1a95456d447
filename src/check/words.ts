// Small words for messages.

import type { Origin } from '../model/origin.ts'

/** "a, b and c". */
export function and(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** "a, b or c". */
export function or(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`
}

/** The name of what is declared alone; of a row of a class, whose name would be that of one row among many, `otherwise`. */
export function nameIn(entity: { readonly name: string; readonly origin: Origin }, otherwise: string): string {
  return entity.origin.row === undefined ? entity.name : otherwise
}

/** "1 subnet", "2 subnets". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
