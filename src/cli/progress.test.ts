import { expect, test } from 'vitest'
import { inTurns, progress } from './progress.ts'

function played(isTTY: boolean, times: readonly number[]) {
  let now = 0
  let out = ''
  const told = progress({ isTTY, columns: 80, write: (text) => (out += text) }, () => now)
  for (const at of times) {
    now = at
    told.tell(`${at} ms`)
  }
  told.over()
  return out
}

test('what is done within a second says nothing', () => {
  expect(played(true, [0, 300, 900])).toBe('')
  expect(played(false, [0, 300, 900])).toBe('')
})

test('on a terminal one line is written over, and nothing of it is left', () => {
  expect(played(true, [500, 1000, 1050, 1200])).toBe('\r1000 ms\u001b[K\r1200 ms\u001b[K\r\u001b[K')
})

test('elsewhere it is a plain line every five seconds', () => {
  expect(played(false, [1000, 5000, 6000, 9999, 10_000, 15_100])).toBe('5000 ms\n10000 ms\n15100 ms\n')
})

test('others have a turn between two runs, so that an interrupt is heard', async () => {
  let heard = -1
  function* runs(): Generator<number, string, void> {
    for (let run = 1; run <= 1000; run += 1) {
      const until = performance.now() + 1
      while (performance.now() < until);
      yield run
    }
    return 'done'
  }
  let last = 0
  setImmediate(() => {
    heard = last
  })
  const told = { tell: () => undefined, over: () => undefined }
  const textOf = (run: number): string => {
    last = run
    return String(run)
  }
  expect(await inTurns(runs(), told, textOf)).toBe('done')
  expect(heard).toBeGreaterThanOrEqual(0)
  expect(heard).toBeLessThan(200)
})
