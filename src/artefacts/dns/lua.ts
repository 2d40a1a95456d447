// The routing policies of Route 53 as Lua records of PowerDNS: https://doc.powerdns.com/authoritative/lua-records/. What Route 53 does at
// the end of its rules is kept: where every record is unhealthy, all count as healthy again.

/**
 * A Lua string. What is not plain stands as its codes: the server cuts a record at quotation marks and keeps backslashes as they are, and
 * a blank or a comma may become the end of a line of the zone file.
 */
export function luaText(text: string): string {
  const runs = text.match(/[\w.:/${}?&=%+~@#*!;|^-]+|[^\w.:/${}?&=%+~@#*!;|^-]+/g) ?? ['']
  return runs
    .map((run) => (plain.test(run) ? `'${run}'` : `string.char(${new TextEncoder().encode(run).join(',')})`))
    .join('..')
}

const plain = /^[\w.:/${}?&=%+~@#*!;|^-]*$/

const luaList = (items: readonly string[]): string => `{${items.join(',')}}`
const addresses = (items: readonly string[]): string => luaList(items.map(luaText))

/** The name of the record that holds the functions below; a zone has one. */
export const library = '_routing'

/**
 * `healthy` is a list of addresses: those whose check passes, or all of them where none does.
 *  first     the first of an order that is healthy
 *  weighted  by weight among the healthy; those of weight 0 only when no other is
 *  nearest   by the distance between the resolver and the sites, where GeoIP knows the resolver
 */
export const libraryLines: readonly string[] = [
  'function first(order,healthy) for _,a in ipairs(order) do for _,b in ipairs(healthy) do if a==b then return a end end end return order[1] end ',
  'function weighted(weights,healthy) local left={} for _,w in ipairs(weights) do for _,b in ipairs(healthy) do ',
  'if w[1]>0 and w[2]==b then left[#left+1]=w end end end if #left>0 then return pickwrandom(left) end return pickrandom(healthy) end ',
  "function nearest(sites,healthy) local lat,lon=string.match(latlon(),'(%S+) (%S+)') lat,lon=tonumber(lat),tonumber(lon) ",
  'local best,least=nil,nil for _,s in ipairs(sites) do for _,b in ipairs(healthy) do if s[3]==b then local d=0 ',
  'if lat and lon then local x=math.abs(s[2]-lon) if x>180 then x=360-x end x=x*math.cos(math.rad((s[1]+lat)/2)) d=x*x+(s[1]-lat)^2 end ',
  'if best==nil or d<least then best,least=b,d end end end end return best end ',
]

export interface Check {
  readonly protocol: 'http' | 'https' | 'tcp'
  /** With its port, and the path where there is one. */
  readonly url: string
  readonly port: number
  readonly intervalSeconds: number
  readonly failureThreshold: number
  readonly contains?: string
}

/**
 * The healthy ones of all. All of them are asked after all the time, also those that nobody is sent to: ifurlup with ordered sets asks
 * the second set only once the first is gone, and would answer with the dead one until its first check is in.
 */
export function healthy(all: readonly string[], check: Check | undefined): string {
  if (check === undefined) return addresses(all)
  // servers that do not know minimumFailures and interval ignore them, and turn at the first failure
  const options = [
    "selector='all'",
    "backupSelector='all'",
    `minimumFailures=${check.failureThreshold}`,
    `interval=${check.intervalSeconds}`,
    ...(check.contains === undefined || check.protocol === 'tcp' ? [] : [`stringmatch=${luaText(check.contains)}`]),
  ]
  return check.protocol === 'tcp'
    ? `ifportup(${check.port},${addresses(all)},${luaList(options)})`
    : `ifurlup(${luaText(check.url)},${luaList([addresses(all)])},${luaList(options)})`
}

export type Policy =
  | { readonly kind: 'simple'; readonly address: string }
  | { readonly kind: 'failover'; readonly order: readonly string[] }
  | { readonly kind: 'weighted'; readonly weights: readonly (readonly [weight: number, address: string])[] }
  | { readonly kind: 'multivalue'; readonly all: readonly string[] }
  | {
      readonly kind: 'nearest'
      readonly sites: readonly { readonly address: string; readonly latitude: number; readonly longitude: number }[]
    }
  | {
      readonly kind: 'geolocation'
      /** Country, continent or `*`. */
      readonly places: readonly { readonly code: string; readonly isContinent: boolean; readonly address: string }[]
    }

export const addressesOf = (policy: Policy): readonly string[] => {
  switch (policy.kind) {
    case 'simple':
      return [policy.address]
    case 'failover':
      return policy.order
    case 'weighted':
      return policy.weights.map(([, address]) => address)
    case 'multivalue':
      return policy.all
    case 'nearest':
      return policy.sites.map(({ address }) => address)
    case 'geolocation':
      return policy.places.map(({ address }) => address)
  }
}

/** Route 53 answers a multivalue name with eight records at most. */
export const mostAnswers = 8

/** The whole text of a record. A leading semicolon makes it statements instead of one expression. */
export function luaOf(policy: Policy, check: Check | undefined): string {
  const up = healthy([...new Set(addressesOf(policy))], check)
  const including = (text: string) => `;include('${library}') ${text}`
  switch (policy.kind) {
    case 'simple':
      return luaText(policy.address)
    case 'failover':
      return including(`return first(${addresses(policy.order)},${up})`)
    case 'weighted': {
      const weights = policy.weights.map(([weight, address]) => luaList([String(weight), luaText(address)]))
      return including(`return weighted(${luaList(weights)},${up})`)
    }
    case 'multivalue':
      return policy.all.length > mostAnswers ? `pickrandomsample(${mostAnswers},${up})` : `all(${up})`
    case 'nearest': {
      const sites = policy.sites.map(({ latitude, longitude, address }) =>
        luaList([String(latitude), String(longitude), luaText(address)]),
      )
      return including(`return nearest(${luaList(sites)},${up})`)
    }
    case 'geolocation':
      return including(geolocation(policy.places, up))
  }
}

/** Country, then continent, then all others, backing out of what is unhealthy; who is in none of the places gets no answer. */
function geolocation(places: Extract<Policy, { kind: 'geolocation' }>['places'], up: string): string {
  const others = places.find(({ code }) => code === '*')
  const known = places.filter(({ code }) => code !== '*')
  const narrowFirst = [...known.filter((each) => !each.isContinent), ...known.filter((each) => each.isContinent)]
  const add = (address: string) => `o[#o+1]=${luaText(address)}`
  const tests = narrowFirst.map(
    ({ code, isContinent, address }) =>
      `if ${isContinent ? 'continent' : 'country'}(${luaText(code)}) then ${add(address)} end`,
  )
  return [
    'local o={}',
    ...tests,
    ...(others === undefined ? [] : [add(others.address)]),
    'if #o==0 then return {} end',
    `return first(o,${up})`,
  ].join(' ')
}
