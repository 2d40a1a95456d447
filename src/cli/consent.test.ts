// What ends a question without an answer: Ctrl-C, Ctrl-D, a run that is asked to end.

import { PassThrough } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { consentOf } from './consent.ts'
import { Interrupted } from './interrupt.ts'
import type { Terminal } from './terminal.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

function asking(options: Parameters<typeof consentOf>[1] = {}) {
  const said: string[] = []
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
  output.resume()
  const stop = new AbortController()
  const terminal = { say: (text: string) => void said.push(text) } as unknown as Terminal
  const consent = consentOf({ terminal }, options, {
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
    signal: stop.signal,
  })
  const types = (keys: string) => setTimeout(() => input.write(keys), 5)
  return { consent, types, said, stop, input }
}

/** As main.ts listens. */
function onSigint(): () => number {
  const act = vi.fn()
  process.on('SIGINT', act)
  ends.push(() => process.off('SIGINT', act))
  return () => act.mock.calls.length
}

test('yes is yes, a protected name is its name, and anything else is no', async () => {
  const it = asking()
  it.types('yes\r')
  expect(await it.consent.yes('Go on?')).toBe(true)
  it.types('sure\r')
  expect(await it.consent.yes('Go on?')).toBe(false)
  it.types('oregon\r')
  expect(await it.consent.named('oregon', 'lost')).toBe(true)
})

test('Ctrl-C at a question is SIGINT to the run, and no question comes after it', async () => {
  const asked = onSigint()
  const it = asking()
  it.types('\u0003')
  const first = it.consent.yes('Go on?')
  const second = it.consent.named('oregon', 'lost')
  process.once('SIGINT', () => it.stop.abort())
  await expect(first).rejects.toBeInstanceOf(Interrupted)
  await expect(second).rejects.toBeInstanceOf(Interrupted)
  expect([asked(), it.said]).toEqual([1, ['Go on?']])
})

test('Ctrl-D, and a terminal that is gone, are no', async () => {
  const it = asking()
  it.types('\u0004')
  expect(await it.consent.yes('Go on?')).toBe(false)
  setTimeout(() => it.input.end(), 5)
  expect(await it.consent.named('oregon', 'lost')).toBe(false)
  expect(await it.consent.yes('Go on?')).toBe(false)
})

test('a run that is asked to end waits for no answer', async () => {
  const it = asking()
  setTimeout(() => it.stop.abort(), 5)
  await expect(it.consent.yes('Go on?')).rejects.toBeInstanceOf(Interrupted)
})
