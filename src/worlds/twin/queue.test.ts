import fc from 'fast-check'
import { expect, test } from 'vitest'
import { queue } from './queue.ts'

test('entries are acted out by time, then in the order in which they were asked for', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (times) => {
      const line = queue()
      const acted: [number, number][] = []
      times.forEach((time, index) => {
        line.at(time, () => acted.push([time, index]))
      })
      while (line.step(100));
      expect(acted).toEqual([...acted].sort(([a, i], [b, j]) => a - b || i - j))
      expect(acted).toHaveLength(times.length)
    }),
  )
})

test('a cancelled entry does not happen, and nothing happens before now', () => {
  const line = queue()
  const acted: string[] = []
  const entry = line.at(5, () => acted.push('cancelled'))
  line.at(10, () => line.at(1, () => acted.push(`late at ${line.now}`)))
  line.cancel(entry)
  while (line.step(100));
  expect(acted).toEqual(['late at 10'])
})

test('what would go on for ever does not keep the drill going', () => {
  const line = queue()
  line.at(1, () => {}, { idle: true })
  expect(line.busy).toBe(false)
  const entry = line.at(2, () => {})
  expect(line.busy).toBe(true)
  line.cancel(entry)
  expect(line.busy).toBe(false)
})

test('times are kept to the millisecond', () => {
  const line = queue()
  line.at(1.23456, () => {})
  line.step(10)
  expect(line.now).toBe(1.235)
})
