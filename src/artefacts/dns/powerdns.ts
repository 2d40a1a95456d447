// Zones that no account of AWS holds, for PowerDNS Authoritative: a zone file each, in BIND's format with Lua records of the same meaning
// as Route 53's, and what the server must be told once. Health checks are made by the server itself, from where it stands: it also sees
// what public checkers cannot.

import { lookup } from '../../model/lookup.ts'
import type { Plan } from '../../model/plan.ts'
import type { Artefact } from '../artefact.ts'
import { addressOf } from './address.ts'
import type { CheckIntent, NameIntents, RecordIntent, ZoneIntent } from './intents.ts'
import type { Check, Policy } from './lua.ts'
import { addressesOf, library, libraryLines, luaOf } from './lua.ts'
import { isContinent } from './records.ts'

/** Where the server and what it leads to stand, if not where the fleet says: on the machine of somebody who tries it. */
export interface PowerDnsAt {
  /** In place of /etc/powerdns. */
  readonly folder: string
  readonly address: (app: string, site: string) => string | undefined
  /** Of every door. */
  readonly port: number
}

/** Nothing where Route 53 holds every zone. */
export function powerDnsFiles(plan: Plan, intents: NameIntents, at?: PowerDnsAt): readonly Artefact[] {
  const zones = intents.zones.filter(({ servedBy }) => servedBy === 'powerdns')
  if (zones.length === 0) return []
  const hosts = zones.map((zone) => ({ zone, names: namesOf(plan, zone, intents, at) }))
  const folder = at?.folder ?? '/etc/powerdns'
  return [
    ...hosts.map(({ zone, names }) => ({ path: `dns/${fileOf(zone)}`, text: zoneFile(zone, names) })),
    { path: 'dns/named.conf', text: namedConf(zones, folder) },
    {
      path: 'dns/pdns.conf',
      text: serverConf(
        hosts.flatMap(({ names }) => names),
        folder,
      ),
    },
  ]
}

const fileOf = ({ name, private: hidden }: ZoneIntent): string => `${hidden ? 'private.' : ''}${name}.zone`

interface Name {
  readonly host: string
  readonly ttlSeconds: number
  readonly value:
    | { readonly kind: 'policy'; readonly policy: Policy; readonly check: Check | undefined; readonly words: string }
    | { readonly kind: 'cname'; readonly to: string }
  /** Addresses that nobody knows before the copies run, as the variables that stand for them. */
  readonly open: readonly string[]
}

function namesOf(plan: Plan, zone: ZoneIntent, { records, checks }: NameIntents, at?: PowerDnsAt): readonly Name[] {
  const own = records.filter((record) => record.zone?.step === zone.step)
  const hosts = [...new Set(own.map(({ host }) => host))]
  const made = new Map<string, Name>()
  for (const host of hosts) {
    const of = own.filter((record) => record.host === host)
    const [first] = of
    if (first === undefined) continue
    if (first.to.kind === 'name') {
      // at the top of a zone no CNAME may stand: there the same answer is given once more
      const target = made.get(first.to.host)
      const name: Name =
        host === zone.name && target !== undefined
          ? { ...target, host }
          : { host, ttlSeconds: first.ttlSeconds ?? 60, value: { kind: 'cname', to: first.to.host }, open: [] }
      made.set(host, name)
      continue
    }
    const policy = policyOf(plan, of, at)
    made.set(host, {
      host,
      ttlSeconds: first.ttlSeconds ?? 60,
      value: { kind: 'policy', policy, check: checkOf(host, checks, at?.port), words: wordsOf(of) },
      open: addressesOf(policy).filter((address) => address.startsWith('$')),
    })
  }
  return [...made.values()]
}

const siteOf = ({ to }: RecordIntent): string => (to.kind === 'name' ? '' : to.site)

/** Unknown ones as a variable of the shell, for envsubst. */
const addressAt = ({ fleet }: Plan, record: RecordIntent, at?: PowerDnsAt): string =>
  at?.address(record.app, siteOf(record)) ??
  addressOf(fleet, record.app, siteOf(record)) ??
  `\${address_${[record.app, siteOf(record)].join('_').replaceAll(/[^A-Za-z0-9]/g, '_')}}`

function policyOf(plan: Plan, records: readonly RecordIntent[], at?: PowerDnsAt): Policy {
  const [first] = records
  const all = records.map((record) => addressAt(plan, record, at))
  switch (first?.policy) {
    case 'failover':
      return { kind: 'failover', order: all }
    case 'weighted':
      return { kind: 'weighted', weights: records.map((record, index) => [record.weight ?? 0, all[index] ?? '']) }
    case 'multivalue':
      return { kind: 'multivalue', all }
    case 'geolocation':
      return {
        kind: 'geolocation',
        places: records.map(({ location = '*' }, index) => ({
          code: location,
          isContinent: isContinent(location),
          address: all[index] ?? '',
        })),
      }
    case 'latency': {
      const find = lookup(plan.fleet)
      const sites = records.flatMap((record, index) => {
        const location = find.site(siteOf(record))?.location
        return location === undefined ? [] : [{ ...location, address: all[index] ?? '' }]
      })
      // without every location nearest is anybody's guess: the order of the file decides, as long as it is healthy
      return sites.length === records.length ? { kind: 'nearest', sites } : { kind: 'failover', order: all }
    }
    case 'simple':
    case undefined:
      return { kind: 'simple', address: all[0] ?? '' }
  }
}

function wordsOf(records: readonly RecordIntent[]): string {
  const [first] = records
  const words = records.map((record) => {
    const site = siteOf(record)
    if (record.policy === 'weighted') return `${site} ${record.weight ?? 0}`
    return record.location === undefined ? site : `${record.location} ${site}`
  })
  return `${first?.app}: ${first?.policy}: ${words.join(', ')}`
}

function checkOf(host: string, checks: readonly CheckIntent[], portHere?: number): Check | undefined {
  const check = checks.find((each) => each.host === host)
  if (check === undefined) return undefined
  const { protocol, path, intervalSeconds, failureThreshold, contains } = check
  const port = portHere ?? check.port
  const usual = (protocol === 'https' ? 443 : 80) === port
  return {
    protocol,
    url: `${protocol}://${host}${usual ? '' : `:${port}`}${path}`,
    port,
    intervalSeconds,
    failureThreshold,
    ...(contains !== undefined && { contains }),
  }
}

function zoneFile(zone: ZoneIntent, names: readonly Name[]): string {
  const open = [...new Set(names.flatMap((name) => name.open))].sort()
  const relative = (host: string) => (host === zone.name ? '@' : host.slice(0, -zone.name.length - 1))
  const usesLibrary = names.some(
    ({ value }) => value.kind === 'policy' && value.policy.kind !== 'simple' && value.policy.kind !== 'multivalue',
  )
  return [
    `; The zone ${zone.name}, for PowerDNS Authoritative with the settings of pdns.conf beside it. The server counts the serial itself`,
    '; (default-soa-edit); give ns1 the address of the server.',
    ...(open.length === 0
      ? []
      : [
          '; Addresses that are known only once the copies run stand as variables. Fill them in before the server reads the file:',
          `;   export ${open.map((variable) => `${variable.slice(2, -1)}=…`).join(' ')}`,
          `;   envsubst '${open.join(' ')}' < ${fileOf(zone)}`,
        ]),
    `$ORIGIN ${zone.name}.`,
    '$TTL 60',
    `@ 3600 IN SOA ns1.${zone.name}. hostmaster.${zone.name}. 1 3600 600 604800 60`,
    `@ 3600 IN NS ns1.${zone.name}.`,
    ...(usesLibrary
      ? ['', '; how a record is chosen, for the names below', ...luaRecord(library, 60, 'LUA', libraryLines.join(''))]
      : []),
    ...names.flatMap(({ host, ttlSeconds, value }) => [
      '',
      ...(value.kind === 'cname'
        ? [`${relative(host)} ${ttlSeconds} IN CNAME ${value.to}.`]
        : [
            `; ${value.words}`,
            ...(value.policy.kind === 'simple' && !value.policy.address.startsWith('$')
              ? [`${relative(host)} ${ttlSeconds} IN A ${value.policy.address}`]
              : luaRecord(relative(host), ttlSeconds, 'A', luaOf(value.policy, value.check))),
          ]),
    ]),
    '',
  ].join('\n')
}

/** A text of a record holds 255 bytes; it is cut at blanks, for some versions put one between the parts and some do not. */
function luaRecord(name: string, ttlSeconds: number, type: string, text: string): readonly string[] {
  const parts = cut(text, 200).map((part) => `"${part}"`)
  const [first = '', ...others] = parts
  const head = `${name} ${ttlSeconds} IN LUA ${type} ${first}`
  return others.length === 0 ? [head] : [`${head}(`, ...others.map((part) => `  ${part}`), ')']
}

function cut(text: string, length: number): readonly string[] {
  const parts: string[] = []
  let rest = text
  while (rest.length > length) {
    const at = rest.lastIndexOf(' ', length)
    const comma = rest.lastIndexOf(',', length)
    // a list without blanks is cut behind a comma: a blank is nothing to Lua there
    const end = at > 0 ? at + 1 : comma > 0 ? comma + 1 : length
    parts.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, rest]
}

function namedConf(zones: readonly ZoneIntent[], folder: string): string {
  return [
    '// For bind-config of pdns.conf: the zone files of this folder, where the server keeps them.',
    ...zones.map((zone) => `zone "${zone.name}" { type native; file "${folder}/zones/${fileOf(zone)}"; };`),
    '',
  ].join('\n')
}

/** Instructions that a record may take: the loops over its addresses need more than the 1,000 that are usual. */
const instructionsPerAddress = 100

function serverConf(names: readonly Name[], folder: string): string {
  const policies = names.flatMap(({ value }) => (value.kind === 'policy' ? [value] : []))
  const byPlace = policies.some(({ policy }) => policy.kind === 'geolocation' || policy.kind === 'nearest')
  const intervals = policies.flatMap(({ check }) => check?.intervalSeconds ?? [])
  const most = Math.max(1, ...policies.map(({ policy }) => addressesOf(policy).length))
  return [
    '# What the zones of this folder need, for /etc/powerdns/pdns.d/ of PowerDNS Authoritative 4.7 or newer.',
    `launch=bind${byPlace ? ',geoip' : ''}`,
    `bind-config=${folder}/named.conf`,
    '',
    'enable-lua-records=yes',
    `lua-records-exec-limit=${Math.max(1_000, instructionsPerAddress * most * Math.min(most, 10))}`,
    ...(intervals.length === 0
      ? []
      : [
          '# seconds between two checks of an address; the shortest that a health check of the fleet asks for',
          `lua-health-checks-interval=${Math.min(...intervals)}`,
        ]),
    '# serials count the seconds, so that the files need none',
    'default-soa-edit=EPOCH',
    ...(byPlace
      ? [
          '# where users are: by a database of MaxMind, of cities where names lead to the nearest site; by the network of the user, where a',
          '# resolver hands it on',
          'geoip-database-files=/usr/share/GeoIP/GeoLite2-City.mmdb',
          'edns-subnet-processing=yes',
        ]
      : []),
    '',
  ].join('\n')
}
