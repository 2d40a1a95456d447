// Who ends skerry, and how: Ctrl-C twice, a terminal that is closed, however often it says so.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const exits = vi.spyOn(process, 'exit').mockImplementation(() => {
  throw new Error('ended')
})
let before: readonly NodeJS.SignalsListener[]

beforeEach(() => {
  vi.resetModules()
  exits.mockClear()
  before = signals.flatMap((signal) => process.listeners(signal) as NodeJS.SignalsListener[])
})
afterEach(() => {
  for (const signal of signals)
    for (const listener of process.listeners(signal))
      if (!before.includes(listener as NodeJS.SignalsListener)) process.off(signal, listener)
})

async function listening(instead?: () => void) {
  const { listenForInterrupts, onInterrupt } = await import('./interrupt.ts')
  listenForInterrupts()
  return instead === undefined ? undefined : onInterrupt(instead)
}

function send(signal: (typeof signals)[number]): void {
  try {
    process.emit(signal, signal)
  } catch (error) {
    if (!(error instanceof Error && error.message === 'ended')) throw error
  }
}

test.each(signals)('%s ends what has nothing to put back at once, with 130', async (signal) => {
  await listening()
  send(signal)
  expect(exits).toHaveBeenCalledWith(130)
})

test.each(signals)('%s lets a verb put back what it took, and does not end it', async (signal) => {
  const act = vi.fn()
  await listening(act)
  send(signal)
  expect(act).toHaveBeenCalledOnce()
  expect(exits).not.toHaveBeenCalled()
})

test('asked a second time it ends at once', async () => {
  await listening(() => undefined)
  send('SIGINT')
  send('SIGTERM')
  expect(exits).toHaveBeenCalledExactlyOnceWith(130)
})

test('a terminal that is closed asks once: told twice of it, and after Ctrl-C, skerry goes on putting back', async () => {
  const act = vi.fn()
  await listening(act)
  send('SIGHUP')
  send('SIGHUP')
  send('SIGINT')
  expect(exits).not.toHaveBeenCalled()
  expect(act).toHaveBeenCalled()
  send('SIGINT')
  expect(exits).toHaveBeenCalledOnce()
})

test('once there is nothing to put back any more, it ends at once again', async () => {
  const over = await listening(() => undefined)
  over?.()
  send('SIGHUP')
  expect(exits).toHaveBeenCalledWith(130)
})
