// From the place that a person declared to the place with all that is known of it: Region, zone group, network border group, parent
// zone, city. The fleet's own facts win over skerry's tables, because they are newer and of the account in question.

import type { z } from 'zod'
import type { place } from '../model/declaration/places.ts'
import type { ZoneFacts } from '../model/fleet.ts'
import type { Place, VolumeType } from '../model/place.ts'
import { groupOfLocalZone, localZoneNamed } from './local-zone/zones.ts'
import { isAvailabilityZone, regionOfZone, regions } from './region/regions.ts'
import { borderGroupOfWavelengthZone, groupOfWavelengthZone, wavelengthZoneNamed } from './wavelength/zones.ts'

export function resolvePlace(declared: z.output<typeof place>, facts: readonly ZoneFacts[]): Place {
  if (declared.region !== undefined) return regionPlace(declared.region)
  if (declared.localZone !== undefined) return localZonePlace(declared.localZone, facts)
  if (declared.wavelength !== undefined) return wavelengthPlace(declared.wavelength, facts)
  if (declared.outpost !== undefined) {
    const { arn, region, anchorZone, formFactor, capacity } = declared.outpost
    return {
      kind: 'outpost',
      region,
      zone: anchorZone,
      parentZone: anchorZone,
      outpostArn: arn,
      formFactor,
      ...(capacity === undefined ? {} : { capacity, instanceTypes: Object.keys(capacity) }),
      known: true,
    }
  }
  if (declared.hybrid !== undefined)
    return { kind: 'hybrid', region: declared.hybrid, known: regions[declared.hybrid] !== undefined }
  return {
    kind: 'onPremises',
    ...(declared.onPremises === undefined ? {} : { provider: declared.onPremises }),
    known: true,
  }
}

/** The place of a zone by its name alone, as a subnet gives it: an Availability Zone, a Local Zone or a Wavelength Zone. */
export function placeOfZone(zone: string, facts: readonly ZoneFacts[]): Place {
  if (isAvailabilityZone(zone)) {
    const place = regionPlace(regionOfZone(zone) ?? '')
    // no Region has more than six Availability Zones
    return { ...place, zone, known: place.known && (zone.at(-1) ?? '') <= 'f' }
  }
  const said = facts.find((fact) => fact.name === zone)
  const isWavelength = said === undefined ? zone.includes('-wlz-') : said.kind === 'wavelength'
  return isWavelength ? wavelengthPlace(zone, facts) : localZonePlace(zone, facts)
}

function regionPlace(region: string): Place {
  const row = regions[region]
  return row === undefined
    ? { kind: 'region', region, known: false }
    : { kind: 'region', region, location: row.location, country: row.country, known: true }
}

function localZonePlace(zone: string, facts: readonly ZoneFacts[]): Place {
  const said = facts.find((fact) => fact.name === zone && fact.kind === 'localZone')
  const row = localZoneNamed(zone)
  const group = said?.group ?? row?.group ?? groupOfLocalZone(zone)
  return {
    kind: 'localZone',
    ...given('region', said?.region ?? row?.region ?? regionOfZone(zone)),
    zone,
    zoneGroup: group,
    networkBorderGroup: said?.networkBorderGroup ?? row?.networkBorderGroup ?? group,
    ...fromFacts(said),
    ...given('location', said?.location ?? row?.location),
    ...given('country', row?.country),
    known: (said ?? row) !== undefined,
  }
}

function wavelengthPlace(zone: string, facts: readonly ZoneFacts[]): Place {
  const said = facts.find((fact) => fact.name === zone && fact.kind === 'wavelength')
  const row = wavelengthZoneNamed(zone)
  return {
    kind: 'wavelength',
    ...given('region', said?.region ?? row?.region ?? regionOfZone(zone)),
    zone,
    zoneGroup: said?.group ?? row?.group ?? groupOfWavelengthZone(zone),
    networkBorderGroup: said?.networkBorderGroup ?? row?.networkBorderGroup ?? borderGroupOfWavelengthZone(zone),
    ...given('carrier', row?.carrier),
    ...fromFacts(said),
    ...given('location', said?.location ?? row?.location),
    ...given('country', row?.country),
    known: (said ?? row) !== undefined,
  }
}

function fromFacts(said: ZoneFacts | undefined): Pick<Place, 'parentZone' | 'instanceTypes' | 'volumeTypes'> {
  return {
    ...given('parentZone', said?.parentZone),
    ...given('instanceTypes', said?.instanceTypes),
    ...given('volumeTypes', said?.volumeTypes as readonly VolumeType[] | undefined),
  }
}

function given<Key extends keyof Place>(key: Key, value: Place[Key] | undefined): Partial<Pick<Place, Key>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Pick<Place, Key>>)
}
