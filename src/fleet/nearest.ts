// "Did you mean": the allowed word that is nearest to the one written.

import { closest, distance } from 'fastest-levenshtein'

export function nearest(word: string, allowed: readonly string[]): string | undefined {
  if (allowed.length === 0 || word.length > 100) return undefined
  const lower = word.toLowerCase()
  const same = allowed.find((candidate) => candidate.toLowerCase() === lower)
  if (same !== undefined) return same
  // two letters swapped are one slip, though two edits
  const swapped = allowed.find((candidate) => candidate.length === word.length && letters(candidate) === letters(word))
  if (swapped !== undefined) return swapped
  const candidate = closest(word, allowed.length > 5_000 ? allowed.slice(0, 5_000) : allowed)
  return distance(word, candidate) <= Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
    ? candidate
    : undefined
}

const letters = (word: string): string => [...word].sort().join('')

/** "did you mean x? " or nothing. */
export function didYouMean(word: string, allowed: readonly string[]): string {
  const near = nearest(word, allowed)
  return near === undefined ? '' : `did you mean ${near}? `
}

/** A list of words for a sentence, not longer than a line. */
export function listed(words: readonly string[], most = 12): string {
  return words.length <= most ? words.join(', ') : `${words.slice(0, most).join(', ')} and ${words.length - most} more`
}
