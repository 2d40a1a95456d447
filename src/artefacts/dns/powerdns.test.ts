// The zone is served by a real PowerDNS: what it answers follows the ports of two sites, as Route 53 would.

import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import packet from 'dns-packet'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../test/needs.ts'
import { fleetFrom } from '../../fleet/from.ts'
import { plan } from '../../plan/index.ts'
import { serverCheckDown, serverCheckUp } from '../../timers/powerdns.ts'
import { allWell } from '../../worlds/local/outside/conditions.ts'
import { dnsOf, names } from '../../worlds/local/outside/dns/index.ts'
import type { DoorConfig } from '../../worlds/local/outside/doors/config.ts'
import { dnsFiles } from './index.ts'
import type { Served } from './powerdns.case.ts'
import { freePort, install, isInstalled, north, Site, serve, south, until } from './powerdns.case.ts'

const countries = '/usr/share/GeoIP/GeoIP.dat'

/** Two floors, whose load balancers are two addresses of this machine. */
const floors = (port: number): string => {
  const app = (name: string, routing: string, check = '', aliases = '') => `---
kind: App
metadata: { name: ${name} }
source: { image: registry.example.com/game:1.0.0 }
placement:
  - { site: north, annotations: { metallb.io/loadBalancerIPs: ${north} } }
  - { site: south, annotations: { metallb.io/loadBalancerIPs: ${south} } }
expose:
  host: ${name}.shops.example
  aliases: [${aliases}]
  routing: { ${routing} }
  loadBalancer: metallb
  healthCheck: { ${check}port: ${port}, interval: 10s, failureThreshold: 1 }
`
  return `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
dns: { zones: [{ name: shops.example }] }
clusters:
  - { name: north, at: north, eksAnywhere: { provider: docker, version: "1.35", packages: [metallb] } }
  - { name: south, at: south, eksAnywhere: { provider: docker, version: "1.35", packages: [metallb] } }
sites:
  - { name: north, place: { onPremises: docker }, cluster: north, location: "48.1,11.6" }
  - { name: south, place: { onPremises: docker }, cluster: south, location: "-33.9,18.4" }
${[
  app('failed-over', 'failover: [north, south]', '', 'shops.example, www.shops.example'),
  app('by-port', 'failover: [north, south]', 'protocol: tcp, '),
  app('searched', 'failover: [north, south]', `contains: 'it''s "up", 100% \\o/', `),
  app('weighted', 'weighted: { north: 3, south: 1 }'),
  app('reserve', 'weighted: { north: 0, south: 5 }'),
  app('several', 'multivalue: [north, south]'),
  app('near', 'latency: [north, south]'),
  app('by-place', 'geolocation: { US: north, EU: south }'),
].join('')}`
}

describe('a zone served by PowerDNS', () => {
  beforeEach(
    needs('PowerDNS with its database of countries', () => (isInstalled() && existsSync(countries)) || install),
  )

  const sites = { north: new Site(north), south: new Site(south) }
  let port = 0
  let dnsPort = 0
  let folder = ''
  let served: Served | undefined

  beforeAll(async () => {
    if (!isInstalled() || !existsSync(countries)) return
    port = await sites.north.open(0)
    await sites.south.open(port)
    folder = mkdtempSync(join(tmpdir(), 'skerry-pdns-'))
    for (const { path, text } of dnsFiles(plan(fleetFrom(floors(port)))))
      writeFileSync(join(folder, path.split('/').at(-1) ?? ''), text)
    const own = readFileSync(join(folder, 'pdns.conf'), 'utf8')
    writeFileSync(
      join(folder, 'named.conf'),
      readFileSync(join(folder, 'named.conf'), 'utf8').replaceAll('/etc/powerdns/zones', folder),
    )
    dnsPort = await freePort()
    // as it was written, but for where it stands, and checks every second instead of every ten
    const conf = `${own
      .replace(/^bind-config=.*$/m, `bind-config=${folder}/named.conf`)
      .replace(/^lua-health-checks-interval=10$/m, 'lua-health-checks-interval=1')
      .replace(/^geoip-database-files=.*$/m, `geoip-database-files=dat:${countries}`)}
local-address=127.0.0.1
local-port=${dnsPort}
socket-dir=${folder}
setuid=
setgid=
`
    expect(conf).toContain('lua-health-checks-interval=1\n')
    writeFileSync(join(folder, 'pdns.conf'), conf)
    served = serve([`--config-dir=${folder}`, '--daemon=no', '--guardian=no'])
    await until(async () => (await ask('shops.example', 'SOA')).rcode === 'NOERROR', 60)
  }, 90_000)

  afterAll(async () => {
    await served?.stop()
    await Promise.all(Object.values(sites).map((site) => site.close()))
    if (folder !== '') rmSync(folder, { recursive: true, force: true })
  })

  async function ask(name: string, type: 'A' | 'SOA' | 'CNAME' = 'A', from?: string, askedPort = dnsPort) {
    const socket = createSocket('udp4')
    try {
      const query = packet.encode({
        type: 'query',
        id: Math.floor(Math.random() * 65_535),
        questions: [{ type, name }],
        ...(from !== undefined && {
          additionals: [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: 1232,
              extendedRcode: 0,
              ednsVersion: 0,
              flags: 0,
              flag_do: false,
              options: [{ code: 8, type: 'CLIENT_SUBNET', ip: from, family: 1, sourcePrefixLength: 24 }],
            },
          ],
        }),
      } as unknown as packet.Packet)
      const answer = new Promise<Buffer>((resolve, reject) => {
        socket.once('message', resolve)
        socket.once('error', reject)
        setTimeout(() => reject(new Error(`no answer for ${name}\n${served?.log()}`)), 5_000)
      })
      socket.send(query, askedPort, '127.0.0.1')
      const decoded = packet.decode(await answer) as packet.DecodedPacket & { readonly rcode: string }
      const addresses = (decoded.answers ?? []).flatMap((each) => (each.type === 'A' ? String(each.data) : [])).sort()
      return {
        rcode: decoded.rcode,
        addresses,
        ttl: (decoded.answers ?? []).flatMap((each) => ('ttl' in each ? each.ttl : [])),
      }
    } finally {
      socket.close()
    }
  }
  const addresses = async (app: string, from?: string) => (await ask(`${app}.shops.example`, 'A', from)).addresses
  const becomes = async (app: string, wanted: readonly string[]): Promise<number> => {
    const started = performance.now()
    await until(
      async () => (await addresses(app)).join() === [...wanted].sort().join(),
      8,
      async () => `${app}: ${(await addresses(app)).join()}`,
    )
    return (performance.now() - started) / 1_000
  }

  test('the primary answers; its port closed, the secondary does within five checks; open again, the primary', async () => {
    for (const app of ['failed-over', 'by-port', 'searched']) await becomes(app, [north])
    expect((await ask('failed-over.shops.example')).ttl).toEqual([60])
    await sites.north.close()
    for (const app of ['failed-over', 'by-port', 'searched']) expect(await becomes(app, [south])).toBeLessThan(5)
    await sites.north.open(port)
    for (const app of ['failed-over', 'by-port', 'searched']) expect(await becomes(app, [north])).toBeLessThan(5)
  })

  test('a second opinion: what stands in for it in local turns with PowerDNS, each within its own intervals', async () => {
    const speed = 10
    const of = plan(fleetFrom(floors(port)))
    const doors = Object.values(sites).map((site) => ({
      app: 'failed-over',
      site: site === sites.north ? 'north' : 'south',
      kind: 'proxy',
      stands: 'here',
      public: { address: site.address, port, crosses: [] },
    })) as unknown as readonly DoorConfig[]
    const ours = names({
      conditions: () => allWell,
      tell: () => undefined,
      speed: () => speed,
      say: () => undefined,
    })
    try {
      await ours.configure(dnsOf(of, doors, 0))
      const local = ours.state().port ?? 0
      const turns = async (to: string): Promise<Record<'pdns' | 'local', number>> => {
        const began = performance.now()
        const at: Partial<Record<'pdns' | 'local', number>> = {}
        await until(async () => {
          for (const [who, asked] of [
            ['pdns', dnsPort],
            ['local', local],
          ] as const)
            if ((await ask('failed-over.shops.example', 'A', undefined, asked)).addresses.join() === to)
              at[who] ??= (performance.now() - began) / 1_000
          return at.pdns !== undefined && at.local !== undefined
        }, 10)
        return { pdns: at.pdns ?? 0, local: at.local ?? 0 }
      }
      // what a busy machine and the asking itself may add, and a check of a second and its own time for PowerDNS
      const slack = 2.5
      const pdnsMost = 1 + 2 + slack
      const check = { intervalSeconds: 10, failureThreshold: 1 }
      const most = (seconds: number) => seconds / speed + slack
      await turns(north)
      for (let times = 0; times < 3; times += 1) {
        await sites.north.close()
        const down = await turns(south)
        expect(down.pdns).toBeLessThan(pdnsMost)
        expect(down.local).toBeLessThan(most(serverCheckDown(check, 'refused').maxSeconds))
        await sites.north.open(port)
        const up = await turns(north)
        expect(up.pdns).toBeLessThan(pdnsMost)
        expect(up.local).toBeLessThan(most(serverCheckUp(check).maxSeconds))
      }
    } finally {
      await ours.close()
    }
  })

  test('where nothing answers at all, the primary is named, as Route 53 does', async () => {
    await becomes('failed-over', [north])
    await Promise.all([sites.north.close(), sites.south.close()])
    // the first sees the primary go, then the secondary: whichever is noticed first
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    for (let times = 0; times < 8; times += 1) expect(await addresses('failed-over')).toEqual([north])
    expect(await addresses('several')).toEqual([north, south])
    await Promise.all([sites.north.open(port), sites.south.open(port)])
    await becomes('failed-over', [north])
  })

  test('weights share out among the healthy, and weight 0 answers only where no other does', async () => {
    await becomes('reserve', [south])
    const shares = { [north]: 0, [south]: 0 } as Record<string, number>
    for (let times = 0; times < 200; times += 1)
      for (const each of await addresses('weighted')) shares[each] = (shares[each] ?? 0) + 1
    // 3 to 1: 150 of 200, and four standard deviations to either side
    expect(shares[north]).toBeGreaterThan(150 - 25)
    expect(shares[north]).toBeLessThan(150 + 25)
    expect((shares[north] ?? 0) + (shares[south] ?? 0)).toBe(200)
    await sites.south.close()
    await becomes('reserve', [north])
    // each name has a check of its own, at a moment of its own
    await until(async () => {
      for (let times = 0; times < 20; times += 1) if ((await addresses('weighted')).join() !== north) return false
      return true
    }, 8)
    await sites.south.open(port)
    await becomes('reserve', [south])
  })

  test('a multivalue name has all that is healthy in it', async () => {
    await becomes('several', [north, south])
    await sites.south.close()
    await becomes('several', [north])
    await sites.south.open(port)
    await becomes('several', [north, south])
  })

  test('by place: the country, else the continent, else nobody; and another where that one is gone', async () => {
    expect(await addresses('by-place', '8.8.8.0')).toEqual([north])
    expect(await addresses('by-place', '193.0.6.0')).toEqual([south])
    expect(await ask('by-place.shops.example', 'A', '133.11.0.0')).toMatchObject({ rcode: 'NOERROR', addresses: [] })
  })

  test('the nearest is one of the sites, and never one that is gone', async () => {
    expect([north, south]).toContain((await addresses('near', '8.8.8.0'))[0])
    await sites.north.close()
    await becomes('near', [south])
    await sites.north.open(port)
    await becomes('failed-over', [north])
  })

  test('other names follow: by CNAME, and at the top of the zone by the same answer', async () => {
    await becomes('failed-over', [north])
    expect((await ask('shops.example')).addresses).toEqual([north])
    expect((await ask('www.shops.example')).addresses).toEqual([north])
  })

  test('neither the server nor its own checker of zones has anything to complain about', () => {
    const judged = spawnSync('pdnsutil', [`--config-dir=${folder}`, 'check-zone', 'shops.example'], {
      encoding: 'utf8',
    })
    expect(judged.stdout).toContain("records of 'shops.example', 0 errors, 0 warnings")
    expect(
      (served?.log() ?? '')
        .split('\n')
        .filter(
          (line) =>
            /error|exception|unknown|reported|failed to|[1-9] rejected/i.test(line) &&
            !/monitoring declaring/.test(line),
        ),
    ).toEqual([])
  })
})
