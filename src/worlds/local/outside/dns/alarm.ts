// A health check on an alarm: it follows the metric of the load balancer, its count of healthy targets, which comes once a minute; no
// figures at all count as none healthy.

import { alarmDown, alarmUp, connectSeconds, responseSeconds } from '../../../../timers/route53.ts'
import { ask } from '../ask.ts'
import type { Surroundings } from '../part.ts'
import type { Verdict } from './checkers.ts'
import type { CheckConfig } from './config.ts'

/** Between two looks, of the document and real milliseconds at least. */
const lookSeconds = 2
const lookMilliseconds = 200

export function alarm(
  check: CheckConfig,
  targetsHealthy: () => boolean,
  surroundings: Surroundings,
  chance: () => number,
  turned: (healthy: boolean) => void,
): Verdict {
  let healthy = true
  let metric = true
  let closed = false
  let looking: NodeJS.Timeout | undefined
  let turning: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    const speed = surroundings.speed()
    const patience = { connect: (connectSeconds * 1_000) / speed, response: (responseSeconds * 1_000) / speed }
    const { door, path, host, standsOn } = check
    // from beside the load balancer: what only cuts the way of users does not show in its figures
    const heard = await ask({ ...door, crosses: standsOn, protocol: 'http', path, host }, patience, surroundings)
    if (closed) return
    review(targetsHealthy() && (heard.kind === 'late' || (heard.kind === 'answered' && heard.status < 500)))
  }

  /** Again and again, whatever went wrong. */
  async function watch(): Promise<void> {
    await look().catch(surroundings.failed)
    if (closed) return
    looking = setTimeout(() => void watch(), Math.max(lookMilliseconds, (lookSeconds * 1_000) / surroundings.speed()))
  }

  function review(now: boolean): void {
    if (now === metric) return
    metric = now
    clearTimeout(turning)
    turning = undefined
    if (now === healthy) return
    const { minSeconds, maxSeconds } = now ? alarmUp() : alarmDown(check.failureThreshold)
    const wait = minSeconds + chance() * (maxSeconds - minSeconds)
    turning = setTimeout(
      () => {
        healthy = now
        turned(now)
      },
      (wait * 1_000) / surroundings.speed(),
    )
  }

  void watch()
  return {
    healthy: () => healthy,
    detail: () => ({ metric: metric ? 'healthy targets' : 'none healthy' }),
    close() {
      closed = true
      clearTimeout(looking)
      clearTimeout(turning)
    },
  }
}
