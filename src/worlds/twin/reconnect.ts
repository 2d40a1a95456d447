// When a client of an API server that was out of reach finds it again. The attempts of the outage are walked through one by one,
// because where in its back-off a client is decides how long it takes: seconds after a short cut, a minute after a long one.

import type { Failure } from '../../timers/kubelet.ts'
import type { Pace } from '../../timers/pace.ts'
import { paceOf } from '../../timers/pace.ts'
import type { Chance } from './chance.ts'

/** client-go: reflector back-off 0.8 s doubled to 30 s, each stretched by up to as much again. */
const backoff = { firstSeconds: 0.8, maxSeconds: 30, stretch: 1 } as const
/** A connection on which nothing comes back is given up after 30 s of silence and a ping of 15 s. */
const silenceSeconds = 45
/** A dial is given up after 30 s; its packets are sent again after 1, 3, 7 and 15 s. */
const dialSeconds = 30
const retransmissions = [0, 1, 3, 7, 15]
/** After that the back-off has long reached its plateau, and where it stands is a matter of chance alone. */
const plateauSeconds = 600

export function reconnectDelay(
  chance: Chance,
  entity: string,
  outageSeconds: number,
  how: Failure,
  pace: Pace = paceOf(1),
): number {
  const draw = (): number => chance.draw(entity, 'reconnect')
  // none of it can be shortened: in a drill at speed it takes as long as ever, in real time
  return pace.fixed(delay(draw, outageSeconds / pace.speed, how))
}

function delay(draw: () => number, outageSeconds: number, how: Failure): number {
  const outage = outageSeconds <= plateauSeconds ? outageSeconds : plateauSeconds + draw() * 90
  if (how === 'blackhole' && outage < silenceSeconds) {
    // the connection lives: TCP sends again, at twice the distance each time
    return Math.min(outage, 15) * draw()
  }
  let at = how === 'blackhole' ? silenceSeconds : 0
  let wait: number = backoff.firstSeconds
  for (;;) {
    if (at >= outage) return at - outage
    if (how === 'blackhole') {
      const retransmitted = retransmissions.find((offset) => at + offset >= outage)
      if (retransmitted !== undefined) return at + retransmitted - outage
      at += dialSeconds
    }
    at += wait * (1 + backoff.stretch * draw())
    wait = Math.min(backoff.maxSeconds, wait * 2)
  }
}
