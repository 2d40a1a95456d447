// The public checkers of one health check. They ask on their own, each at times of its own, with real requests; each believes what it got
// several times in a row, and the endpoint is healthy while more than 18 % of them say so. One that stands in for a PowerDNS asks by itself,
// from beginning to beginning, and believes the first check that passes (timers/powerdns.ts).

import { serverTimeoutSeconds } from '../../../../timers/powerdns.ts'
import { connectSeconds, healthyShare, responseSeconds } from '../../../../timers/route53.ts'
import type { Heard, Patience } from '../ask.ts'
import { ask } from '../ask.ts'
import type { Hop } from '../conditions.ts'
import { copyKey, wayOver } from '../conditions.ts'
import type { Surroundings } from '../part.ts'
import type { CheckConfig } from './config.ts'

export interface Verdict {
  healthy(): boolean
  /** For whoever looks at the state. */
  detail(): Readonly<Record<string, number | string>>
  close(): void
}

interface Checker {
  healthy: boolean
  passes: boolean
  streak: number
  timer: NodeJS.Timeout | undefined
}

/** For TCP alone: as long as for the whole of a request (Route 53 Developer Guide, how Route 53 determines whether a health check is healthy). */
const tcpConnectSeconds = 10

/** A fault may say how a port that nobody listens at turns its callers away; left out, packets vanish, as a security group lets them. */
export const checkPortHop = (app: string, site: string): Hop => `checkPort/${app}/${site}`

export function checkers(
  check: CheckConfig,
  surroundings: Surroundings,
  chance: () => number,
  turned: (healthy: boolean) => void,
): Verdict {
  const { app, site, intervalSeconds, failureThreshold } = check
  const isServer = check.by === 'server'
  let closed = false
  let requests = 0
  const failures = { bad: 0, refused: 0, silent: 0, late: 0 }
  // a new check counts as healthy until something else is known
  let healthy = true
  const all = Array.from({ length: check.checkers }, (): Checker => {
    return { healthy: true, passes: true, streak: failureThreshold, timer: undefined }
  })
  const again = (checker: Checker, seconds: number): void => {
    clearTimeout(checker.timer)
    checker.timer = setTimeout(
      () => {
        round(checker).catch((error: unknown) => {
          surroundings.failed(error)
          if (!closed) again(checker, intervalSeconds)
        })
      },
      (seconds * 1_000) / surroundings.speed(),
    )
  }

  async function round(checker: Checker): Promise<void> {
    requests += 1
    const began = performance.now()
    const heard = await look()
    if (closed) return
    const passes = isGood(heard)
    if (!passes) failures[heard.kind === 'answered' ? 'bad' : heard.kind] += 1
    checker.streak = passes === checker.passes ? checker.streak + 1 : 1
    checker.passes = passes
    if (checker.streak >= (passes && isServer ? 1 : failureThreshold)) checker.healthy = passes
    // the interval runs from an answer to the next request, but for a server's
    const took = ((performance.now() - began) * surroundings.speed()) / 1_000
    again(checker, isServer ? Math.max(0, intervalSeconds - took) : intervalSeconds)
    count()
  }

  function look(): Promise<Heard> {
    const speed = surroundings.speed()
    const { protocol, path, host, contains, door } = check
    const patience: Patience = {
      connect:
        ((isServer ? serverTimeoutSeconds : protocol === 'tcp' ? tcpConnectSeconds : connectSeconds) * 1_000) / speed,
      response: ((isServer ? serverTimeoutSeconds : responseSeconds) * 1_000) / speed,
    }
    const conditions = surroundings.conditions()
    const port = conditions.checkPorts[copyKey(app, site)]
    if (!check.reached || (port !== undefined && !isRefused(port))) return silence(patience.connect)
    if (port !== undefined) return Promise.resolve({ kind: 'refused' })
    return ask({ ...door, protocol, path, host, ...(contains !== undefined && { contains }) }, patience, surroundings)
  }

  /** Of a check on a dead port. */
  function isRefused(port: number): boolean {
    const way = wayOver(surroundings.conditions(), [...check.door.crosses, checkPortHop(app, site)])
    return port !== check.port && 'cut' in way && way.cut === 'refuse'
  }

  function count(): void {
    const now = all.filter((checker) => checker.healthy).length > healthyShare * all.length
    if (now === healthy) return
    healthy = now
    turned(now)
  }

  for (const checker of all) again(checker, chance() * intervalSeconds)
  return {
    healthy: () => healthy,
    detail: () => ({
      sayHealthy: all.filter((checker) => checker.healthy).length,
      of: all.length,
      requests,
      ...failures,
    }),
    close() {
      closed = true
      for (const { timer } of all) clearTimeout(timer)
    },
  }
}

const silence = (milliseconds: number): Promise<Heard> =>
  new Promise((resolve) => setTimeout(() => resolve({ kind: 'silent' }), milliseconds).unref())

/** Of TCP there is no status: a connection is enough. */
const isGood = (heard: Heard): boolean =>
  heard.kind === 'answered' && heard.found && (heard.status === 0 || (heard.status >= 200 && heard.status < 400))
