// The only place that knows the terminal: answers go to stdout, progress and complaints to stderr, and colour is put on here and
// nowhere else, by the shape of a line. Whatever a file or a name smuggled in cannot steer the terminal.

import { styleText } from 'node:util'
import { visible } from '../model/visible.ts'
import type { Progress } from './progress.ts'
import { progress } from './progress.ts'

export interface Terminal {
  /** The answer, on stdout. */
  answer(text: string): void
  /** Progress and complaints, on stderr. */
  say(text: string): void
  /** How far something is that takes long, on stderr. */
  progress(): Progress
  /** What is drawn over and over in one place, on stdout; undefined where that is no terminal. */
  screen(): Screen | undefined
  /** What is drawn over and over below what was said, on stderr; undefined where that is no terminal. */
  live(): Live | undefined
  /** Columns of stdout; 100 where it is no terminal. */
  readonly columns: number
  /** Whether the locale shows more than ASCII. */
  readonly unicode: boolean
}

export interface Screen {
  draw(text: string): void
  /** What was drawn last stays, and what is written next begins below it. */
  over(): void
}

export interface Live {
  draw(text: string): void
  /** Nothing of it is left. */
  clear(): void
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
  return {
    answer: (text) => write(out, text, colour && colours(out, env)),
    say: (text) => write(err, text, colour && colours(err, env)),
    progress: () => progress(err, () => performance.now()),
    screen: () => (out.isTTY === true && env.TERM !== 'dumb' ? screen(out, colour && colours(out, env)) : undefined),
    live: () => (err.isTTY === true && env.TERM !== 'dumb' ? live(err, colour && colours(err, env)) : undefined),
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
  const shown = linesOf(text, colour).join('\n')
  stream.write(shown.endsWith('\n') ? shown : `${shown}\n`)
}

function linesOf(text: string, colour: boolean): readonly string[] {
  const lines = text.split('\n').map(visible)
  return colour ? lines.map(paint) : lines
}

/** From the top of the screen, line by line over what is there, so that nothing flickers; what does not fit is counted. */
function screen(out: NodeJS.WriteStream, colour: boolean): Screen {
  out.write('\u001b[2J')
  return {
    draw: (text) => {
      const lines = text.split('\n')
      const rows = Math.max(4, (out.rows ?? 24) - 1)
      const columns = Math.max(40, out.columns ?? 100)
      const fit =
        lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `  and ${lines.length - rows + 1} lines more`]
      const shown = linesOf(fit.map((line) => [...line].slice(0, columns).join('')).join('\n'), colour)
      out.write(`\u001b[H${shown.map((line) => `${line}\u001b[K`).join('\n')}\n\u001b[J`)
    },
    over: () => undefined,
  }
}

/** Never higher than the terminal: what has scrolled away cannot be taken back. */
function live(err: NodeJS.WriteStream, colour: boolean): Live {
  let drawn = 0
  const back = () => (drawn === 0 ? '' : `\u001b[${drawn}A\r\u001b[J`)
  return {
    draw: (text) => {
      const columns = Math.max(20, (err.columns ?? 80) - 1)
      const rows = Math.max(3, (err.rows ?? 24) - 2)
      const lines = linesOf(text, false).map((line) => [...line].slice(0, columns).join(''))
      const fit =
        lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `  and ${lines.length - rows + 1} lines more`]
      err.write(`${back()}${(colour ? fit.map(paint) : fit).join('\n')}\n`)
      drawn = fit.length
    },
    clear: () => {
      err.write(back())
      drawn = 0
    },
  }
}

function paint(line: string): string {
  for (const [pattern, style] of paints) {
    const found = pattern.exec(line)
    if (found?.[1] !== undefined)
      return line.replace(found[1], () => styleText(style, found[1] ?? '', { validateStream: false }))
  }
  return line
}
