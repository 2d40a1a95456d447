// AWS Regions with EKS: the city they are near and the country whose law holds there. Coordinates are city centres, good enough
// for distances; AWS publishes no others.

import type { Location } from '../../model/place.ts'

export interface RegionRow {
  readonly city: string
  readonly country: string
  readonly location: Location
}

const row = (city: string, country: string, latitude: number, longitude: number): RegionRow => ({
  city,
  country,
  location: { latitude, longitude },
})

export const regions: Readonly<Record<string, RegionRow>> = {
  'af-south-1': row('Cape Town', 'ZA', -33.92, 18.42),
  'ap-east-1': row('Hong Kong', 'HK', 22.32, 114.17),
  'ap-east-2': row('Taipei', 'TW', 25.03, 121.57),
  'ap-northeast-1': row('Tokyo', 'JP', 35.68, 139.69),
  'ap-northeast-2': row('Seoul', 'KR', 37.57, 126.98),
  'ap-northeast-3': row('Osaka', 'JP', 34.69, 135.5),
  'ap-south-1': row('Mumbai', 'IN', 19.08, 72.88),
  'ap-south-2': row('Hyderabad', 'IN', 17.39, 78.49),
  'ap-southeast-1': row('Singapore', 'SG', 1.35, 103.82),
  'ap-southeast-2': row('Sydney', 'AU', -33.87, 151.21),
  'ap-southeast-3': row('Jakarta', 'ID', -6.21, 106.85),
  'ap-southeast-4': row('Melbourne', 'AU', -37.81, 144.96),
  'ap-southeast-5': row('Kuala Lumpur', 'MY', 3.14, 101.69),
  'ap-southeast-6': row('Auckland', 'NZ', -36.85, 174.76),
  'ap-southeast-7': row('Bangkok', 'TH', 13.76, 100.5),
  'ca-central-1': row('Montreal', 'CA', 45.5, -73.57),
  'ca-west-1': row('Calgary', 'CA', 51.05, -114.07),
  'cn-north-1': row('Beijing', 'CN', 39.9, 116.4),
  'cn-northwest-1': row('Ningxia', 'CN', 37.51, 105.19),
  'eu-central-1': row('Frankfurt', 'DE', 50.11, 8.68),
  'eu-central-2': row('Zurich', 'CH', 47.38, 8.54),
  'eu-north-1': row('Stockholm', 'SE', 59.33, 18.07),
  'eu-south-1': row('Milan', 'IT', 45.46, 9.19),
  'eu-south-2': row('Zaragoza', 'ES', 41.65, -0.88),
  'eu-west-1': row('Dublin', 'IE', 53.35, -6.26),
  'eu-west-2': row('London', 'GB', 51.51, -0.13),
  'eu-west-3': row('Paris', 'FR', 48.86, 2.35),
  'il-central-1': row('Tel Aviv', 'IL', 32.09, 34.78),
  'me-central-1': row('Dubai', 'AE', 25.2, 55.27),
  'me-south-1': row('Manama', 'BH', 26.23, 50.59),
  'mx-central-1': row('Querétaro', 'MX', 20.59, -100.39),
  'sa-east-1': row('São Paulo', 'BR', -23.55, -46.63),
  'us-east-1': row('Ashburn', 'US', 39.04, -77.49),
  'us-east-2': row('Columbus', 'US', 39.96, -83.0),
  'us-gov-east-1': row('Columbus', 'US', 39.96, -83.0),
  'us-gov-west-1': row('Portland', 'US', 45.52, -122.68),
  'us-west-1': row('San Francisco', 'US', 37.77, -122.42),
  'us-west-2': row('Boardman', 'US', 45.84, -119.7),
}

/** `us-west-2` of us-west-2, us-west-2a, us-west-2-lax-1a and us-west-2-wl1-las-wlz-1. */
export function regionOfZone(zone: string): string | undefined {
  return /^[a-z]{2}(?:-[a-z]+)+-\d/.exec(zone)?.[0]
}

/** Whether a zone name has the form of an Availability Zone: its Region and one letter. */
export function isAvailabilityZone(zone: string): boolean {
  return /^[a-z]{2}(?:-[a-z]+)+-\d[a-z]$/.test(zone)
}
