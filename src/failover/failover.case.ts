// A fleet of two sites under two control planes, in the pieces that tests vary.

import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'

export interface Pieces {
  /** The rest of the site `edge`, beside its name. */
  readonly edge?: string
  /** Further pools of it, each with a comma before it. */
  readonly edgePools?: string
  readonly home?: string
  readonly placement?: string
  readonly expose?: string
  readonly app?: string
  readonly audiences?: string
  /** Further clusters. */
  readonly clusters?: string
  /** Further lines of the fleet document. */
  readonly fleet?: string
}

const pools = (name: string, more = ''): string =>
  `nodePools: [{ name: ${name}, replicas: 2, instanceTypes: [t3.medium] }${more}]`

export const checked = 'healthCheck: { path: /, port: 80, interval: 30s, failureThreshold: 3 }'

export function twoSites(pieces: Pieces = {}): Fleet {
  return fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: two }
networks:
  - { name: main, region: us-west-2, cidr: 10.10.0.0/16 }
  - { name: other, region: us-east-1, cidr: 10.20.0.0/16 }
clusters:
  - { name: west, network: main, eks: { version: "1.35" } }
  - { name: east, network: other, eks: { version: "1.35" } }
${pieces.clusters ?? ''}
sites:
  - { name: edge, ${pieces.edge ?? 'place: { localZone: us-west-2-lax-1a }, cluster: west'}, ${pools('edge', pieces.edgePools)} }
  - { name: home, ${pieces.home ?? 'place: { region: us-east-1 }, cluster: east'}, ${pools('home')} }
audiences: ${pieces.audiences ?? '[{ name: public, near: "34.05,-118.24", country: US }]'}
${pieces.fleet ?? ''}
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: ${pieces.placement ?? '[{ site: edge, replicas: 2 }, { site: home, replicas: 2 }]'}
${pieces.expose === 'none' ? '' : `expose: { host: game.example.com, ${pieces.expose ?? `routing: { failover: [edge, home] }, ${checked}`} }`}
${pieces.app ?? ''}
`)
}
