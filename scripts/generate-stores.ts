// Writes examples/stores/stores.csv: 2,500 restaurants of a chain that does not exist, in cities that do. `npx tsx
// scripts/generate-stores.ts`; a test says when the file is out of date. Nothing in it is drawn by chance, so that two runs give
// the same bytes.
//
// Cities, coordinates and populations (scripts/us-cities.csv) are from GeoNames (geonames.org), CC BY 4.0: every place of 30,000
// people and more, and towns of 2,000 to 6,000 that lie more than 75 km from the next of those.

import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'

interface City {
  readonly city: string
  readonly state: string
  readonly latitude: number
  readonly longitude: number
  readonly population: number
}

interface Store extends City {
  /** Which of the stores of its city it is, from 0. */
  readonly nth: number
}

interface Line {
  readonly uplink: 'fibre' | 'cable' | 'lte' | 'satellite'
  readonly link: 'strong' | 'intermittent'
  readonly bandwidth: string
  readonly delay: string
}

const lines: Readonly<Record<Line['uplink'], Line>> = {
  fibre: { uplink: 'fibre', link: 'strong', bandwidth: '500Mbps', delay: '18ms' },
  cable: { uplink: 'cable', link: 'strong', bandwidth: '200Mbps', delay: '30ms' },
  lte: { uplink: 'lte', link: 'strong', bandwidth: '30Mbps', delay: '65ms' },
  satellite: { uplink: 'satellite', link: 'intermittent', bandwidth: '10Mbps', delay: '640ms' },
}

/** The two data centres: Columbus, Ohio, and Phoenix, Arizona. */
const headquarters = [
  { name: 'hq-east', latitude: 39.96, longitude: -83.0 },
  { name: 'hq-west', latitude: 33.45, longitude: -112.07 },
] as const
/** West of this the stores hang on hq-west. */
const divideLongitude = -100

const remoteStores = 140
const firstFitOut = 900
const canaryStores = 25
const earlyStores = 250
/** Closed: their numbers are not given out again. The fleet lists them under `retired`. */
export const closedStores: readonly string[] = ['0137', '0892', '1611']

const regions: Readonly<Record<string, readonly string[]>> = {
  northeast: ['CT', 'ME', 'MA', 'NH', 'NJ', 'NY', 'PA', 'RI', 'VT'],
  midwest: ['IL', 'IN', 'IA', 'KS', 'MI', 'MN', 'MO', 'NE', 'ND', 'OH', 'SD', 'WI'],
  south: ['AL', 'AR', 'DE', 'DC', 'FL', 'GA', 'KY', 'LA', 'MD', 'MS', 'NC', 'OK', 'SC', 'TN', 'TX', 'VA', 'WV'],
  west: ['AK', 'AZ', 'CA', 'CO', 'HI', 'ID', 'MT', 'NV', 'NM', 'OR', 'UT', 'WA', 'WY'],
}
const regionOf = new Map(Object.entries(regions).flatMap(([region, states]) => states.map((state) => [state, region])))

export const columns = [
  'id',
  'city',
  'state',
  'region',
  'latlon',
  'hq',
  'vip',
  'ring',
  'uplink',
  'link',
  'bandwidth',
  'delay',
]

export function storesCsv(citiesCsv: string, count = 2_500): string {
  const numbered = numbers(placed(citiesOf(citiesCsv), count), count)
  const ring = rings(numbered)
  const rows = numbered.map(([id, store]) => {
    const line = lineOf(store)
    const hq = headquarterOf(store)
    const [latitude, longitude] = spotOf(store)
    // every LAN is 10.0.0.0/24; the address plan changed once, when a second till row was fitted
    const vip = Number(id) <= firstFitOut ? '10.0.0.10' : '10.0.0.5'
    return [
      id,
      store.city,
      store.state,
      regionOf.get(store.state) ?? 'south',
      `"${latitude.toFixed(3)},${longitude.toFixed(3)}"`,
      hq.name,
      vip,
      ring.get(id) ?? 'rest',
      line.uplink,
      line.link,
      line.bandwidth,
      line.delay,
    ].join(',')
  })
  return `${[columns.join(','), ...rows].join('\n')}\n`
}

function citiesOf(csv: string): City[] {
  const rows: Record<string, string>[] = parse(csv, { columns: true })
  return rows.map((row) => ({
    city: row.city ?? '',
    state: row.state ?? '',
    latitude: Number(row.latitude),
    longitude: Number(row.longitude),
    population: Number(row.population),
  }))
}

const remote = (city: City): boolean => city.population < 6_000

/** A city gets stores by its people, a little less than its share as they grow in number; remote towns get one store, if any. */
function placed(cities: readonly City[], count: number): Store[] {
  const towns = cities.filter(remote)
  const few = Math.round((count * remoteStores) / 2_500)
  const chosen = Array.from({ length: few }, (_, index) => towns[Math.floor((index * towns.length) / few)])
  // a tenth store takes guests from the other nine
  const claim = ({ population, nth }: Store) => population / (nth + 1) ** 1.15
  const most = Math.ceil(count / 25)
  const wanted = cities
    .filter((city) => !remote(city))
    .flatMap((city) => Array.from({ length: most }, (_, nth): Store => ({ ...city, nth })))
    .sort((a, b) => claim(b) - claim(a) || compare(a.state, b.state) || compare(a.city, b.city))
  return [
    ...chosen.flatMap((town) => (town === undefined ? [] : [{ ...town, nth: 0 }])),
    ...wanted.slice(0, count - few),
  ]
}

/** Numbers in the order in which the stores opened: it began in the big cities, and each later wave reached smaller ones. */
function numbers(stores: readonly Store[], count: number): [id: string, store: Store][] {
  const wave = ({ population, nth }: Store) => nth * 12 + Math.floor(4_000_000 / (population + 60_000))
  const order = [...stores].sort(
    (a, b) => wave(a) - wave(b) || compare(a.state, b.state) || compare(a.city, b.city) || a.nth - b.nth,
  )
  const ids = Array.from({ length: count + closedStores.length }, (_, index) =>
    String(index + 1).padStart(4, '0'),
  ).filter((id) => !closedStores.includes(id))
  return order.slice(0, count).map((store, index) => [ids[index] ?? '', store])
}

/**
 * canary: the stores nearest to the two data centres, where somebody can drive to, and the nearest one of each on a satellite link, because
 * what breaks there breaks nowhere else. early: one in nine of the others, spread over all. rest: everybody else.
 */
function rings(numbered: readonly [string, Store][]): ReadonlyMap<string, string> {
  const canary = headquarters.flatMap((hq, index) => {
    const near = numbered
      .filter(([, store]) => headquarterOf(store) === hq)
      .sort(([, a], [, b]) => kilometres(a, hq) - kilometres(b, hq))
    const wired = near.filter(([, store]) => !remote(store)).slice(0, Math.floor(canaryStores / 2) - 1 + (1 - index))
    return [...wired, ...near.filter(([, store]) => remote(store)).slice(0, 1)].map(([id]) => id)
  })
  const others = numbered.map(([id]) => id).filter((id) => !canary.includes(id))
  const early = Array.from(
    { length: earlyStores },
    (_, index) => others[Math.floor((index * others.length) / earlyStores)],
  )
  return new Map([...early.map((id) => [id ?? '', 'early'] as const), ...canary.map((id) => [id, 'canary'] as const)])
}

function lineOf(store: Store): Line {
  if (remote(store)) return lines.satellite
  if (store.population >= 250_000) return lines.fibre
  // every seventh of the others is where no cable was laid yet
  return Math.round(store.latitude * 1_000 + store.nth) % 7 === 0 ? lines.lte : lines.cable
}

const headquarterOf = ({ longitude }: City) => (longitude < divideLongitude ? headquarters[1] : headquarters[0])

/** The first store stands in the centre, the others around it like the seeds of a sunflower. */
function spotOf({ latitude, longitude, nth }: Store): [latitude: number, longitude: number] {
  const angle = (nth * 137.508 * Math.PI) / 180
  const distanceDegrees = 0.016 * Math.sqrt(nth)
  return [
    latitude + distanceDegrees * Math.sin(angle),
    longitude + (distanceDegrees * Math.cos(angle)) / Math.cos((latitude * Math.PI) / 180),
  ]
}

interface Spot {
  readonly latitude: number
  readonly longitude: number
}

function kilometres(a: Spot, b: Spot): number {
  const perDegree = 111.2
  const width = (a.longitude - b.longitude) * Math.cos((((a.latitude + b.latitude) / 2) * Math.PI) / 180)
  return Math.hypot(a.latitude - b.latitude, width) * perDegree
}

/** By code points, the same on every machine. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

if (import.meta.url === `file://${process.argv[1]}`) {
  const cities = readFileSync(new URL('us-cities.csv', import.meta.url), 'utf8')
  const target = process.argv[2] ?? new URL('../examples/stores/stores.csv', import.meta.url)
  writeFileSync(target, storesCsv(cities))
}
