// AWS Local Zones: name, what an account opts in to, and the city. The group is the name without its last letter, and is the network
// border group as well. Names and Regions are from the list in infracost (Apache-2.0, October 2025), with later zones from the AWS
// pages; coordinates are city centres. The parent Availability Zone is published only as a zone id, whose name differs from account
// to account: it is left out here, and a fleet says it under facts.zones where it matters.

import type { Location } from '../../model/place.ts'
import { regionOfZone } from '../region/regions.ts'

export interface LocalZoneRow {
  readonly name: string
  readonly region: string
  readonly group: string
  readonly networkBorderGroup: string
  readonly city: string
  readonly country: string
  readonly location: Location
}

function row(name: string, city: string, country: string, latitude: number, longitude: number): LocalZoneRow {
  const group = groupOfLocalZone(name)
  return {
    name,
    region: regionOfZone(name) ?? '',
    group,
    networkBorderGroup: group,
    city,
    country,
    location: { latitude, longitude },
  }
}

/** us-west-2-lax-1a → us-west-2-lax-1. */
export function groupOfLocalZone(name: string): string {
  return name.replace(/[a-z]$/, '')
}

export const localZones: readonly LocalZoneRow[] = [
  row('af-south-1-los-1a', 'Lagos', 'NG', 6.52, 3.38),
  row('ap-northeast-1-tpe-1a', 'Taipei', 'TW', 25.03, 121.57),
  row('ap-south-1-ccu-1a', 'Kolkata', 'IN', 22.57, 88.36),
  row('ap-south-1-del-1a', 'Delhi', 'IN', 28.61, 77.21),
  row('ap-southeast-1-bkk-1a', 'Bangkok', 'TH', 13.76, 100.5),
  row('ap-southeast-1-mnl-1a', 'Manila', 'PH', 14.6, 120.98),
  row('ap-southeast-2-akl-1a', 'Auckland', 'NZ', -36.85, 174.76),
  row('ap-southeast-2-per-1a', 'Perth', 'AU', -31.95, 115.86),
  row('eu-central-1-ham-1a', 'Hamburg', 'DE', 53.55, 9.99),
  row('eu-central-1-waw-1a', 'Warsaw', 'PL', 52.23, 21.01),
  row('eu-north-1-cph-1a', 'Copenhagen', 'DK', 55.68, 12.57),
  row('eu-north-1-hel-1a', 'Helsinki', 'FI', 60.17, 24.94),
  row('me-south-1-mct-1a', 'Muscat', 'OM', 23.59, 58.41),
  row('us-east-1-atl-1a', 'Atlanta', 'US', 33.75, -84.39),
  row('us-east-1-atl-2a', 'Atlanta', 'US', 33.75, -84.39),
  row('us-east-1-bos-1a', 'Boston', 'US', 42.36, -71.06),
  row('us-east-1-bue-1a', 'Buenos Aires', 'AR', -34.6, -58.38),
  row('us-east-1-chi-2a', 'Chicago', 'US', 41.88, -87.63),
  row('us-east-1-dfw-2a', 'Dallas', 'US', 32.78, -96.8),
  row('us-east-1-iah-2a', 'Houston', 'US', 29.76, -95.37),
  row('us-east-1-lim-1a', 'Lima', 'PE', -12.05, -77.04),
  row('us-east-1-mci-1a', 'Kansas City', 'US', 39.1, -94.58),
  row('us-east-1-mia-1a', 'Miami', 'US', 25.76, -80.19),
  row('us-east-1-mia-2a', 'Miami', 'US', 25.76, -80.19),
  row('us-east-1-msp-1a', 'Minneapolis', 'US', 44.98, -93.27),
  row('us-east-1-nyc-1a', 'New York', 'US', 40.71, -74.01),
  row('us-east-1-nyc-2a', 'New York', 'US', 40.71, -74.01),
  row('us-east-1-phl-1a', 'Philadelphia', 'US', 39.95, -75.17),
  row('us-east-1-qro-1a', 'Querétaro', 'MX', 20.59, -100.39),
  row('us-east-1-scl-1a', 'Santiago', 'CL', -33.45, -70.67),
  row('us-west-2-den-1a', 'Denver', 'US', 39.74, -104.99),
  row('us-west-2-hnl-1a', 'Honolulu', 'US', 21.31, -157.86),
  row('us-west-2-las-1a', 'Las Vegas', 'US', 36.17, -115.14),
  row('us-west-2-lax-1a', 'Los Angeles', 'US', 34.05, -118.24),
  row('us-west-2-lax-1b', 'Los Angeles', 'US', 34.05, -118.24),
  row('us-west-2-pdx-1a', 'Portland', 'US', 45.52, -122.68),
  row('us-west-2-phx-2a', 'Phoenix', 'US', 33.45, -112.07),
  row('us-west-2-sea-1a', 'Seattle', 'US', 47.61, -122.33),
]

const byName: ReadonlyMap<string, LocalZoneRow> = new Map(localZones.map((zone) => [zone.name, zone]))

export const localZoneNamed = (name: string): LocalZoneRow | undefined => byName.get(name)
