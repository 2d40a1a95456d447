// Names as data and as files: what Route 53 is told in the words of CloudFormation, what PowerDNS reads, and where an address comes from.

import { expect, test } from 'vitest'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import { Refusal } from '../../model/refusal.ts'
import { plan } from '../../plan/index.ts'
import { addressOf, dnsFiles, dnsRecords } from './index.ts'
import { luaText } from './lua.ts'

const recovery = plan(await readFleet(['examples/recovery']))
const wavelength = plan(await readFleet(['examples/wavelength']))

test('[seed 126] the zone is public and the fleet’s own, with the name of the demonstration in it', () => {
  const { zones, recordSets } = dnsRecords(recovery)
  expect(zones).toMatchObject([
    { Type: 'AWS::Route53::HostedZone', private: false, account: 'prod', Properties: { Name: 'example.com' } },
  ])
  expect(zones[0]).not.toHaveProperty('hostedZoneId')
  expect(new Set(recordSets.map(({ Properties }) => Properties.Name))).toEqual(new Set(['www.example.com']))
})

test('[seed 127, 128] a health check for each site asks its load balancer by HTTP, and needs no caller reference', () => {
  const { healthChecks, alarms } = dnsRecords(recovery)
  expect(alarms).toEqual([])
  expect(healthChecks.map(({ id }) => id)).toEqual(['www.example.com/outposts', 'www.example.com/localzone'])
  for (const [index, site] of ['outposts', 'localzone'].entries())
    expect(healthChecks[index]?.Properties).toEqual({
      HealthCheckConfig: {
        Type: 'HTTP',
        FullyQualifiedDomainName: { ref: 'loadBalancer', app: 'game-2048', site, attribute: 'DNSName' },
        Port: 80,
        ResourcePath: '/',
        RequestInterval: 30,
        FailureThreshold: 3,
      },
      HealthCheckTags: [{ Key: 'Name', Value: `www.example.com at ${site}` }],
    })
})

test('[seed 129, 130, 131, 132] the primary then the secondary, aliases of the balancers in the balancers’ own zone, both watched', () => {
  const { recordSets } = dnsRecords(recovery)
  const alias = (site: string) => ({
    DNSName: { ref: 'loadBalancer', app: 'game-2048', site, attribute: 'DNSName' },
    HostedZoneId: { ref: 'loadBalancer', app: 'game-2048', site, attribute: 'CanonicalHostedZoneID' },
    EvaluateTargetHealth: true,
  })
  expect(recordSets.map(({ Properties, after }) => ({ ...Properties, after }))).toEqual(
    [
      { site: 'outposts', role: 'PRIMARY', after: [] },
      { site: 'localzone', role: 'SECONDARY', after: ['www.example.com/outposts'] },
    ].map(({ site, role, after }) => ({
      HostedZoneId: { ref: 'hostedZone', zone: 'route.point/zone/example.com' },
      Name: 'www.example.com',
      Type: 'A',
      SetIdentifier: site,
      Failover: role,
      HealthCheckId: { ref: 'healthCheck', id: `www.example.com/${site}` },
      AliasTarget: alias(site),
      after,
    })),
  )
  // of each record there is a step, and a template that takes all has all
  const steps = new Set(recovery.steps.map(({ id }) => id))
  expect(recordSets.every(({ step }) => steps.has(step))).toBe(true)
})

test('[seed 149] where checkers have no way in, each check follows an alarm on the healthy targets of its balancer', () => {
  const { alarms, healthChecks, recordSets } = dnsRecords(wavelength)
  expect(healthChecks).toHaveLength(5)
  expect(healthChecks[0]?.Properties.HealthCheckConfig).toEqual({
    Type: 'CLOUDWATCH_METRIC',
    AlarmIdentifier: { Name: { ref: 'alarm', id: 'shop.example.com/boston' }, Region: 'us-east-1' },
    InsufficientDataHealthStatus: 'Unhealthy',
  })
  expect(alarms[0]).toMatchObject({
    id: 'shop.example.com/boston',
    region: 'us-east-1',
    Properties: {
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HealthyHostCount',
      Dimensions: [
        { Name: 'LoadBalancer', Value: { attribute: 'LoadBalancerFullName', site: 'boston' } },
        { Name: 'TargetGroup', Value: { attribute: 'TargetGroupFullName', site: 'boston' } },
      ],
      Period: 60,
      EvaluationPeriods: 2,
      DatapointsToAlarm: 2,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    },
  })
  expect(recordSets.map(({ Properties }) => [Properties.SetIdentifier, Properties.Weight])).toEqual([
    ['boston', 3],
    ['new-york', 5],
    ['washington', 2],
    ['atlanta', 2],
    ['region', 0],
  ])
  expect(new Set(recordSets.map(({ Properties }) => Properties.HostedZoneId))).toEqual(new Set(['Z0123456789ABC']))
})

const regions = (expose: string, more = '') =>
  plan(
    fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: regions }
accounts: [{ name: prod, id: "111122223333" }]
networks: [{ name: west, account: prod, region: us-west-2, cidr: 10.1.0.0/16 }, { name: east, account: prod, region: us-east-1, cidr: 10.2.0.0/16 }]
dns: { zones: [{ name: example.com, account: prod }, { name: example.com, account: prod, private: true }, { name: floor.example }] }
clusters:
  - { name: west, network: west, eks: { version: "1.35" } }
  - { name: east, network: east, eks: { version: "1.35" } }
  - { name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35", packages: [metallb], metallbPool: "10.9.0.30-10.9.0.31, 10.9.1.0/30" } }
sites:
  - { name: west, place: { region: us-west-2 }, cluster: west }
  - { name: east, place: { region: us-east-1 }, cluster: east }
  - { name: floor, place: { onPremises: docker }, cluster: floor }
---
kind: App
metadata: { name: game }
source: { image: registry.example.com/game:1 }
placement: [{ site: west }, { site: east }, { site: floor }]
expose: { ${expose} }
${more}`),
  )

test('latency has Regions, geolocation countries, continents and everybody else, each with a set of its own', () => {
  const of = (routing: string) => dnsRecords(regions(`host: game.example.com, routing: ${routing}`)).recordSets
  expect(
    of('{ latency: [west, east] }').map(({ Properties }) => [Properties.SetIdentifier, Properties.Region]),
  ).toEqual([
    ['west', 'us-west-2'],
    ['east', 'us-east-1'],
  ])
  expect(
    of('{ geolocation: { US: west, EU: east, "*": west } }').map(({ id, Properties }) => [id, Properties.GeoLocation]),
  ).toEqual([
    ['game.example.com/west-us', { CountryCode: 'US' }],
    ['game.example.com/east-eu', { ContinentCode: 'EU' }],
    ['game.example.com/west-default', { CountryCode: '*' }],
  ])
})

test('a copy that no load balancer of AWS is before is named and checked by its address', () => {
  const { recordSets, healthChecks } = dnsRecords(
    regions(
      'host: game.example.com, ttl: 20s, routing: { multivalue: [floor] }, healthCheck: { protocol: https, port: 8443, path: /well, interval: 10s, contains: fine }',
    ),
  )
  expect(recordSets[0]?.Properties).toEqual({
    HostedZoneId: { ref: 'hostedZone', zone: 'route.point/zone/example.com' },
    Name: 'game.example.com',
    Type: 'A',
    SetIdentifier: 'floor',
    MultiValueAnswer: true,
    HealthCheckId: { ref: 'healthCheck', id: 'game.example.com/floor' },
    TTL: '20',
    ResourceRecords: ['10.9.0.30'],
  })
  expect(healthChecks[0]?.Properties.HealthCheckConfig).toEqual({
    Type: 'HTTPS_STR_MATCH',
    IPAddress: '10.9.0.30',
    FullyQualifiedDomainName: 'game.example.com',
    Port: 8443,
    ResourcePath: '/well',
    SearchString: 'fine',
    RequestInterval: 10,
    FailureThreshold: 3,
    EnableSNI: true,
  })
})

test('a private zone is seen from the VPCs of its account, and holds the names of the inside', () => {
  const { zones, recordSets } = dnsRecords(
    regions(
      'host: game.example.com, scheme: internal, aliases: [play.example.com, game.elsewhere.example], routing: { simple: west }',
    ),
  )
  expect(zones.map(({ id, Properties }) => [id, Properties.VPCs?.map(({ VPCRegion }) => VPCRegion)])).toEqual([
    ['route.point/zone/example.com', undefined],
    ['route.point/zone/private/example.com', ['us-west-2', 'us-east-1']],
  ])
  expect(recordSets.map(({ id, zone, Properties, after }) => [id, zone, Properties.Type, after])).toEqual([
    ['game.example.com', 'route.point/zone/private/example.com', 'A', []],
    ['play.example.com', 'route.point/zone/private/example.com', 'A', ['game.example.com']],
  ])
  expect(recordSets[1]?.Properties.AliasTarget).toMatchObject({ DNSName: 'game.example.com' })
})

test('two apps with one name: no file is made', () => {
  const twice = regions(
    'host: game.example.com, routing: { simple: west }',
    '---\nkind: App\nmetadata: { name: shop }\nsource: { image: "registry.example.com/shop:1" }\nplacement: [{ site: east }]\nexpose: { host: game.example.com, routing: { simple: east } }\n',
  )
  expect(() => dnsFiles(twice)).toThrow(Refusal)
  expect(() => dnsRecords(twice)).toThrow('game.example.com belongs to game and shop, and a name has one owner')
})

test('what leaves the fleet leaves the records', () => {
  const before = regions('host: game.example.com, routing: { weighted: { west: 1, east: 1 } }')
  const after = plan(regions('host: game.example.com, routing: { weighted: { west: 1 } }').fleet, {
    steps: before.steps,
  })
  expect(after.steps.some(({ id, change }) => id.endsWith('/east') && change === 'remove')).toBe(true)
  expect(dnsRecords(after).recordSets.map(({ id }) => id)).toEqual(['game.example.com/west'])
})

test('a zone without an account is PowerDNS’s: a file, a line for each name, and the settings that it needs', () => {
  const made = regions(
    'host: game.floor.example, routing: { failover: [floor, west] }, healthCheck: { port: 8080, path: /well }',
  )
  expect(made.steps.find(({ id }) => id === 'route.point/zone/floor.example')?.title).toBe(
    'Serve the public zone floor.example by PowerDNS',
  )
  expect(dnsRecords(made)).toMatchObject({ recordSets: [], healthChecks: [] })
  const files = new Map(dnsFiles(made).map(({ path, text }) => [path, text]))
  expect([...files.keys()]).toEqual(['dns/route53.json', 'dns/floor.example.zone', 'dns/named.conf', 'dns/pdns.conf'])
  const zone = files.get('dns/floor.example.zone') ?? ''
  expect(zone).toContain('\n; game: failover: floor, west\ngame 60 IN LUA A ";include(\'_routing\') return "(\n')
  expect(zone).toContain(
    "ifurlup('http://game.floor.example:8080/well',{{'10.9.0.30','${address_game_west}'}},{selector='all',backupSelector='all',minimumFailures=3,interval=30}))",
  )
  expect(zone).toContain(";   export address_game_west=…\n;   envsubst '${address_game_west}' < floor.example.zone\n")
  expect(zone.split('\n').every((line) => line.length < 260)).toBe(true)
  expect(files.get('dns/pdns.conf')).toContain('launch=bind\n')
  expect(files.get('dns/pdns.conf')).toContain('\nenable-lua-records=yes\n')
  expect(files.get('dns/pdns.conf')).toContain('\nlua-health-checks-interval=30\n')
  expect(files.get('dns/named.conf')).toContain(
    'zone "floor.example" { type native; file "/etc/powerdns/zones/floor.example.zone"; };',
  )
})

test('the same plan gives the same bytes, and what stands for a value to come is told in words', () => {
  expect(dnsFiles(plan(recovery.fleet))).toEqual(dnsFiles(recovery))
  const [review] = dnsFiles(recovery)
  expect(review?.path).toBe('dns/route53.json')
  expect(review?.text).toContain('"DNSName": "<DNSName of the load balancer of game-2048 at outposts>"')
  expect(review?.text).not.toContain('"ref"')
})

test('addresses: what the Service asks for, else the pool from its low end in the order of the apps, else none', () => {
  const of = (annotation: string) =>
    fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: floor }
clusters: [{ name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35", packages: [metallb], metallbPool: "10.9.0.255-10.9.1.0, 10.9.2.0/31" } }]
sites: [{ name: floor, place: { onPremises: docker }, cluster: floor }]
${['a', 'b', 'c', 'd', 'e']
  .map(
    (name) =>
      `---\nkind: App\nmetadata: { name: ${name} }\nsource: { image: "registry.example.com/${name}:1" }\nplacement: [{ site: floor${name === 'b' ? annotation : ''} }]\nexpose: { host: ${name}.example.com, routing: { simple: floor } }\n`,
  )
  .join('')}`)
  const all = (annotation: string) => ['a', 'b', 'c', 'd', 'e'].map((app) => addressOf(of(annotation), app, 'floor'))
  expect(all('')).toEqual(['10.9.0.255', '10.9.1.0', '10.9.2.0', '10.9.2.1', undefined])
  expect(all(', annotations: { metallb.io/loadBalancerIPs: "10.9.7.7,fd00::7" }')).toEqual([
    '10.9.0.255',
    '10.9.7.7',
    '10.9.1.0',
    '10.9.2.0',
    '10.9.2.1',
  ])
  expect(addressOf(recovery.fleet, 'game-2048', 'outposts')).toBeUndefined()
  const divided = fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: divided }
clusters:
  - { name: host, existing: { region: us-west-2 } }
  - { name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35", packages: [metallb], metallbPool: 10.9.0.7/32 } }
sites: [{ name: floor, place: { onPremises: docker }, cluster: floor }]
federations: [{ name: main, host: host, members: [floor] }]
---
kind: App
metadata: { name: a }
source: { image: "registry.example.com/a:1" }
placement: [{ federation: main }]
expose: { host: a.example.com, routing: { simple: floor } }
`)
  expect(addressOf(divided, 'a', 'floor')).toBe('10.9.0.7')
})

test('a text of a user stays a text in Lua, whatever is in it', () => {
  expect(luaText('127.0.0.1')).toBe("'127.0.0.1'")
  expect(luaText(`a'b`)).toBe("'a'..string.char(39)..'b'")
  expect(luaText('')).toBe("''")
  expect(luaText('é\\"')).toBe('string.char(195,169,92,34)')
})
