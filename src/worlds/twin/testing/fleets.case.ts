// Small fleets for the twin's tests.

import type { Plan } from '../../../model/plan.ts'
import { planFrom } from './plans.case.ts'

const header = (name: string): string => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: ${name} }
`

const recoverySites = `
networks:
  - { name: plant, region: us-east-1, cidr: 10.20.0.0/16 }
  - { name: west, region: us-west-2, cidr: 10.30.0.0/16 }
clusters:
  - { name: plant, network: plant, eks: { version: "1.35" } }
  - { name: west, network: west, eks: { version: "1.35" } }
sites:
  - name: outpost
    place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a } }
    cluster: plant
    location: "40.73,-74.17"
    nodePools: [{ name: workers, replicas: 2 }]
  - name: zone
    place: { localZone: us-west-2-lax-1a }
    cluster: west
    nodePools: [{ name: workers, replicas: 2 }]
audiences:
  - { name: public, near: "40.71,-74.01" }
  - { name: floor, at: outpost }
`

export interface Golden {
  /** YAML of the drill's faults, in flow form. */
  readonly faults: string
  readonly replicas?: number
  readonly image?: string
  readonly gitops?: string
  readonly assume?: string
  /** Further documents. */
  readonly more?: string
  readonly length?: string
}

/** Primary on an Outpost whose cluster hangs on its Region, secondary in a Local Zone of another Region, Route 53 failover 30 s × 3. */
export const golden = ({
  faults,
  replicas = 1,
  image = 'example.com/game:1.0',
  gitops = '',
  assume,
  more = '',
  length,
}: Golden): Plan =>
  planFrom(`${header('golden')}${recoverySites}${gitops}${more}
---
kind: App
metadata: { name: game }
source: { image: "${image}" }
placement: [{ site: outpost, replicas: ${replicas} }, { site: zone, replicas: ${replicas} }]
expose: { host: www.example.com, routing: { failover: [outpost, zone] }, healthCheck: { interval: 30s, failureThreshold: 3 } }
startup: 30s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
${assume === undefined ? '' : `assume: ${assume}`}
${length === undefined ? '' : `length: ${length}`}
`)

export interface OneCluster {
  /** Nodes at an Outpost, the only ones of the cluster, or beside others in the Region. */
  readonly nodes: number
  readonly pods: number
  readonly regionNodes?: number
  readonly faults: string
  readonly assume?: string
  readonly pinned?: boolean
  readonly stateful?: boolean
  readonly length?: string
}

/** One cluster that hangs on its Region; its own zone for the site's nodes is that of the anchor, or a Local Zone's. */
export const oneCluster = ({
  nodes,
  pods,
  regionNodes = 0,
  faults,
  assume = '{ nodeLifecycle: upstream }',
  pinned = true,
  stateful = false,
  length,
}: OneCluster): Plan =>
  planFrom(`${header('one')}
networks: [{ name: main, region: us-west-2, cidr: 10.10.0.0/16 }]
clusters: [{ name: main, network: main, eks: { version: "1.35" } }]
sites:
  - name: region
    place: { region: us-west-2 }
    cluster: main
    nodePools: [{ name: region, replicas: ${regionNodes} }]
  - name: edge
    place: { localZone: us-west-2-lax-1a }
    cluster: main
    nodePools: [{ name: edge, replicas: ${nodes} }]
---
kind: App
metadata: { name: game }
source: { image: "example.com/game:1.0" }
placement: [{ site: edge, replicas: ${pods}, pinned: ${pinned} }]
stateful: ${stateful}
startup: 10s
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
assume: ${assume}
${length === undefined ? '' : `length: ${length}`}
`)
