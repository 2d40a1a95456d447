// The fleets of examples/, broken one thing at a time as people break them: each is found before it happens, with its law and a fix.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import type { Finding } from '../model/finding.ts'
import type { Cluster, Fleet, Placement } from '../model/fleet.ts'
import { check } from './check.ts'

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const today = '2026-11-21'

const read = new Map<string, Promise<{ readonly fleet: Fleet; readonly known: ReadonlySet<string> }>>()

const key = ({ code, where, found }: Finding) => `${code} ${where} ${found}`

async function readOnce(name: string) {
  const fleet = await readFleet([`${examples}${name}`])
  return { fleet, known: new Set(check(fleet, today).map(key)) }
}

/** What is found in the changed example and not in the example itself, without what follows from it for N-1. */
async function breaking(name: string, change: (fleet: Fleet) => Partial<Fleet>): Promise<readonly Finding[]> {
  const once = read.get(name) ?? readOnce(name)
  read.set(name, once)
  const { fleet, known } = await once
  const findings = check({ ...fleet, ...change(fleet) }, today)
  return findings.filter((finding) => !known.has(key(finding)) && !/^(?:NM|AC)/.test(finding.code))
}

const codes = (findings: readonly Finding[]) => findings.map(({ severity, code }) => `${severity} ${code}`)

const placed =
  (app: string, change: (placement: Placement) => Placement) =>
  ({ apps }: Fleet): Partial<Fleet> => ({
    apps: apps.map((each) => (each.name === app ? { ...each, placement: each.placement.map(change) } : each)),
  })

const everyCluster =
  (change: (cluster: Cluster) => Cluster) =>
  ({ clusters }: Fleet): Partial<Fleet> => ({ clusters: clusters.map(change) })

test('federation: a missing switch [seed 88]', async () => {
  const found = await breaking('federation', ({ federations }) => ({
    federations: federations.map((each) => ({
      ...each,
      failover: { ...each.failover, noExecuteEviction: false } as NonNullable<typeof each.failover>,
    })),
  }))
  expect(codes(found)).toEqual(['error KM015'])
  expect(found[0]?.fix).toContain('--enable-no-execute-taint-eviction')
})

test('federation: an app bound to one member, under a NoExecute policy that it does not tolerate [seed 88]', async () => {
  const found = await breaking(
    'federation',
    placed('ledger', ({ tolerateLoss: _, ...rest }) => rest),
  )
  expect(codes(found)).toEqual(['error KM027'])
  expect(found[0]).toMatchObject({
    found: expect.stringContaining('is bound to plant'),
    fix: expect.stringContaining('forever'),
  })
})

test('federation: weight 0 in place of a list of members [seed 89]', async () => {
  const found = await breaking(
    'federation',
    placed('nginx', ({ members: _, ...rest }) => ({ ...rest, weights: { virginia: 1, oregon: 1, plant: 0 } })),
  )
  expect(codes(found)).toContain('warning KM011')
})

test('federation: small nodes under a dynamic division', async () => {
  const found = await breaking('federation', (fleet) => ({
    pools: fleet.pools.map((pool) => ({ ...pool, instanceTypes: ['t3.medium'] })),
    apps: fleet.apps.map((app) => ({
      ...app,
      ...(app.name === 'nginx' ? { resources: { cpu: 0.1 } } : {}),
      placement: app.placement.map(({ weights: _, ...rest }) =>
        app.name === 'nginx' ? { ...rest, division: 'dynamic' as const } : rest,
      ),
    })),
  }))
  expect(found.find(({ code }) => code === 'KM021')).toMatchObject({
    severity: 'error',
    where: expect.stringContaining('apps.nginx'),
    fix: expect.stringContaining('t3.large'),
  })
})

test('federation: a policy that fits no member, and so deletes everywhere', async () => {
  const found = await breaking(
    'federation',
    placed('shop', (each) => ({ ...each, members: { matchLabels: { tier: 'mistyped' } } })),
  )
  expect(codes(found)).toEqual(['error KM026'])
})

test('stores: what is wrong in the class is one finding for 2,500 stores', async () => {
  const found = await breaking(
    'stores',
    everyCluster((each) =>
      each.class === undefined || each.eksAnywhere === undefined
        ? each
        : {
            ...each,
            eksAnywhere: {
              ...each.eksAnywhere,
              version: '1.99',
              serviceCidr: each.eksAnywhere.podCidr,
              os: 'bottlerocket',
            },
          },
    ),
  )
  expect(codes(found).toSorted()).toEqual(['error EA008', 'error EA017', 'error EA033', 'error EAS11'])
  expect(found.map(({ rows }) => rows?.count)).toEqual([2500, 2500, 2500, 2500])
})

test('stores: a store without its address, a management cluster that is behind, a ship without its mirror [seed 64, 65]', async () => {
  const change = (name: string, spec: Record<string, unknown>) =>
    everyCluster((each) =>
      each.name === name && each.eksAnywhere !== undefined
        ? { ...each, eksAnywhere: { ...each.eksAnywhere, ...spec } as NonNullable<Cluster['eksAnywhere']> }
        : each,
    )
  expect(codes(await breaking('stores', change('store-0001', { endpoint: undefined })))).toEqual(['error EAS02'])
  expect(codes(await breaking('stores', change('hq-west', { release: '0.25.4', version: '1.35' })))).toContain(
    'error EA026',
  )
  expect(codes(await breaking('stores', change('ship', { registryMirror: undefined })))).toEqual(['error EA014'])
})

test('wavelength: no node left in the Region, one namespace for all zones, weights for everyone [seed 147, 148, 154]', async () => {
  const noRegion = await breaking('wavelength', ({ pools }) => ({
    pools: pools.filter(({ site }) => site !== 'region'),
  }))
  expect(codes(noRegion)).toContain('error WL013')
  const oneNamespace = await breaking(
    'wavelength',
    placed('backend', (each) => ({ ...each, namespace: 'shop' })),
  )
  expect(codes(oneNamespace)).toContain('warning WL015')
  const everyone = await breaking('wavelength', ({ apps, audiences }) => ({
    audiences: audiences.map(({ carrier: _, ...rest }) => rest),
    apps: apps.map((app) => ({ ...app, audienceKind: 'any' as const })),
  }))
  expect(codes(everyone)).toContain('warning WL021')
})
