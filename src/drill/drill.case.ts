// A small fleet and timelines written by hand, for tests of what is made of them.

import { fleetFrom } from '../fleet/from.ts'
import type { Drill, Fleet } from '../model/fleet.ts'
import type { Plan } from '../model/plan.ts'
import type { EventValue, Recovery, Segment, Service, Timeline, TimelineEvent } from '../model/timeline.ts'

export const smallFleetText = `
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: small }
networks:
  - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
  - { name: other, region: us-east-1, cidr: 10.20.0.0/16 }
clusters:
  - { name: west, network: main, eks: { version: "1.35" } }
  - { name: east, network: other, eks: { version: "1.35" } }
sites:
  - { name: edge, place: { localZone: us-west-2-lax-1a }, cluster: west, nodePools: [{ name: edge, replicas: 2, instanceTypes: [t3.medium] }] }
  - { name: home, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: home, replicas: 2, instanceTypes: [t3.medium] }] }
audiences:
  - { name: public, near: "34.05,-118.24", country: US, weight: 3 }
  - { name: floor, at: edge }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: edge, replicas: 2 }, { site: home, replicas: 2 }]
expose:
  host: game.example.com
  routing: { failover: [edge, home] }
  healthCheck: { path: /, port: 80, interval: 30s, failureThreshold: 3 }
`

/** The small fleet with one drill: the edge loses its power at 1m for 10m, and what is expected of that. */
export function withDrill(
  expectation: string,
  fault = '{ at: 1m, site: edge, lose: power, for: 10m }',
): { readonly fleet: Fleet; readonly drill: Drill } {
  const fleet = fleetFrom(
    `${smallFleetText}---\nkind: Drill\nmetadata: { name: lose-edge }\nfaults: [${fault}]\nexpect: [${expectation}]\n`,
  )
  const [drill] = fleet.drills
  if (drill === undefined) throw new Error('the drill was not read')
  return { fleet, drill }
}

export const planOf = (fleet: Fleet): Plan => ({ version: 1, fleet, steps: [], backward: [], placement: [] })

/** `[60, 'site/edge', 'power', 'on', 'off', cause?]` */
export type Told = readonly [
  at: number,
  subject: string,
  what: string,
  from: EventValue,
  to: EventValue,
  cause?: number,
]

export function events(told: readonly Told[]): readonly TimelineEvent[] {
  return told.map(([at, subject, what, from, to, cause], id) => ({
    id,
    at,
    subject,
    what,
    from,
    to,
    ...(cause === undefined ? {} : { cause }),
    decidedBy: 'engine',
    text: `${subject} ${what} ${String(to)}`,
  }))
}

/** Spans as `[from, to, { site: share }]`. */
export function service(
  audience: string,
  spans: readonly (readonly [number, number, Readonly<Record<string, number>>])[],
): Service {
  const told = spans.map(([from, to, by]) => ({
    from,
    to,
    by,
    served: Object.values(by).reduce((sum, share) => sum + share, 0),
  }))
  const length = told.at(-1)?.to ?? 0
  const lostSeconds = told.reduce((sum, span) => sum + (1 - span.served) * (span.to - span.from), 0)
  return { app: 'game', audience, availability: length === 0 ? 1 : 1 - lostSeconds / length, lostSeconds, spans: told }
}

export const segment = (
  timer: string,
  seconds: number,
  minSeconds: number,
  maxSeconds: number,
  from = 0,
  to = 0,
): Segment => ({ timer, title: timer, seconds, minSeconds, maxSeconds, from, to, decidedBy: 'standIn' })

export function recovery(segments: readonly Segment[], more: Partial<Recovery> = {}): Recovery {
  const seconds = segments.reduce((sum, one) => sum + one.seconds, 0)
  return {
    app: 'game',
    audience: 'public',
    from: 60,
    fault: 0,
    to: 60 + seconds,
    seconds,
    segments,
    servedBy: 'home',
    firstUserSeconds: seconds - 50,
    tailSeconds: undefined,
    ...more,
  }
}

export function timeline(parts: Partial<Timeline>): Timeline {
  return {
    version: 1,
    world: 'twin',
    skerry: '0',
    fleet: 'small',
    drill: 'lose-edge',
    seed: 'a',
    length: 900,
    assumptions: [],
    events: [],
    services: [],
    recoveries: [],
    violations: [],
    ...parts,
  }
}
