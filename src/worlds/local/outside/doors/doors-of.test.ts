// The doors of the example fleets: which copies have one, what stands behind it, and over which hops it is reached.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { plan, readFleet } from '../../../../index.ts'
import type { Plan } from '../../../../model/plan.ts'
import type { Layout } from '../../layout.ts'
import { layoutOf } from '../../layout.ts'
import type { DoorConfig } from './config.ts'
import { addressesOf, doorKeys, doorsOf } from './doors-of.ts'

const example = async (name: string, only?: readonly string[]): Promise<{ plan: Plan; layout: Layout }> => {
  const made = plan(await readFleet([fileURLToPath(new URL(`../../../../../examples/${name}`, import.meta.url))]))
  return { plan: made, layout: layoutOf(made, only) }
}
const made = ({ plan: of, layout }: { plan: Plan; layout: Layout }): readonly DoorConfig[] => {
  const addresses = addressesOf(doorKeys(of, layout))
  return doorsOf(of, layout, {
    api: ({ name }) => 1_000 + name.length,
    link: (id) => 2_000 + id.length,
    door: (key) => ({ address: addresses.get(key) ?? '', port: 8080 }),
  })
}
const doorAt = (doors: readonly DoorConfig[], app: string, site: string): DoorConfig => {
  const found = doors.find((door) => door.app === app && door.site === site)
  if (found === undefined) throw new Error(`no door of ${app} at ${site}`)
  return found
}

test('local-zone: each copy has the Service and the Ingress of its own manifests; the controller runs in the Region', async () => {
  const doors = made(await example('local-zone'))
  const la = doorAt(doors, 'game-2048', 'los-angeles')
  expect(la).toMatchObject({
    cluster: 'eks-cluster',
    namespace: 'game-2048-lz',
    service: 'service-2048-lz',
    pods: { 'app.kubernetes.io/name': 'app-2048' },
    kind: 'balancer',
    stands: 'here',
    ingress: 'ingress-2048-lz',
    controllers: ['oregon'],
    check: { intervalSeconds: 15, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
    startupSeconds: 45,
  })
  expect(la.public?.crosses).toEqual(['site/los-angeles/internet', 'site/los-angeles/power'])
  expect(la.toPods).toEqual({
    'los-angeles': [],
    oregon: ['site/oregon/serviceLink', 'site/los-angeles/serviceLink'],
  })
  expect(la.ways.find(({ site }) => site === 'los-angeles')).toMatchObject({
    port: 2_000 + 'site/los-angeles>cluster/eks-cluster'.length,
    crosses: ['site/los-angeles/serviceLink', 'site/los-angeles/power'],
  })
  expect(doorAt(doors, 'game-2048', 'oregon')).toMatchObject({
    namespace: 'game-2048-backup',
    ingress: 'ingress-2048-backup',
  })
})

test('every door has an address of its own, the same whatever other apps there are', async () => {
  const doors = made(await example('recovery'))
  const addresses = doors.flatMap((door) => [door.public, door.lan]).flatMap((at) => at?.address ?? [])
  expect(new Set(addresses).size).toBe(addresses.length)
  for (const address of addresses) expect(address).toMatch(/^127\.(6[4-9]|[789]\d|1[01]\d|12[0-7])\.\d+\.\d+$/)
  const keys = Array.from({ length: 5_000 }, (_, index) => `app-${index % 7}/store-${index}/public`)
  const found = addressesOf(keys)
  expect(new Set(found.values()).size).toBe(5_000)
  for (const address of found.values()) {
    const last = Number(address.split('.')[3])
    expect(last).toBeGreaterThanOrEqual(1)
    expect(last).toBeLessThanOrEqual(254)
  }
  // stable but for names that fall on the same number
  const fewer = addressesOf(keys.slice(0, 100))
  expect(keys.slice(0, 100).filter((key) => fewer.get(key) === found.get(key)).length).toBeGreaterThan(95)
})

test('federation: an app that Karmada divides has a copy on every member that runs, and one where it is placed none elsewhere', async () => {
  const doors = made(await example('federation', ['parent', 'virginia', 'oregon']))
  expect(doors.filter(({ app }) => app === 'nginx').map(({ cluster }) => cluster)).toEqual(['virginia', 'oregon'])
  expect(doors.every(({ cluster }) => cluster !== 'plant')).toBe(true)
})

test('recovery: on the Outpost the app is a chart or manifests, and its door needs no way but its own', async () => {
  const doors = made(await example('recovery'))
  for (const door of doors.filter(({ app }) => app === 'game-2048')) {
    expect(door.public?.crosses[0]).toBe(`site/${door.site}/internet`)
    expect(door.ways.map(({ site }) => site)).toContain(door.site)
  }
})

test('wavelength: an app nobody is let in to has no door, and its pods are counted', async () => {
  const doors = made(await example('wavelength'))
  expect(doorAt(doors, 'backend', 'boston')).toMatchObject({
    public: undefined,
    lan: undefined,
    service: expect.any(String),
  })
  expect(doorAt(doors, 'frontend', 'boston').clusterDns.map(({ site }) => site)).not.toContain('boston')
  expect(doorAt(doors, 'frontend', 'boston').clusterDns).not.toEqual([])
  expect(doorAt(doors, 'frontend', 'boston')).toMatchObject({ kind: 'balancer', public: { port: 8080 } })
})

test('every door of the examples knows its pods, or that a chart alone does', async () => {
  for (const name of ['local-zone', 'recovery', 'wavelength', 'federation'])
    for (const door of made(await example(name))) {
      const known = door.service !== undefined && Object.keys(door.pods ?? {}).length > 0
      const byChart = door.service === undefined && door.pods === undefined
      expect(known || byChart || door.public === undefined, `${name} ${door.app} ${door.site}`).toBe(true)
    }
})
