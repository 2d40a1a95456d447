// Names within the cluster, for a copy whose requests need another service and whose site holds no cluster DNS: they are answered by pods on
// nodes elsewhere. Cut off from all of them the copy runs on, passes the checks of its load balancer, and answers nobody.

import { clusterDnsBack, clusterDnsLost } from '../../../../timers/cluster-dns.ts'
import type { Timing } from './timing.ts'
import { between } from './timing.ts'

export interface Lookups {
  review(): void
  fail(): boolean
  close(): void
}

interface LookupsOf {
  /** Whether cluster DNS is there to be asked. */
  readonly isAnswered: () => boolean
  readonly changed: (from: 'work' | 'fail', to: 'work' | 'fail') => void
  readonly timing: Timing
  readonly speed: () => number
}

export function lookupsOf({ isAnswered, changed, timing, speed }: LookupsOf): Lookups {
  let answered = true
  let fail = false
  let cancel: (() => void) | undefined
  const stop = (): void => {
    cancel?.()
    cancel = undefined
  }
  return {
    review: () => {
      const now = isAnswered()
      if (now === answered) return
      answered = now
      stop()
      if (now !== fail) return
      const { minSeconds, maxSeconds } = now ? clusterDnsBack() : clusterDnsLost()
      cancel = timing.after((between(timing, minSeconds, maxSeconds) * 1_000) / speed(), () => {
        cancel = undefined
        fail = !now
        changed(fail ? 'work' : 'fail', fail ? 'fail' : 'work')
      })
    },
    fail: () => fail,
    close: stop,
  }
}
