// What a drill on this machine takes for granted, in sentences.

import { clockText, durationText } from '../../../model/duration.ts'
import type { Drill } from '../../../model/fleet.ts'
import { unscaledConstants } from '../../../timers/pace.ts'
import { ttlViolators } from '../../../timers/resolver.ts'
import type { Versions } from '../answers.ts'
import type { AudiencesState } from '../outside/audiences/config.ts'
import type { OutsideState } from '../outside/client.ts'

export function assumptionsOf(
  drill: Drill,
  speed: number,
  outside: OutsideState,
  { kubernetes, karmada }: Versions,
  failures: number,
  /** In which nothing here got to run: how long in reality, and until when of the drill. */
  stoodStill?: { readonly seconds: number; readonly until: number },
  /** Where a PowerDNS of this machine answers for names of the fleet: which. */
  powerDns?: { readonly version: string | undefined },
): readonly string[] {
  const audiences = outside.parts.audiences as Partial<AudiencesState> | undefined
  const asksFor = drill.assume?.nodeLifecycle
  return [
    `the control planes are those of Kubernetes ${kubernetes} and Karmada ${karmada}, with nodes of KWOK that run no container; links, front doors, name servers, health checkers and users are stand-ins of ours`,
    ...(asksFor === 'eks'
      ? ['the drill assumes the node lifecycle that AWS documents for EKS; what runs here is upstream’s']
      : []),
    ...(drill.assume?.ttlViolators !== undefined && drill.assume.ttlViolators !== ttlViolators.share
      ? [
          'the share of resolvers that overstay their TTL is what the fleet was brought up with, not what the drill assumes',
        ]
      : []),
    ...(powerDns === undefined
      ? []
      : [
          `names in zones of its own are answered, and their copies checked, by PowerDNS ${powerDns.version ?? 'of this machine'} itself, and no stand-in`,
        ]),
    ...(audiences?.notes ?? []),
    ...(failures <= 0
      ? []
      : [
          `a bug of ours: the process that stands for the world outside failed ${failures === 1 ? 'once' : `${failures} times`} while it was drilled, and what it says of names, doors, links and users is to be doubted (skerry logs ${outside.fleet ?? 'FLEET'} outside)`,
        ]),
    ...(stoodStill === undefined
      ? []
      : [
          `this machine stood still for ${durationText(Math.round(stoodStill.seconds))} until ${clockText(stoodStill.until)}: it slept, or had far too much to do; what was measured then is late by up to ${durationText(Math.round(stoodStill.seconds * speed))} of the drill, and the drill should be run again`,
        ]),
    ...(speed === 1
      ? []
      : [
          `played ${speed} times as fast as life, and told in the time of the drill; what cannot be shortened is ${speed} times as long in it: ${unscaledConstants
            .slice(0, 4)
            .map(({ what }) => what)
            .join('; ')}, and ${unscaledConstants.length - 4} more`,
        ]),
  ]
}
