// Questions that stand between a person and a bill: asked on the terminal, one at a time; without one, answered by flags or refused.

import { createInterface } from 'node:readline/promises'
import { Refusal } from '../model/refusal.ts'
import type { Consent } from '../worlds/real/consent.ts'
import type { Shell } from './command.ts'

export interface ConsentOptions {
  readonly yes?: boolean
  readonly protectOff?: readonly string[]
}

/** `quiet`: takes what is drawn on the terminal away before a question stands there. */
export function consentOf(
  { terminal }: Shell,
  { yes, protectOff = [] }: ConsentOptions,
  quiet: () => void = () => undefined,
): Consent {
  const off = new Set(protectOff.flatMap((names) => names.split(',')))
  let before: Promise<unknown> = Promise.resolve()
  const ask = (question: string, prompt: string): Promise<string> => {
    const asked = before
      .catch(() => undefined)
      .then(async () => {
        quiet()
        terminal.say(question)
        const lines = createInterface({ input: process.stdin, output: process.stderr })
        try {
          return (await lines.question(prompt)).trim()
        } finally {
          lines.close()
        }
      })
    before = asked
    return asked
  }
  const hasTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true
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
