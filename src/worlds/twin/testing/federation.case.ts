// A small federation for the twin's tests: a host in one Region, a member in another, and a member on premises.

import type { Plan } from '../../../model/plan.ts'
import { planFrom } from './plans.case.ts'

export interface Federated {
  /** YAML of the drill's faults, in flow form. */
  readonly faults: string
  /** YAML of the federation's failover, in flow form; undefined: none is declared. */
  readonly failover?: string | undefined
  readonly sync?: string
  /** Of the app, in flow form, without braces. */
  readonly placement?: string
  readonly expect?: string
  readonly length?: string
  readonly more?: string
}

export const federated = ({
  faults,
  failover = '{ after: 0s }',
  sync = 'push',
  placement = 'replicas: 6, weights: { alpha: 2, beta: 1 }',
  expect = '[]',
  length,
  more = '',
}: Federated): Plan =>
  planFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: federated }
networks:
  - { name: core, region: eu-central-1, cidr: 10.10.0.0/16 }
  - { name: west, region: eu-west-1, cidr: 10.20.0.0/16 }
clusters:
  - { name: control, network: core, eks: { version: "1.35" } }
  - { name: alpha, network: west, eks: { version: "1.35" } }
  - { name: beta, eksAnywhere: { provider: vsphere, version: "1.35" } }
sites:
  - { name: frankfurt, place: { region: eu-central-1 }, cluster: control, nodePools: [{ name: karmada, replicas: 3 }] }
  - { name: ireland, place: { region: eu-west-1 }, cluster: alpha, nodePools: [{ name: workers, replicas: 3 }] }
  - { name: plant, place: { onPremises: vsphere }, cluster: beta, internet: true, nodePools: [{ name: machines, replicas: 3 }] }
federations:
  - name: edge
    host: control
    members: [alpha, beta]
    sync: { default: ${sync} }
    ${failover === '' ? '' : `failover: ${failover}`}
---
kind: App
metadata: { name: shop }
source: { image: "example.com/shop:1.0" }
placement: [{ federation: edge, ${placement} }]
expose: { host: shop.example.com, routing: { weighted: { ireland: 1, plant: 1 } }, healthCheck: { interval: 10s, failureThreshold: 3 }, loadBalancer: nlb }
startup: 20s
${more}
---
kind: Drill
metadata: { name: drill }
faults: ${faults}
expect: ${expect}
${length === undefined ? '' : `length: ${length}`}
`)
