// Patience with those who are asked: one for all, counted from the last who answered.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { patience } from './asking.ts'

const silence = <T>(): Promise<T> => new Promise<T>(() => undefined)

test('whoever is silent is given up a moment after the last who answered, and all of them at once', async () => {
  const { inTime, signal, over } = patience()
  const begun = performance.now()
  const slow = async () => {
    await pause(300)
    return 'slow'
  }
  const answers = await Promise.all([inTime(slow()), inTime(silence()), inTime(silence())])
  expect(answers).toEqual(['slow', undefined, undefined])
  expect(signal.aborted).toBe(true)
  expect(performance.now() - begun).toBeGreaterThan(600)
  expect(await inTime(silence())).toBeUndefined()
  over()
})

test('a refusal is an answer, and nobody is hurried while nobody is asked', async () => {
  const { inTime, signal, over } = patience()
  expect(await inTime(Promise.reject(new Error('refused')))).toBeUndefined()
  await pause(600)
  expect(signal.aborted).toBe(false)
  expect(await inTime(Promise.resolve(1))).toBe(1)
  over()
})
