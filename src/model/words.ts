// Numbers and lists as people say them, for titles, findings and reports alike.

/** `1 replica`, `3 replicas`. */
export const counted = (amount: number, one: string, many = `${one}s`): string =>
  `${amount} ${amount === 1 ? one : many}`

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

/** 2500 → `2,500`, the same on every machine. */
export const amount = (value: number): string => String(value).replace(/\B(?=(?:\d{3})+$)/g, ',')
