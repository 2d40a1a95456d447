// The PowerDNS of local as its engine is started: the generated zone with the addresses of doors, and what local tells of its answers.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { needs } from '../../../../test/needs.ts'
import { freePort, install, isInstalled, Site, serve, until } from '../../../artefacts/dns/powerdns.case.ts'
import { fleetFrom } from '../../../fleet/from.ts'
import { readFleet } from '../../../fleet/read.ts'
import { plan } from '../../../plan/index.ts'
import { serverCheckDown, serverCheckUp } from '../../../timers/powerdns.ts'
import { answersOf } from '../answers.ts'
import type { Ports } from '../engine.ts'
import { enginesOf, portsWanted } from '../engines-of.ts'
import { layoutOf } from '../layout.ts'
import { allWell } from '../outside/conditions.ts'
import { names } from '../outside/dns/index.ts'
import { outsideOf } from '../outside/outside-of.ts'
import type { OutsideEvent } from '../outside/part.ts'
import { powerDnsId, withPowerDns } from './powerdns.ts'

const fleet = await readFleet([fileURLToPath(new URL('../../../../bench/fidelity/two-floors', import.meta.url))])
const here = { program: true, speed: 1, addresses: true }
const layout = withPowerDns(layoutOf(plan(fleet), undefined), here)
const id = powerDnsId(layout.owner)

function made(folder: string, own: Ports) {
  const ports: Ports = Object.fromEntries(
    Object.entries(portsWanted(layout)).map(([engine, all]) => [
      engine,
      Object.fromEntries(all.map((name, index) => [name, own[engine]?.[name] ?? index + 1])),
    ]),
  )
  const spec = enginesOf(layout, ports, { folder, kwokFiles: '', outsideProgram: '' }).find((one) => one.id === id)
  const { dns, doors, audiences } = outsideOf(layout, ports, { folder, speed: 1 })
  if (spec === undefined || dns === undefined) throw new Error('no PowerDNS')
  return { spec, dns, doors, audiences }
}

test('it is there at true constants, where it is installed and decides what can be seen', () => {
  const of = layoutOf(plan(fleet), undefined)
  expect(withPowerDns(of, here).powerDns).toBe(true)
  for (const other of [{ program: false }, { speed: 10 }, { addresses: false }])
    expect(withPowerDns(of, { ...here, ...other }).powerDns).toBeUndefined()
  const text = (routing: string, check: string) => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: one }
dns: { zones: [{ name: shops.example }] }
clusters: [{ name: floor, at: floor, eksAnywhere: { provider: docker, version: "1.35" } }]
sites: [{ name: floor, place: { onPremises: docker }, cluster: floor }]
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1.0.0 }
placement: [{ site: floor }]
expose: { host: till.shops.example, routing: { ${routing} }, loadBalancer: metallb, ${check} }
`
  const is = (routing: string, check: string) =>
    withPowerDns(layoutOf(plan(fleetFrom(text(routing, check))), undefined), here).powerDns ?? false
  expect(is('multivalue: [floor]', 'healthCheck: { port: 80 }')).toBe(true)
  expect(is('weighted: { floor: 1 }', 'healthCheck: { port: 80 }')).toBe(false)
  expect(is('multivalue: [floor]', 'healthCheck: { port: 80, protocol: tcp }')).toBe(false)
})

test('users ask it, its own server gets no check of ours, and its files have the addresses and the port of doors', () => {
  const { spec, dns, doors, audiences } = made('/state', { [id]: { dns: 5301 } })
  expect(audiences.map(({ dnsPort }) => dnsPort)).toEqual([5301])
  expect(dns.checks.map(({ by }) => by)).toEqual(['powerdns', 'powerdns'])
  const zone = spec.files.find(({ path }) => path === '/state/powerdns/zones/shops.example.zone')?.text ?? ''
  for (const door of doors) expect(zone).toContain(`'${door.public?.address}'`)
  expect(zone).toContain(`http://till.shops.example:${doors[0]?.public?.port}/`)
  expect(zone).not.toContain('10.61.0.200')
  expect(spec.files.find(({ path }) => path.endsWith('named.conf'))?.text).toContain('/state/powerdns/zones/')
})

test('up says what of the names is real: the zone is PowerDNS’s own, what its records lead to are doors of ours', () => {
  const answers = (of: typeof layout) =>
    answersOf(of.plan, of, { kubernetes: 'v1.36.3', karmada: 'v1.18.2' }).flatMap(({ step, answer }) =>
      step.kind === 'route.point' ? ('what' in answer ? answer.what : answer.kind) : [],
    )
  const real = answers(layout)
  expect(real.filter((answer) => answer === 'done')).toHaveLength(1)
  for (const answer of real) expect(answer).toMatch(/^done$|^PowerDNS of this machine .* front doors of ours$/)
  for (const answer of answers(layoutOf(plan(fleet), undefined))) expect(answer).toMatch(/ of ours/)
})

describe('served by a real one', () => {
  beforeEach(needs('PowerDNS', () => isInstalled() || install))

  test('its answers are told as decided by an engine, in the times of the twin; with nobody healthy the first is named', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-pdns-'))
    const any = new Site(made(folder, {}).doors[0]?.public?.address ?? '')
    const port = await any.open(0)
    await any.close()
    const { spec, dns, doors } = made(folder, {
      [id]: { dns: await freePort() },
      [`${layout.owner.kind}/${layout.owner.name}/outside`]: { doors: port },
    })
    const site = (name: string) => new Site(doors.find((door) => door.site === name)?.public?.address ?? '')
    const [north, south] = [site('north'), site('south')]
    for (const { path, text } of spec.files) {
      mkdirSync(dirname(path), { recursive: true })
      // checks every second instead of every ten
      writeFileSync(path, text.replace('lua-health-checks-interval=10', 'lua-health-checks-interval=1'))
    }
    await Promise.all([north.open(port), south.open(port)])
    const served = serve(spec.args)
    const events: (Pick<OutsideEvent, 'to' | 'decidedBy' | 'subject'> & { readonly at: number })[] = []
    const ours = names({
      conditions: () => allWell,
      tell: (event) => events.push({ ...event, at: performance.now() }),
      speed: () => 1,
      say: () => undefined,
    })
    const turned = async (to: string, from: number): Promise<number> => {
      await until(
        async () => events.at(-1)?.to === to,
        10,
        async () => JSON.stringify(events),
      )
      return ((events.at(-1)?.at ?? 0) - from) / 1_000
    }
    try {
      await ours.configure({ ...dns, port: 0 })
      await turned('north', 0)
      // what a busy machine and the asking itself may add
      const slack = 1.5
      const check = { intervalSeconds: 1, failureThreshold: 1 }
      const downMost = serverCheckDown(check, 'refused').maxSeconds + slack
      const upMost = serverCheckUp(check).maxSeconds + slack
      await north.close()
      expect(await turned('south', performance.now())).toBeLessThan(downMost)
      await south.close()
      expect(await turned('north', performance.now())).toBeLessThan(downMost)
      await south.open(port)
      expect(await turned('south', performance.now())).toBeLessThan(upMost)
      await north.open(port)
      expect(await turned('north', performance.now())).toBeLessThan(upMost)
      expect(new Set(events.map(({ decidedBy }) => decidedBy))).toEqual(new Set(['engine']))
      expect(new Set(events.map(({ subject }) => subject))).toEqual(new Set(['record/till.shops.example/customers']))
      expect(ours.state().answers.map(({ audience, answer }) => `${audience}: ${answer}`)).toEqual([
        ': north',
        'customers: north',
      ])
    } finally {
      await ours.close()
      await served.stop()
      await Promise.all([north.close(), south.close()])
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
