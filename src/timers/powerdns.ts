// PowerDNS Authoritative: how the checks of its Lua records turn. One server asks all addresses at once, in passes of one thread; what it
// found is in its next answer. PowerDNS 4.7.3, pdns/lua-record.cc, held against the very server (docs/fidelity.md).

import type { CheckConfiguration, CheckFailure } from './route53.ts'
import type { Timer } from './timer.ts'

/** From the request to the whole answer: the option `timeout` of ifurlup and ifportup, which the zones leave as it is. */
export const serverTimeoutSeconds = 2

export const serverWaitSeconds = (how: CheckFailure): number => (how === 'refused' ? 0 : serverTimeoutSeconds)

const code = 'PowerDNS 4.7.3, pdns/lua-record.cc: checkThread, setStatus'

/** From an endpoint that no longer answers to a server that holds it for down. */
export function serverCheckDown(
  { intervalSeconds, failureThreshold }: CheckConfiguration,
  how: CheckFailure = 'blackhole',
): Timer {
  const wait = serverWaitSeconds(how)
  const others = (Math.max(1, failureThreshold) - 1) * intervalSeconds
  return {
    id: 'powerdns.healthCheck.down',
    title: 'PowerDNS finds that it does not answer',
    minSeconds: wait,
    maxSeconds: wait + others + intervalSeconds,
    meanSeconds: wait + others + intervalSeconds / 2,
    source: `${code}; minimumFailures: PowerDNS/pdns pull request 14996`,
    decidedBy: 'engine',
    ...(failureThreshold > 1 && {
      note: 'servers before 5.0 do not know minimumFailures, and turn at the first failure: so the least is that of one',
    }),
  }
}

/** From an endpoint that answers again to a server that holds it for up: one check that passes is enough, whatever it takes to be down. */
export function serverCheckUp({ intervalSeconds }: Pick<CheckConfiguration, 'intervalSeconds'>): Timer {
  return {
    id: 'powerdns.healthCheck.up',
    title: 'PowerDNS finds that it answers again',
    minSeconds: 0,
    maxSeconds: intervalSeconds,
    meanSeconds: intervalSeconds / 2,
    source: code,
    decidedBy: 'engine',
    note: 'where nobody answered, servers after 5.0 may take two seconds more: their interval runs from the end of a pass',
  }
}

/** A Lua record is computed for each query, and not cached by the server. */
export function serverAnswer(): Timer {
  return {
    id: 'powerdns.answer',
    title: 'the next answer follows',
    minSeconds: 0,
    maxSeconds: 0,
    meanSeconds: 0,
    source: 'PowerDNS 4.7.3, pdns/lua-record.cc: isUp is asked for each query',
    decidedBy: 'engine',
  }
}
