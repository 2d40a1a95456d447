// A drill by real means against a small cloud: armed before it takes away, measured from outside, given back, and given back by the next
// command where it was cut off.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { Drill, Fault } from '../../../model/fleet.ts'
import type { Ground } from '../ground.ts'
import type { SmallCloud } from './cloud.case.ts'
import { smallCloud } from './cloud.case.ts'
import { readJournal } from './journal.ts'
import { giveBackLeft } from './left.ts'
import type { Outside } from './outside.ts'
import { usersOf } from './outside.ts'
import { realDrillWorld } from './world.ts'

let folder: string
let cloud: SmallCloud
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skerry-drill-'))
  cloud = smallCloud(['subnet-lz-private', 'subnet-lz-public'])
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function ground(): Promise<Ground> {
  const { plan } = await exampleFleet('local-zone')
  return {
    ...{ plan, folder, aws: cloud.aws },
    api: async () => undefined,
    valueOf: async (variable) => (/private/.test(variable) ? 'subnet-lz-private' : 'subnet-lz-public'),
    helm: async () => '',
    now: () => new Date(),
    pause: async () => undefined,
  }
}

const outside: Outside = {
  resolve: async () => [{ address: '192.0.2.1', ttlSeconds: 1 }],
  addressesOf: async () => [],
  status: async () => 200,
}

async function drillOf(faults: readonly Partial<Fault>[]): Promise<Drill> {
  const { fleet } = await exampleFleet('local-zone')
  const [first] = fleet.drills
  if (first === undefined) throw new Error('no drill')
  return {
    ...first,
    name: 'small',
    expect: [],
    faults: faults.map((fault) => ({ ...first.faults[0]?.origin, origin: first.origin, ...fault }) as Fault),
  }
}

async function worldOf(faults: readonly Partial<Fault>[]) {
  const drill = await drillOf(faults)
  const said: string[] = []
  const world = realDrillWorld({
    ...{ ground: await ground(), drill, skerry: '0', length: 10, outside, lookEverySeconds: 60 },
    say: (line) => void said.push(line),
  })
  return { world, drill, said }
}

test('the health check is armed to be put back, asks the dead port, and asks its own again [seed 133]', async () => {
  const { world, drill } = await worldOf([{ at: 0.1, for: 1, app: 'game-2048', site: 'los-angeles', checkPort: 801 }])
  await world.begin()
  const [schedule] = [...cloud.schedules.values()]
  expect(schedule).toMatchObject({
    target: 'arn:aws:scheduler:::aws-sdk:route53:updateHealthCheck',
    input: { HealthCheckId: 'hc-1', Port: 80 },
  })
  expect(schedule?.at).toMatch(/^at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)$/)
  expect([...cloud.roles.values()][0]?.policy).toContain('route53:UpdateHealthCheck')
  expect(cloud.calls.includes('UpdateHealthCheck')).toBe(false)
  for (const fault of drill.faults) expect(await world.inject(fault)).toEqual({ kind: 'done' })
  await world.until(0.6)
  expect(cloud.check.port).toBe(801)
  expect(readJournal(folder)?.away.map(({ undo }) => undo[0]?.kind)).toContain('healthCheck')
  await world.until(1.6)
  expect(cloud.check.port).toBe(80)
  await world.heal()
  await world.close()
  expect([cloud.schedules.size, cloud.roles.size, readJournal(folder)]).toEqual([0, 0, undefined])
  const timeline = await world.timeline(2)
  expect(timeline.world).toBe('real')
  expect(timeline.events.filter(({ what }) => what === 'checkPort').map(({ to }) => to)).toEqual(['down', 'up'])
  expect(timeline.services.every(({ availability }) => availability === 1)).toBe(true)
})

test('a cut takes effect by rules alone, and leaves the network ACL as it was', async () => {
  const { world, drill } = await worldOf([{ at: 0.1, site: 'los-angeles', lose: 'power' }])
  await world.begin()
  // harmless so far: another ACL with the same rules
  expect(cloud.acls.get('acl-1')?.entries.map(({ RuleNumber, RuleAction }) => [RuleNumber, RuleAction])).toEqual([
    [100, 'allow'],
  ])
  expect(
    cloud.acls
      .get('acl-1')
      ?.associations.map(({ subnet }) => subnet)
      .sort(),
  ).toEqual(['subnet-lz-private', 'subnet-lz-public'])
  expect([...cloud.schedules.values()].map(({ input }) => input)).toEqual([
    { NetworkAclId: 'acl-1', RuleNumber: 1, Egress: false },
    { NetworkAclId: 'acl-1', RuleNumber: 1, Egress: true },
  ])
  const [fault] = drill.faults
  if (fault === undefined) throw new Error('no fault')
  expect((await world.inject(fault)).kind).toBe('standIn')
  await world.until(0.5)
  expect(cloud.acls.get('acl-1')?.entries.filter(({ RuleAction }) => RuleAction === 'deny')).toHaveLength(2)
  await world.heal()
  expect([...cloud.acls.keys()]).toEqual(['acl-default'])
  expect(
    cloud.acls
      .get('acl-default')
      ?.associations.map(({ subnet }) => subnet)
      .sort(),
  ).toEqual(['subnet-lz-private', 'subnet-lz-public'])
  expect(cloud.schedules.size).toBe(0)
})

test('machines are terminated while nothing takes their place, and launches go on afterwards', async () => {
  const { world, drill } = await worldOf([{ at: 0.1, site: 'los-angeles', lose: 'nodes', count: 1 }])
  await world.begin()
  const [fault] = drill.faults
  if (fault === undefined) throw new Error('no fault')
  await world.inject(fault)
  await world.until(0.5)
  expect(cloud.group).toEqual({ suspended: ['Launch'], machines: ['i-2'] })
  expect(cloud.calls.indexOf('CreateSchedule')).toBeLessThan(cloud.calls.indexOf('SuspendProcesses'))
  await world.heal()
  expect(cloud.group.suspended).toEqual([])
})

test('killed after any call, the next command gives all back and leaves nothing armed', async () => {
  const faults = [
    { at: 0.01, site: 'los-angeles', lose: 'power' as const },
    { at: 0.02, app: 'game-2048', site: 'los-angeles', checkPort: 801 },
  ]
  for (const dead of [
    'CreateNetworkAclEntry',
    'ReplaceNetworkAclAssociation',
    'CreateRole',
    'PutRolePolicy',
    'CreateSchedule',
    'UpdateHealthCheck',
  ]) {
    cloud = smallCloud(['subnet-lz-private', 'subnet-lz-public'])
    const { world, drill } = await worldOf(faults)
    cloud.fail.set(dead, 1)
    try {
      await world.begin()
      for (const fault of drill.faults) await world.inject(fault)
      await world.until(0.3)
    } catch {
      // as though the process were gone: nothing of this world is asked to heal
    }
    await world.close()
    cloud.fail.clear()
    const said: string[] = []
    expect(await giveBackLeft(await ground(), (line) => void said.push(line)), dead).toBe(true)
    expect(said[0]).toMatch(/was cut off/)
    expect([[...cloud.acls.keys()], cloud.check.port, cloud.schedules.size, cloud.roles.size], dead).toEqual([
      ['acl-default'],
      80,
      0,
      0,
    ])
    expect(await giveBackLeft(await ground(), () => undefined)).toBe(false)
  }
})

test('what does not come back is told, stays written down, and stays armed', async () => {
  const { world, drill } = await worldOf([{ at: 0.01, app: 'game-2048', site: 'los-angeles', checkPort: 801 }])
  await world.begin()
  for (const fault of drill.faults) await world.inject(fault)
  await world.until(0.2)
  cloud.fail.set('UpdateHealthCheck', 10)
  await expect(world.heal()).rejects.toThrow(/not given back yet; what was armed in the cloud gives back at its time/)
  expect(cloud.schedules.size).toBe(1)
  expect(readJournal(folder)).toBeDefined()
  cloud.fail.clear()
  await giveBackLeft(await ground(), () => undefined)
  expect([cloud.check.port, cloud.schedules.size]).toEqual([80, 0])
})

test('users are led elsewhere as the answers of their resolvers run out, not all at once', async () => {
  let address = '192.0.2.1'
  const users = usersOf(
    {
      ...outside,
      resolve: async () => [{ address, ttlSeconds: 20 }],
      status: async (at) => (at === '192.0.2.1' && address !== at ? undefined : 200),
    },
    { host: 'game.example.com', protocol: 'http', port: 80, path: '/' },
    (at) => (at === '192.0.2.1' ? 'los-angeles' : 'oregon'),
  )
  expect(await users.second(0)).toMatchObject({ served: 1, by: { 'los-angeles': 1 }, answer: 'los-angeles' })
  address = '192.0.2.2'
  const half = await users.second(10)
  expect(half.served).toBeCloseTo(0.5)
  expect(half.by).toEqual({ oregon: 0.5 })
  expect(await users.second(20)).toMatchObject({ served: 1, by: { oregon: 1 }, answer: 'oregon' })
})
