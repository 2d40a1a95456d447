import { expect, test } from 'vitest'
import { place as placeSchema } from '../model/declaration/places.ts'
import type { ZoneFacts } from '../model/fleet.ts'
import type { PlaceKind } from '../model/place.ts'
import { explainPlace, placeKindNamed } from './explain.ts'
import { placeOfZone, places, resolvePlace, traitsOf } from './index.ts'
import { localZones } from './local-zone/zones.ts'
import { regions } from './region/regions.ts'
import { wavelengthZones } from './wavelength/zones.ts'

const resolve = (declared: unknown, facts: readonly ZoneFacts[] = []) =>
  resolvePlace(placeSchema.parse(declared), facts)

test('a Local Zone is known with its Region, its group, its border group and its city', () => {
  expect(resolve({ localZone: 'us-west-2-lax-1a' })).toEqual({
    kind: 'localZone',
    region: 'us-west-2',
    zone: 'us-west-2-lax-1a',
    zoneGroup: 'us-west-2-lax-1',
    networkBorderGroup: 'us-west-2-lax-1',
    location: { latitude: 34.05, longitude: -118.24 },
    country: 'US',
    known: true,
  })
})

test('a Wavelength Zone of the older kind shares its group and is its own border group [seed 137]', () => {
  expect(resolve({ wavelength: 'us-east-1-wl1-bos-wlz-1' })).toMatchObject({
    region: 'us-east-1',
    zoneGroup: 'us-east-1-wl1',
    networkBorderGroup: 'us-east-1-wl1-bos-wlz-1',
    carrier: 'verizon',
    known: true,
  })
  expect(resolve({ wavelength: 'us-east-1-wl1-nyc-wlz-1' })).toMatchObject({ zoneGroup: 'us-east-1-wl1', known: true })
})

test('a Wavelength Zone of the newer kind has a group of its own', () => {
  expect(resolve({ wavelength: 'eu-west-3-cmn-wlz-1a' })).toMatchObject({
    region: 'eu-west-3',
    zoneGroup: 'eu-west-3-cmn-wlz-1',
    networkBorderGroup: 'eu-west-3-cmn-wlz-1',
    country: 'MA',
  })
})

test('a zone that nobody knows keeps what its name says, and is said to be unknown', () => {
  expect(resolve({ localZone: 'us-west-2-zzz-9q' })).toEqual({
    kind: 'localZone',
    region: 'us-west-2',
    zone: 'us-west-2-zzz-9q',
    zoneGroup: 'us-west-2-zzz-9',
    networkBorderGroup: 'us-west-2-zzz-9',
    known: false,
  })
})

test("the fleet's own facts win over the tables", () => {
  const facts: ZoneFacts[] = [
    {
      name: 'us-west-2-lax-1a',
      kind: 'localZone',
      region: 'us-west-2',
      group: 'us-west-2-lax-7',
      parentZone: 'us-west-2b',
      instanceTypes: ['m7i.large'],
      volumeTypes: ['gp2', 'gp3'],
    },
  ]
  const place = resolve({ localZone: 'us-west-2-lax-1a' }, facts)
  expect(place).toMatchObject({
    zoneGroup: 'us-west-2-lax-7',
    parentZone: 'us-west-2b',
    instanceTypes: ['m7i.large'],
    location: { latitude: 34.05 },
  })
  expect(traitsOf(place, 'eks').volumeTypes).toEqual({ value: ['gp2', 'gp3'], source: 'facts.zones of the fleet' })
})

test('an Outpost is anchored to its zone, and offers what it was ordered with', () => {
  const outpost = {
    arn: 'arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0',
    region: 'us-west-2',
    anchorZone: 'us-west-2a',
    capacity: { 'm5.large': 8 },
  }
  expect(resolve({ outpost })).toMatchObject({
    kind: 'outpost',
    region: 'us-west-2',
    parentZone: 'us-west-2a',
    capacity: { 'm5.large': 8 },
    instanceTypes: ['m5.large'],
  })
})

test('a subnet says its place by the name of its zone', () => {
  const kindOf = (zone: string) => placeOfZone(zone, []).kind
  expect(kindOf('us-west-2a')).toBe('region')
  expect(kindOf('us-west-2-lax-1a')).toBe('localZone')
  expect(kindOf('us-east-1-wl1-bos-wlz-1')).toBe('wavelength')
  expect(kindOf('eu-west-3-cmn-wlz-1a')).toBe('wavelength')
  expect(placeOfZone('us-west-2z', []).known).toBe(false)
})

test('every zone of the tables is of a Region that is known, and is named once', () => {
  const zones = [...localZones, ...wavelengthZones]
  expect(new Set(zones.map((zone) => zone.name)).size).toBe(zones.length)
  for (const zone of zones) {
    expect(regions[zone.region], zone.name).toBeDefined()
    expect(zone.name.startsWith(`${zone.region}-`)).toBe(true)
    expect(zone.networkBorderGroup).not.toBe('')
    expect(Math.abs(zone.location.latitude)).toBeLessThan(90)
  }
  expect(localZones.length).toBeGreaterThanOrEqual(34)
  expect(wavelengthZones.length).toBeGreaterThanOrEqual(30)
})

test('Outposts are three places: extended, local on EBS, local on instance store [seed 49, 51]', () => {
  const place = resolve({
    outpost: {
      arn: 'arn:aws:outposts:us-west-2:111122223333:outpost/op-0123456789abcdef0',
      region: 'us-west-2',
      anchorZone: 'us-west-2a',
    },
  })
  const extended = traitsOf(place, 'eks')
  const local = traitsOf(place, 'eksOutpost')
  expect(extended.controlPlaneAt.value).toBe('region')
  expect(extended.offlineSeconds.value).toBe(300)
  expect(local.controlPlaneAt.value).toBe('site')
  expect(local.withoutLink.value).toBe('runs')
  expect(local.offlineSeconds.value).toBe(7 * 86_400)
})

test('a Region offers managed and self-managed nodes and Fargate; the zones offer less [seed 47, 139]', () => {
  const offered = (kind: PlaceKind) => traitsOf({ kind, known: true }, 'eks').nodeKinds.value
  expect(offered('region')).toEqual(expect.arrayContaining(['fargate', 'managed', 'selfManaged']))
  expect(offered('wavelength')).toEqual(['selfManaged'])
  expect(offered('localZone')[0]).toBe('selfManaged')
})

test('every trait of every place rests on a page or a title', () => {
  for (const kind of Object.keys(places) as PlaceKind[]) {
    for (const line of explainPlace(kind).lines) {
      expect(line.source, `${kind}: ${line.trait}`).toMatch(/^https:\/\/|^Amazon|^AWS|^existing|^eksctl/)
      expect(line.value, `${kind}: ${line.trait}`).not.toBe('')
    }
  }
})

test('a place explains itself in words, with the codes of its laws', () => {
  const explained = explainPlace('wavelength')
  expect(explained.title).toBe('AWS Wavelength Zone')
  expect(explained.lines.find((line) => line.trait === 'volume types')).toMatchObject({ value: 'gp2' })
  expect(explained.lines.find((line) => line.trait === 'public subnets leave by')).toMatchObject({
    value: 'the carrier gateway',
  })
  expect(explained.laws).toEqual(expect.arrayContaining(['WL001', 'WL003', 'WL004', 'WL006', 'WL020']))
})

test('a place is found by its name however it is written', () => {
  expect(placeKindNamed('local-zone')).toBe('localZone')
  expect(placeKindNamed('Local Zone')).toBe('localZone')
  expect(placeKindNamed('onPremises')).toBe('onPremises')
  expect(placeKindNamed('moon')).toBeUndefined()
})

test('Local Zones and Wavelength Zones hang on the control plane of their Region, by the same API [seed 48]', () => {
  for (const kind of ['localZone', 'wavelength'] as const)
    expect(traitsOf({ kind, known: true }, 'eks').controlPlaneAt.value).toBe('region')
})

test('an Outpost takes nodes of its customer under a control plane in the Region, or under one of its own [seed 52, 68]', () => {
  const place = { kind: 'outpost', known: true } as const
  expect(traitsOf(place, 'eks')).toMatchObject({
    nodeKinds: { value: ['selfManaged'] },
    controlPlaneAt: { value: 'region' },
  })
  expect(traitsOf(place, 'eksOutpost')).toMatchObject({
    nodeKinds: { value: ['selfManaged'] },
    controlPlaneAt: { value: 'site' },
  })
})
