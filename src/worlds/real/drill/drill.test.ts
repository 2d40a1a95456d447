// A drill by real means against a small cloud: armed before it takes away, measured from outside, given back, and given back by the next
// command where it was cut off.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exampleFleet } from '../../../../test/example.case.ts'
import type { Drill, Fault } from '../../../model/fleet.ts'
import type { Ground } from '../ground.ts'
import type { SmallCloud } from './cloud.case.ts'
import { smallCloud } from './cloud.case.ts'
import type { Journal } from './journal.ts'
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

const readJournal = (where: string): Journal | undefined => {
  const path = join(where, 'drill.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Journal) : undefined
}

/** Ahead of this machine's: how long the cloud took. */
let aheadMs = 0
beforeEach(() => {
  aheadMs = 0
})

async function ground(): Promise<Ground> {
  const { plan } = await exampleFleet('local-zone')
  return {
    ...{ plan, folder, aws: cloud.aws },
    api: async () => undefined,
    valueOf: async (variable) => (/private/.test(variable) ? 'subnet-lz-private' : 'subnet-lz-public'),
    helm: async () => '',
    now: () => new Date(Date.now() + aheadMs),
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

async function worldOf(faults: readonly Partial<Fault>[], name = 'small') {
  const drill = { ...(await drillOf(faults)), name }
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

const associated = (acl: string): readonly string[] =>
  (cloud.acls.get(acl)?.associations ?? []).map(({ subnet }) => subnet).sort()
const both = ['subnet-lz-private', 'subnet-lz-public']

test('two faults on the same subnets share one network ACL, each with rules of its own, and it goes after the last', async () => {
  const { world, drill } = await worldOf([
    { at: 0.1, for: 0.4, site: 'los-angeles', lose: 'power' },
    { at: 0.9, for: 0.4, site: 'los-angeles', lose: 'internet' },
    { at: 1, for: 0.8, site: 'los-angeles', lose: 'uplink' },
  ])
  const cuts = (): readonly number[] =>
    (cloud.acls.get('acl-1')?.entries ?? [])
      .filter(({ RuleAction, Egress }) => RuleAction === 'deny' && !Egress)
      .map(({ RuleNumber }) => RuleNumber)
      .sort((a, b) => a - b)
  await world.begin()
  expect(cloud.calls.filter((call) => call === 'CreateNetworkAcl')).toHaveLength(1)
  expect([associated('acl-1'), cuts()]).toEqual([both, []])
  for (const fault of drill.faults) await world.inject(fault)
  await world.until(0.3)
  expect(cuts()).toEqual([1])
  await world.until(0.7)
  expect([associated('acl-1'), cuts()]).toEqual([both, []])
  await world.until(1.15)
  // the stricter of them decides first
  expect(cuts()).toEqual([2, 4])
  await world.until(1.6)
  expect(cuts()).toEqual([2])
  await world.until(2)
  expect([associated('acl-1'), cuts()]).toEqual([both, []])
  await world.heal()
  expect([[...cloud.acls.keys()], associated('acl-default')]).toEqual([['acl-default'], both])
  expect([cloud.schedules.size, cloud.roles.size, readJournal(folder)]).toEqual([0, 0, undefined])
})

test('where the network has IPv6 that is cut as well, what is let through included', async () => {
  cloud.vpc.ipv6 = '2001:db8:1::/56'
  const { world, drill } = await worldOf([
    { at: 0.1, site: 'los-angeles', lose: 'power' },
    { at: 0.1, site: 'los-angeles', lose: 'internet' },
  ])
  await world.begin()
  for (const fault of drill.faults) await world.inject(fault)
  await world.until(0.5)
  const ways = (cloud.acls.get('acl-1')?.entries ?? [])
    .filter(({ RuleNumber, Egress }) => RuleNumber < 100 && !Egress)
    .sort((a, b) => a.RuleNumber - b.RuleNumber)
    .map(({ RuleAction, CidrBlock, Ipv6CidrBlock }) => `${RuleAction} ${CidrBlock ?? Ipv6CidrBlock}`)
  await world.heal()
  expect(ways).toEqual([
    'deny 0.0.0.0/0',
    'deny ::/0',
    'allow 10.10.0.0/16',
    'allow 2001:db8:1::/56',
    'deny 0.0.0.0/0',
    'deny ::/0',
  ])
  expect([[...cloud.acls.keys()], associated('acl-default')]).toEqual([['acl-default'], both])
})

test('a cut that a network ACL has no room for is refused before anything is touched', async () => {
  const full = Array.from({ length: 19 }, (_, index) => ({
    ...{ RuleNumber: 200 + index, Egress: true, RuleAction: 'allow', CidrBlock: `10.${index}.0.0/16` },
  }))
  cloud.acls.get('acl-default')?.entries.push(...full)
  const cut = [{ at: 0.1, site: 'los-angeles', lose: 'internet' }] as const
  await expect((await worldOf(cut)).world.begin()).rejects.toThrow(
    /take 2 outbound rules on the network ACL of subnet-lz-\S+, subnet-lz-\S+, which has 19 as acl-default, and 20 are allowed/,
  )
  expect(cloud.calls.filter((call) => /^(Create|Replace|Update|Put)/.test(call))).toEqual([])
  // an account that has been given more
  rmSync(join(folder, 'drill.json'), { force: true })
  cloud.vpc.aclRules = 40
  const { world } = await worldOf(cut)
  await world.begin()
  await world.heal()
  expect([[...cloud.acls.keys()], associated('acl-default')]).toEqual([['acl-default'], both])
})

test('rules on an ACL that somebody took its subnets from are a failure, not a drill that all survived', async () => {
  const { world, drill } = await worldOf([{ at: 0.1, site: 'los-angeles', lose: 'power' }])
  await world.begin()
  cloud.acls.get('acl-default')?.associations.push(...(cloud.acls.get('acl-1')?.associations.splice(0) ?? []))
  for (const fault of drill.faults) await world.inject(fault)
  await expect(world.until(0.5)).rejects.toThrow(/cannot be cut off: another network ACL has been put/)
  await world.heal()
  expect([[...cloud.acls.keys()], associated('acl-default')]).toEqual([['acl-default'], both])
})

test('what cannot be given back keeps up and down from nothing: it is told with what to type, and only another drill is refused', async () => {
  const { world } = await worldOf([{ at: 0.1, site: 'los-angeles', lose: 'power' }])
  await world.begin()
  await world.close()
  cloud.fail.set('ReplaceNetworkAclAssociation', 100)
  const said: string[] = []
  const warn = (line: string) => void said.push(line)
  expect(await giveBackLeft(await ground(), () => undefined, { warn })).toBe(true)
  expect(said.join('\n')).toMatch(/warning: of the drill small, one thing is not given back yet/)
  expect(said.join('\n')).toMatch(
    /by hand: aws ec2 replace-network-acl-association --region us-west-2 --network-acl-id acl-default/,
  )
  expect(readJournal(folder)?.away.flatMap(({ undo }) => undo.map(({ kind }) => kind))).toEqual(['acl'])
  await expect(giveBackLeft(await ground(), () => undefined, { wholly: true })).rejects.toThrow(/not given back yet/)
  const next = await worldOf([{ at: 0.1, app: 'game-2048', site: 'los-angeles', checkPort: 801 }])
  await expect(next.world.begin()).rejects.toThrow(/the drill small has not given everything back yet/)
  await next.world.heal()
  expect(readJournal(folder)?.drill).toBe('small')
  cloud.fail.clear()
  expect(await giveBackLeft(await ground(), () => undefined)).toBe(true)
  expect([associated('acl-default'), readJournal(folder)]).toEqual([both, undefined])
})

test('what is gone meanwhile counts as given back', async () => {
  const { world, drill } = await worldOf([{ at: 0.01, site: 'los-angeles', lose: 'power' }])
  await world.begin()
  for (const fault of drill.faults) await world.inject(fault)
  await world.until(0.2)
  cloud.acls.delete('acl-1')
  for (const name of [...cloud.schedules.keys()]) cloud.schedules.delete(name)
  await world.heal()
  expect(readJournal(folder)).toBeUndefined()
})

test('names as long as may be collide between no two faults, and each role may do its own undo alone', async () => {
  const { world } = await worldOf(
    [
      { at: 0.1, app: 'game-2048', site: 'los-angeles', checkPort: 801 },
      { at: 0.2, site: 'los-angeles', lose: 'power' },
      { at: 0.3, site: 'los-angeles', lose: 'nodes', count: 1 },
    ],
    'a-drill-whose-name-is-much-longer-than-what-a-role-or-a-schedule-may-be-called',
  )
  cloud.caller.Arn = 'arn:aws-us-gov:sts::111122223333:assumed-role/deploy/me'
  await world.begin()
  expect([cloud.roles.size, cloud.schedules.size]).toEqual([3, 4])
  for (const name of [...cloud.roles.keys(), ...cloud.schedules.keys()]) expect(name.length).toBeLessThanOrEqual(64)
  const statements = [...cloud.roles.values()].map(({ policy = '{}' }) => JSON.parse(policy).Statement)
  expect(statements.map(([{ Action, Resource }]) => [Action, Resource])).toEqual([
    ['route53:UpdateHealthCheck', ['arn:aws-us-gov:route53:::healthcheck/hc-1']],
    [
      'autoscaling:ResumeProcesses',
      ['arn:aws-us-gov:autoscaling:us-west-2:111122223333:autoScalingGroup:*:autoScalingGroupName/group-1'],
    ],
    ['ec2:DeleteNetworkAclEntry', ['arn:aws-us-gov:ec2:us-west-2:111122223333:network-acl/acl-1']],
  ])
  for (const { trust } of cloud.roles.values()) expect(trust).toContain('{"aws:SourceAccount":"111122223333"}')
  expect([...cloud.schedules.values()].every(({ target }) => target.startsWith('arn:aws-us-gov:scheduler:'))).toBe(true)
  await world.heal()
  expect([cloud.schedules.size, cloud.roles.size]).toEqual([0, 0])
})

test('a role or a schedule of somebody else is refused and left as it is', async () => {
  const faults = [{ at: 0.1, app: 'game-2048', site: 'los-angeles', checkPort: 801 }]
  const first = await worldOf(faults)
  await first.world.begin()
  const [role = ''] = cloud.roles.keys()
  const [schedule = ''] = cloud.schedules.keys()
  await first.world.heal()

  cloud.roles.set(role, { trust: 'theirs' })
  const second = await worldOf(faults)
  await expect(second.world.begin()).rejects.toThrow(/has no tag skerry.dev\/fleet=local-zone: somebody else made it/)
  await second.world.heal()
  expect(cloud.roles.get(role)).toEqual({ trust: 'theirs' })

  cloud.roles.clear()
  const theirs = { at: 'at(2030-01-01T00:00:00)', target: 't', input: {}, role: 'r' }
  cloud.schedules.set(schedule, theirs)
  const third = await worldOf(faults)
  await expect(third.world.begin()).rejects.toThrow(/somebody else made it, and it was not touched/)
  await third.world.heal()
  expect([cloud.schedules.get(schedule), cloud.roles.size]).toEqual([theirs, 0])
})

test('an undo that slow arming has put before the end of its fault is armed again, later', async () => {
  const { world } = await worldOf([
    { at: 1, for: 600, app: 'game-2048', site: 'los-angeles', checkPort: 801 },
    { at: 1, for: 600, site: 'los-angeles', lose: 'power' },
  ])
  cloud.heard.by = (call) => {
    if (call === 'CreateSchedule') aheadMs += 100_000
  }
  await world.begin()
  const end = Date.now() + aheadMs + 601_000
  for (const { at } of cloud.schedules.values()) expect(Date.parse(`${at.slice(3, -1)}Z`)).toBeGreaterThan(end)
  expect(cloud.schedules.size).toBe(3)
  expect(cloud.calls.filter((call) => call === 'CreateSchedule').length).toBeGreaterThan(3)
  await world.heal()
  expect([cloud.schedules.size, cloud.roles.size]).toEqual([0, 0])
})

test('where arming takes ever longer the drill does not begin', async () => {
  const { world } = await worldOf([{ at: 1, for: 600, app: 'game-2048', site: 'los-angeles', checkPort: 801 }])
  let tookMs = 100_000
  cloud.heard.by = (call) => {
    if (call === 'CreateSchedule') {
      tookMs *= 4
      aheadMs += tookMs
    }
  }
  await expect(world.begin()).rejects.toThrow(/arming the undo took/)
  await world.heal()
  expect([cloud.check.port, cloud.schedules.size, cloud.roles.size]).toEqual([80, 0, 0])
})

test('launches that somebody else had suspended before stay suspended', async () => {
  cloud.group.suspended = ['Launch']
  const { world, drill } = await worldOf([{ at: 0.1, site: 'los-angeles', lose: 'nodes', count: 1 }])
  await world.begin()
  expect(cloud.schedules.size).toBe(0)
  for (const fault of drill.faults) await world.inject(fault)
  await world.until(0.5)
  expect(cloud.group).toEqual({ suspended: ['Launch'], machines: ['i-2'] })
  await world.heal()
  expect(cloud.group.suspended).toEqual(['Launch'])
  expect(cloud.calls.includes('ResumeProcesses')).toBe(false)
})
