// Text from a file on its way to a person. A name may hold an escape sequence that clears the terminal or a character that turns the
// line around; none of them leaves here as it came.

// controls, format characters (direction, zero width, byte order mark, tags), line and paragraph separators, halves of a pair
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu
const short: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r' }

/** With everything that cannot be seen written as JSON would escape it, so that JSON stays JSON. */
export function visible(text: string): string {
  return text.replace(unseen, (character) => short[character] ?? escaped(character))
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('')
}

/** At most that many characters, visible. */
export function brief(text: string, length = 80): string {
  const cut = text.length > length * 2 ? text.slice(0, length * 2) : text
  const shown = visible(cut)
  return shown.length > length ? `${shown.slice(0, length - 1)}…` : shown
}

/** A value as a person would write it, in one short line. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `"${brief(value, 60)}"`
  if (Array.isArray(value)) return 'a list'
  if (value === null) return 'nothing'
  if (typeof value === 'object') return 'a map'
  return String(value)
}
