// Questions that stand between a person and a bill: asked on the terminal, one at a time; without one, answered by flags or refused.

import { createInterface } from 'node:readline'
import { Refusal } from '../model/refusal.ts'
import type { Consent } from '../worlds/real/consent.ts'
import type { Shell } from './command.ts'
import { Interrupted } from './interrupt.ts'

export interface ConsentOptions {
  readonly yes?: boolean
  readonly protectOff?: readonly string[]
}

export interface Asking {
  /** Takes what is drawn on the terminal away before a question stands there. */
  readonly quiet?: () => void
  /** Aborted when the run is asked to end: a question that stands is then not waited for. */
  readonly signal?: AbortSignal
  readonly input?: NodeJS.ReadStream
  readonly output?: NodeJS.WriteStream
}

export function consentOf(
  { terminal }: Pick<Shell, 'terminal'>,
  { yes, protectOff = [] }: ConsentOptions,
  { quiet = () => undefined, signal, input = process.stdin, output = process.stderr }: Asking = {},
): Consent {
  const off = new Set(protectOff.flatMap((names) => names.split(',')))
  let before: Promise<unknown> = Promise.resolve()
  const ask = (question: string, prompt: string): Promise<string> => {
    const asked = before
      .catch(() => undefined)
      .then(async () => {
        if (signal?.aborted === true) throw new Interrupted()
        quiet()
        terminal.say(question)
        return (await answerTo(prompt, input, output, signal)).trim()
      })
    before = asked
    return asked
  }
  const hasTerminal = input.isTTY === true && output.isTTY === true
  return {
    yes: async (question) => {
      if (yes === true) {
        quiet()
        terminal.say(`${question}  yes (--yes)`)
        return true
      }
      if (!hasTerminal)
        throw new Refusal(
          'refused',
          `there is no terminal to ask on: ${question.replace(/\nGo on\?$/, '')}`,
          'say yes beforehand: --yes',
        )
      return /^y(?:es)?$/i.test(await ask(question, 'yes or no: '))
    },
    named: async (name, question, all = [name]) => {
      if (off.has(name)) return true
      if (!hasTerminal)
        throw new Refusal(
          'refused',
          `${name} is protected, and there is no terminal on which its name could be typed`,
          `if it is meant: --protect-off ${all.filter((it) => !off.has(it)).join(',')}`,
        )
      return (await ask(question, `${name} is protected. Type its name to go on: `)) === name
    },
  }
}

/** Ctrl-C is what SIGINT is to the run; Ctrl-D, or a terminal that is gone, is no yes to anything. */
function answerTo(
  prompt: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // nothing of it would be heard
    if (input.readableEnded || input.destroyed) return resolve('')
    const lines = createInterface({ input, output, terminal: true })
    let isAnswered = false
    const stopped = (): void => {
      reject(new Interrupted())
      lines.close()
    }
    signal?.addEventListener('abort', stopped, { once: true })
    lines.once('SIGINT', () => {
      stopped()
      process.emit('SIGINT', 'SIGINT')
    })
    lines.once('close', () => {
      signal?.removeEventListener('abort', stopped)
      if (!isAnswered) output.write('\n')
      resolve('')
    })
    lines.question(prompt, (answer) => {
      isAnswered = true
      resolve(answer)
      lines.close()
    })
  })
}
