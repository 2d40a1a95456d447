// AWS Wavelength Zones: name, the group that an account opts in to, carrier and city. The older zones of a Region share one group
// (us-east-1-wl1) while each is its own network border group; the newer ones are named like Local Zones. Names are from the list in
// infracost (Apache-2.0, October 2025) and the AWS pages, coordinates are city centres.

import type { Location } from '../../model/place.ts'
import { regionOfZone } from '../region/regions.ts'

export interface WavelengthRow {
  readonly name: string
  readonly region: string
  readonly group: string
  readonly networkBorderGroup: string
  readonly carrier: string
  readonly city: string
  readonly country: string
  readonly location: Location
}

/** us-east-1-wl1-bos-wlz-1 → us-east-1-wl1; eu-west-3-cmn-wlz-1a → eu-west-3-cmn-wlz-1. */
export function groupOfWavelengthZone(name: string): string {
  return /^(.+-wl\d+)-[a-z]+-wlz-\d+$/.exec(name)?.[1] ?? name.replace(/[a-z]$/, '')
}

/** The zone's own name where zones share a group, and the group where they do not. */
export function borderGroupOfWavelengthZone(name: string): string {
  return /-wlz-\d+$/.test(name) ? name : groupOfWavelengthZone(name)
}

function row(
  name: string,
  carrier: string,
  city: string,
  country: string,
  latitude: number,
  longitude: number,
): WavelengthRow {
  return {
    name,
    region: regionOfZone(name) ?? '',
    group: groupOfWavelengthZone(name),
    networkBorderGroup: borderGroupOfWavelengthZone(name),
    carrier,
    city,
    country,
    location: { latitude, longitude },
  }
}

export const wavelengthZones: readonly WavelengthRow[] = [
  row('ap-northeast-1-wl1-kix-wlz-1', 'kddi', 'Osaka', 'JP', 34.69, 135.5),
  row('ap-northeast-1-wl1-nrt-wlz-1', 'kddi', 'Tokyo', 'JP', 35.68, 139.69),
  row('ap-northeast-2-wl1-cjj-wlz-1', 'skt', 'Daejeon', 'KR', 36.35, 127.38),
  row('ap-northeast-2-wl1-sel-wlz-1', 'skt', 'Seoul', 'KR', 37.57, 126.98),
  row('ca-central-1-wl1-yto-wlz-1', 'bell', 'Toronto', 'CA', 43.65, -79.38),
  row('eu-central-1-wl1-ber-wlz-1', 'vodafone', 'Berlin', 'DE', 52.52, 13.4),
  row('eu-central-1-wl1-dtm-wlz-1', 'vodafone', 'Dortmund', 'DE', 51.51, 7.47),
  row('eu-central-1-wl1-muc-wlz-1', 'vodafone', 'Munich', 'DE', 48.14, 11.58),
  row('eu-west-2-wl1-lon-wlz-1', 'vodafone', 'London', 'GB', 51.51, -0.13),
  row('eu-west-2-wl1-man-wlz-1', 'vodafone', 'Manchester', 'GB', 53.48, -2.24),
  row('eu-west-2-wl2-man-wlz-1', 'bt', 'Manchester', 'GB', 53.48, -2.24),
  row('eu-west-3-cmn-wlz-1a', 'orange', 'Casablanca', 'MA', 33.57, -7.59),
  row('us-east-1-foe-wlz-1a', 'verizon', 'Topeka', 'US', 39.05, -95.68),
  row('us-east-1-wl1-atl-wlz-1', 'verizon', 'Atlanta', 'US', 33.75, -84.39),
  row('us-east-1-wl1-bna-wlz-1', 'verizon', 'Nashville', 'US', 36.16, -86.78),
  row('us-east-1-wl1-bos-wlz-1', 'verizon', 'Boston', 'US', 42.36, -71.06),
  row('us-east-1-wl1-chi-wlz-1', 'verizon', 'Chicago', 'US', 41.88, -87.63),
  row('us-east-1-wl1-clt-wlz-1', 'verizon', 'Charlotte', 'US', 35.23, -80.84),
  row('us-east-1-wl1-dfw-wlz-1', 'verizon', 'Dallas', 'US', 32.78, -96.8),
  row('us-east-1-wl1-dtw-wlz-1', 'verizon', 'Detroit', 'US', 42.33, -83.05),
  row('us-east-1-wl1-iah-wlz-1', 'verizon', 'Houston', 'US', 29.76, -95.37),
  row('us-east-1-wl1-mia-wlz-1', 'verizon', 'Miami', 'US', 25.76, -80.19),
  row('us-east-1-wl1-msp-wlz-1', 'verizon', 'Minneapolis', 'US', 44.98, -93.27),
  row('us-east-1-wl1-nyc-wlz-1', 'verizon', 'New York', 'US', 40.71, -74.01),
  row('us-east-1-wl1-tpa-wlz-1', 'verizon', 'Tampa', 'US', 27.95, -82.46),
  row('us-east-1-wl1-was-wlz-1', 'verizon', 'Washington', 'US', 38.91, -77.04),
  row('us-west-2-wl1-den-wlz-1', 'verizon', 'Denver', 'US', 39.74, -104.99),
  row('us-west-2-wl1-las-wlz-1', 'verizon', 'Las Vegas', 'US', 36.17, -115.14),
  row('us-west-2-wl1-lax-wlz-1', 'verizon', 'Los Angeles', 'US', 34.05, -118.24),
  row('us-west-2-wl1-phx-wlz-1', 'verizon', 'Phoenix', 'US', 33.45, -112.07),
  row('us-west-2-wl1-sea-wlz-1', 'verizon', 'Seattle', 'US', 47.61, -122.33),
  row('us-west-2-wl1-sfo-wlz-1', 'verizon', 'San Francisco', 'US', 37.77, -122.42),
]

const byName: ReadonlyMap<string, WavelengthRow> = new Map(wavelengthZones.map((zone) => [zone.name, zone]))

export const wavelengthZoneNamed = (name: string): WavelengthRow | undefined => byName.get(name)
