// The other clock: what a control plane makes of nodes that it no longer hears of.

import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { twoSites } from './failover.case.ts'
import type { KubernetesChain } from './kubernetes.ts'
import { kubernetesChain } from './kubernetes.ts'
import type { LossFault } from './loss.ts'

const stretched = (rest = '', pinned = true) =>
  twoSites({
    home: 'place: { region: us-west-2 }, cluster: west',
    placement: `[{ site: edge, replicas: 2, pinned: ${pinned} }, { site: home, replicas: 2 }]`,
    app: rest,
  })

function chainOf(fleet: Fleet, fault: LossFault, nodeLifecycle?: 'eks' | 'upstream'): KubernetesChain | undefined {
  const app = lookup(fleet).app('game')
  const site = lookup(fleet).site('edge')
  if (app === undefined || site === undefined) throw new Error('no copy')
  return kubernetesChain(fleet, app, site, [fault], nodeLifecycle === undefined ? undefined : { nodeLifecycle })
}

const cut: LossFault = { site: 'edge', lose: 'serviceLink' }

test('nodes are Unknown after 39.6 to 55 s as measured, 29.6 to 45 s as AWS documents, plus what a busy pass takes', () => {
  const upstream = chainOf(stretched(), cut, 'upstream')?.detection.stages[0]
  const eks = chainOf(stretched(), cut, 'eks')?.detection.stages[0]
  expect(upstream?.minSeconds).toBeCloseTo(39.6, 5)
  expect(upstream?.maxSeconds).toBeGreaterThanOrEqual(55)
  expect(upstream?.maxSeconds).toBeLessThan(59)
  expect(eks?.minSeconds).toBeCloseTo(29.6, 5)
  expect(eks?.meanSeconds).toBeCloseTo(37.5, 5)
})

test('a zone that is lost as a whole while another lives is evicted as measured, and not as documented [seed 50]', () => {
  const upstream = chainOf(stretched(), cut, 'upstream')
  expect(upstream).toMatchObject({ mode: 'full', evicts: true, silent: 2, nodes: 4, replacement: 'pending' })
  // 300 s of toleration, and up to a token's ten seconds for the second node
  expect(upstream?.eviction?.minSeconds).toBeGreaterThanOrEqual(300)
  expect(chainOf(stretched(), cut, 'eks')).toMatchObject({
    mode: 'full',
    evicts: false,
    eviction: undefined,
    replacement: 'none',
  })
})

test('a cluster of which every node is silent stops evicting', () => {
  expect(chainOf(twoSites(), cut, 'upstream')).toMatchObject({ mode: 'master', evicts: false })
})

test('pods that are pinned stay Pending, others start elsewhere in the cluster', () => {
  expect(chainOf(stretched(), cut, 'upstream')?.replacement).toBe('pending')
  const moved = chainOf(stretched('', false), cut, 'upstream')
  expect(moved?.replacement).toBe('elsewhere')
  expect(moved?.eviction?.stages.map((stage) => stage.title)).toContain('the scheduler binds the pod to a node')
})

test('the toleration of the app sets the clock, and its line is named', () => {
  const chain = chainOf(stretched('tolerations: { unreachable: 30s }'), cut, 'upstream')
  const eviction = chain?.eviction?.stages.find((stage) => stage.ways[0]?.segments[0]?.timer === 'kubernetes.eviction')
  expect(eviction?.minSeconds).toBe(30)
  expect(eviction?.ways[0]?.segments[0]?.dependsOn[0]).toMatchObject({
    field: 'apps.game.tolerations.unreachable',
    value: '30s',
  })
})

test('a control plane that is gone says nothing about anybody', () => {
  expect(chainOf(twoSites(), { cluster: 'west', lose: 'controlPlane' })).toBeUndefined()
  expect(chainOf(twoSites(), { site: 'edge', lose: 'internet' })).toBeUndefined()
})

test('nodes that share a zone with others are counted with them: most of a zone lost stops eviction there', () => {
  const outpost = fleetFrom(`
apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: rack }
networks:
  - { name: main, region: us-east-1, cidr: 10.10.0.0/16, subnets: [{ name: a, zone: us-east-1a, cidr: 10.10.1.0/24 }] }
clusters: [{ name: west, network: main, eks: { version: "1.35" } }]
sites:
  - { name: edge, place: { outpost: { arn: "arn:aws:outposts:us-east-1:111122223333:outpost/op-0123456789abcdef0", region: us-east-1, anchorZone: us-east-1a } }, cluster: west, nodePools: [{ name: edge, replicas: 6, instanceTypes: [m5.large] }] }
  - { name: home, place: { region: us-east-1 }, cluster: west, nodePools: [{ name: home, replicas: 2, subnets: [a], instanceTypes: [t3.medium] }] }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1.0.0 }
placement: [{ site: edge, replicas: 2 }, { site: home, replicas: 1 }]
`)
  expect(chainOf(outpost, cut, 'upstream')).toMatchObject({ mode: 'partial', evicts: false })
})
