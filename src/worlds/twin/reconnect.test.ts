import fc from 'fast-check'
import { expect, test } from 'vitest'
import { watchReconnect } from '../../timers/kubelet.ts'
import { chanceFrom } from './chance.ts'
import { reconnectDelay } from './reconnect.ts'
import { mean } from './testing/plans.case.ts'

test('a client is back within the bounds of the timer, however long the outage', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      fc.constantFrom('blackhole', 'refuse'),
      (seed, outage, how) => {
        const delay = reconnectDelay(chanceFrom(seed), 'client', outage, how)
        expect(delay).toBeGreaterThanOrEqual(0)
        expect(delay).toBeLessThanOrEqual(watchReconnect(how).maxSeconds)
      },
    ),
    { numRuns: 1000 },
  )
})

test.each(['blackhole', 'refuse'] as const)('after a long outage the mean is that of the timer (%s)', (how) => {
  const chance = chanceFrom('long')
  const delays = Array.from({ length: 5000 }, (_, index) => reconnectDelay(chance, `client ${index}`, 3600, how))
  expect(Math.abs(mean(delays) - (watchReconnect(how).meanSeconds ?? 0))).toBeLessThan(1.5)
})

test('after a short cut it takes seconds: the connection was never given up', () => {
  const chance = chanceFrom('short')
  const delays = Array.from({ length: 500 }, (_, index) => reconnectDelay(chance, `client ${index}`, 20, 'blackhole'))
  expect(Math.max(...delays)).toBeLessThanOrEqual(15)
})
