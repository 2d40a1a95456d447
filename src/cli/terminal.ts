// The only place that knows the terminal: answers go to stdout, progress and complaints to stderr, and colour is put on here and
// nowhere else, by the shape of a line. Whatever a file or a name smuggled in cannot steer the terminal.

import { styleText } from 'node:util'

export interface Terminal {
  /** The answer, on stdout. */
  answer(text: string): void
  /** Progress and complaints, on stderr. */
  say(text: string): void
  /** Columns of stdout; 100 where it is no terminal. */
  readonly columns: number
  /** Whether the locale shows more than ASCII. */
  readonly unicode: boolean
}

type Style = Parameters<typeof styleText>[0]

/** Lines that carry colour, first match wins. Only the first group is painted, so that text stays readable without colour. */
const paints: readonly (readonly [RegExp, Style])[] = [
  [/^(error\s+[A-Z]{2,4}\d{2,3})/, ['red', 'bold']],
  [/^(warning\s+[A-Z]{2,4}\d{2,3})/, ['yellow', 'bold']],
  [/^(note\s+[A-Z]{2,4}\d{2,3}|info\s+[A-Z]{2,4}\d{2,3})/, ['cyan', 'bold']],
  [/^(skerry:)/, ['red', 'bold']],
  [/^(\s*(?:✓|ok|passed)(?= ))/, ['green', 'bold']],
  [/^(\s*(?:✗|failed)(?= ))/, ['red', 'bold']],
  [/^(\s+(?:why|fix|next|source|reason)\s)/, 'dim'],
  [/^(\s*\+ )/, 'green'],
  [/^(\s*- )/, 'red'],
  [/^(\s*~ )/, 'yellow'],
  [/^(# .*|[A-Z][A-Za-z ,’'-]{1,60})$/, 'bold'],
]

export function terminal(
  out: NodeJS.WriteStream,
  err: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  colour: boolean,
): Terminal {
  // a reader that has seen enough (`| head`) is no failure
  for (const stream of [out, err])
    stream.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : undefined))
  return {
    answer: (text) => write(out, text, colour && colours(out, env)),
    say: (text) => write(err, text, colour && colours(err, env)),
    columns: out.isTTY === true && out.columns > 40 ? out.columns : 100,
    unicode: /utf-?8/i.test(env.LC_ALL ?? env.LC_CTYPE ?? env.LANG ?? 'utf-8') && env.TERM !== 'linux',
  }
}

function colours(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0') return true
  return stream.isTTY === true && env.TERM !== 'dumb'
}

function write(stream: NodeJS.WriteStream, text: string, colour: boolean): void {
  const safe = visible(text)
  const shown = colour ? safe.split('\n').map(paint).join('\n') : safe
  stream.write(shown.endsWith('\n') ? shown : `${shown}\n`)
}

function paint(line: string): string {
  for (const [pattern, style] of paints) {
    const found = pattern.exec(line)
    if (found?.[1] !== undefined)
      return line.replace(found[1], () => styleText(style, found[1] ?? '', { validateStream: false }))
  }
  return line
}

/** Control characters, bidirectional overrides and the like, written out: `\u001b` instead of an escape that steers the terminal. */
export function visible(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
