// What status and drift say of the local-zone example on the fake cloud: as it was brought up, and with what was planted in it.

import { execFile } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Clouds } from '../../../../test/cloud/clouds.ts'
import { startClouds, troubleIn } from '../../../../test/cloud/clouds.ts'
import { exampleFleet, folderOf } from '../../../../test/example.case.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { runLive } from '../../../drill/live.ts'
import { realStatusBrief, realStatusText } from '../../../report/real-status-text.ts'
import { driftOf } from '../drift/drift.ts'
import { giveBackLeft } from '../drill/left.ts'
import { realDrillWorld } from '../drill/world.ts'
import type { OpenGround } from '../ground-for.ts'
import { groundToLook } from '../looking.ts'
import type { RealStatus } from './status.ts'
import { realStatus } from './status.ts'

let clouds: Clouds
let ground: OpenGround

beforeAll(async () => {
  const { plan } = await exampleFleet('local-zone')
  clouds = await startClouds(plan, { optedIn: ['us-west-2-lax-1'] })
  expect(troubleIn(await clouds.up())).toEqual([])
  for (const one of clouds.clusters.values()) await one.settled()
  ground = groundToLook({
    plan,
    env: { ...clouds.fake.env },
    folder: clouds.folder,
    role: 'plan',
    means: { retryMode: 'standard', pause: () => wait(10) },
  })
}, 120_000)
afterAll(async () => {
  ground?.close()
  await clouds?.stop()
})

const look = (patienceSeconds = 10): Promise<RealStatus> => realStatus(ground, { patienceSeconds })
const cluster = () => {
  const found = clouds.clusters.get('eks-cluster')
  if (found === undefined) throw new Error('no cluster')
  return found
}

test('what was brought up is as wanted, and nothing drifts [seed 10, 19, 20, 28, 38]', async () => {
  const status = await look()
  expect(realStatusText(status)).not.toMatch(/ [✗?] /)
  expect(status.stacks.length).toBeGreaterThan(4)
  expect(status.pools.map(({ site, joined, wanted, causes }) => [site, joined, wanted, causes.length])).toEqual([
    ['oregon', 2, 2, 0],
    ['los-angeles', 2, 2, 0],
  ])
  expect(status.controllers.map(({ name, state }) => [name, state])).toEqual([
    ['aws-load-balancer-controller', 'asWanted'],
  ])
  expect(status.fronts.every(({ healthy, targets }) => healthy > 0 && healthy === targets)).toBe(true)
  expect(status.names.map(({ host, computed }) => [host, computed?.answers, computed?.certain])).toEqual([
    ['game.example.com', [{ id: 'los-angeles', site: 'los-angeles', share: 1 }], true],
  ])
  expect(await driftOf(ground)).toEqual([])
}, 60_000)

test('the command as it is installed says the same, with drift', async () => {
  const command = fileURLToPath(new URL('../../../../dist/cli.js', import.meta.url))
  const words = ['status', '-f', folderOf('local-zone'), '--on', 'real', '--drift', '-o', 'json']
  const env = { PATH: process.env.PATH, HOME: clouds.folder, SKERRY_STATE: clouds.folder, SKERRY_POLL_MS: '10' }
  const { stdout } = await promisify(execFile)(process.execPath, [command, ...words], {
    env: { ...env, ...clouds.fake.env },
  })
  const said = JSON.parse(stdout) as RealStatus
  expect([said.drift, said.stacks.length, said.clusters.map(({ state }) => state)]).toEqual([[], 6, ['asWanted']])
}, 60_000)

test('a site whose check fails is not answered any more, and the other one is', async () => {
  const { checks = [] } = (await look()).names[0] ?? {}
  const id = checks.find(({ site }) => site === 'los-angeles')?.id ?? ''
  clouds.fake.state.setHealth(id, false)
  const [name] = (await look()).names
  expect(name?.computed?.answers.map(({ site }) => site)).toEqual(['oregon'])
  expect(name?.state).toBe('behind')
  expect(realStatusText(await look())).toMatch(/health check of los-angeles: unhealthy, \d+ of \d+ checkers say so/)
  clouds.fake.state.setHealth(id, true)
})

test('an API that is silent keeps nobody waiting, and is told with what it last said and how long ago', async () => {
  cluster().silent(true)
  const begun = performance.now()
  const status = await look(1)
  expect(performance.now() - begun).toBeLessThan(9_000)
  cluster().silent(false)
  expect(status.clusters.map(({ api, state, eks }) => [api, state, eks])).toEqual([['silent', 'notHeardOf', 'ACTIVE']])
  expect(status.pools.map(({ state, joined, seconds }) => [state, joined, seconds !== undefined])).toEqual([
    ['notHeardOf', 2, true],
    ['notHeardOf', 2, true],
  ])
  expect(status.apps.every(({ state, ready }) => state === 'notHeardOf' && ready === 5)).toBe(true)
  expect(status.stacks.every(({ state }) => state === 'asWanted')).toBe(true)
  expect(status.names.every(({ computed }) => computed !== undefined)).toBe(true)
  expect(realStatusBrief(status)).toMatch(/eks-cluster not heard of/)
}, 60_000)

test('a drill cuts the zone off and gives it back, armed before and with nothing left behind [seed 133]', async () => {
  const { fleet } = await exampleFleet('local-zone')
  const declared = fleet.drills.find(({ faults }) => faults.some(({ lose }) => lose === 'power'))
  if (declared === undefined) throw new Error('no drill')
  const drill = {
    ...declared,
    faults: [
      ...declared.faults.map((fault) => ({ ...fault, at: 0.1, for: 600 })),
      ...fleet.drills
        .flatMap(({ faults }) => faults.filter(({ checkPort }) => checkPort !== undefined))
        .map((fault) => ({ ...fault, at: 0.1, for: 600 })),
    ],
  }
  const { state } = clouds.fake
  // the fake writes the network ACL of a VPC down when somebody first looks at it
  const there = (): readonly string[] =>
    state
      .resources()
      .filter(({ properties }) => properties.IsDefault !== true)
      .map(({ type, id }) => `${type} ${id}`)
      .sort()
  const cuts = (): number =>
    state
      .resources('AWS::EC2::NetworkAcl')
      .filter(({ properties }) => /"RuleNumber":"?1"?[,}]/.test(JSON.stringify(properties))).length
  const before = there()
  const port = (): unknown =>
    JSON.stringify(state.resources('AWS::Route53::HealthCheck').map(({ properties }) => properties)).match(
      /"Port":"?801/,
    )?.[0]
  const world = realDrillWorld({
    ...{ ground, drill, skerry: '0', length: 1_200, say: () => undefined, lookEverySeconds: 1 },
    outside: {
      resolve: async () => [{ address: '192.0.2.1', ttlSeconds: 60 }],
      addressesOf: async () => [],
      status: async () => 200,
    },
  })
  expect(await world.unrest(true)).toEqual([])
  await world.begin()
  expect(
    state
      .resources('AWS::Scheduler::Schedule')
      .map(({ properties }) => JSON.stringify(properties).match(/aws-sdk:[^"]*/)?.[0])
      .sort(),
  ).toEqual([
    'aws-sdk:ec2:deleteNetworkAclEntry',
    'aws-sdk:ec2:deleteNetworkAclEntry',
    'aws-sdk:route53:updateHealthCheck',
  ])
  expect(port()).toBeUndefined()
  for (const fault of drill.faults) expect((await world.inject(fault)).kind).not.toBe('notHere')
  await world.until(2)
  expect(cuts()).toBe(1)
  expect(port()).toBeDefined()
  await world.heal()
  await world.close()
  expect(there()).toEqual(before)
  expect(cuts()).toBe(0)
  expect(port()).toBeUndefined()
  expect((await world.timeline(2)).events.length).toBeGreaterThan(10)
}, 60_000)

test('the cloud itself gives back what a drill took whose process is gone', async () => {
  const { fleet } = await exampleFleet('local-zone')
  const [declared] = fleet.drills.filter(({ faults }) => faults.some(({ checkPort }) => checkPort !== undefined))
  if (declared === undefined) throw new Error('no drill')
  const drill = { ...declared, faults: declared.faults.map((fault) => ({ ...fault, at: 0.1, for: 1 })) }
  const { state } = clouds.fake
  const asks801 = (): boolean => /"Port":"?801/.test(JSON.stringify(state.resources('AWS::Route53::HealthCheck')))
  const nowhere = { resolve: async () => [], addressesOf: async () => [], status: async () => undefined }
  const world = realDrillWorld({
    ...{
      ground,
      drill,
      skerry: '0',
      length: 600,
      say: () => undefined,
      outside: nowhere,
      graceSeconds: 8,
      lookEverySeconds: 60,
    },
  })
  await world.begin()
  for (const fault of drill.faults) await world.inject(fault)
  for (let waited = 0; !asks801() && waited < 50; waited += 1) await wait(20)
  expect(asks801()).toBe(true)
  // nobody is there for its end
  await world.close()
  for (let waited = 0; asks801() && waited < 150; waited += 1) await wait(100)
  expect(asks801()).toBe(false)
  expect(await giveBackLeft(ground, () => undefined)).toBe(true)
  expect(state.resources('AWS::Scheduler::Schedule')).toEqual([])
}, 60_000)

test('a copy is scaled to 0 and back, with a CronJob that would do it too [seed 41]', async () => {
  const { plan } = await exampleFleet('local-zone')
  const { fleet } = plan
  const declared = fleet.drills.find(({ faults }) => faults.some(({ scaleTo }) => scaleTo === 0))
  if (declared === undefined) throw new Error('no drill')
  const { expect: _, ...rest } = declared
  const drill = {
    ...rest,
    length: 6,
    expect: [],
    faults: declared.faults.map((fault) => ({ ...fault, at: 1, for: 2 })),
  }
  const world = realDrillWorld({
    ...{ ground, drill, skerry: '0', length: 6, say: () => undefined, lookEverySeconds: 1 },
    outside: {
      resolve: async () => [{ address: '192.0.2.1', ttlSeconds: 5 }],
      addressesOf: async () => [],
      status: async () => 200,
    },
  })
  const seen: string[] = []
  const { store } = cluster()
  const replicas = () => at(store.find('Deployment', 'game-2048-lz', 'deployment-2048-lz'), 'spec', 'replicas')
  const result = await runLive(plan, drill, world, {
    pause: (milliseconds) => wait(milliseconds),
    tell: ({ phase }) => {
      if (
        (phase === 'running' || phase === 'settling') &&
        store.find('CronJob', 'skerry-drill', 'give-back-1') !== undefined
      )
        seen.push(`armed, ${replicas()}`)
    },
  })
  await world.close()
  expect(result.live?.world).toBe('real')
  expect(result.assumptions.some((text) => text.includes('asked from this machine alone'))).toBe(true)
  const ready = result.timeline.events.filter(
    ({ subject, what }) => subject === 'copy/game-2048/los-angeles' && what === 'ready',
  )
  expect(ready.map(({ to }) => to)).toEqual([3, 0, 3])
  expect(seen.length).toBeGreaterThan(0)
  expect(replicas()).toBe(3)
  await cluster().settled()
  const left = ['CronJob', 'Role', 'RoleBinding', 'ServiceAccount'].flatMap((kind) => store.all(kind))
  expect(left.filter(({ metadata }) => metadata.name.includes('give-back')).map(({ kind }) => kind)).toEqual([])
}, 60_000)

test('nodes that do not join because nobody maps their role are told so, with the command [seed 18, 19]', async () => {
  const entry = clouds.fake.state
    .resources('AWS::EKS::AccessEntry')
    .find(({ properties }) => JSON.stringify(properties).includes('los-angeles'))
  if (entry === undefined) throw new Error('no access entry')
  clouds.fake.state.remove(entry.id)
  const { store } = cluster()
  for (const node of store.all('Node'))
    if (at(node, 'metadata', 'labels', 'skerry.dev/site') === 'los-angeles') store.delete(node)
  const status = await look()
  const pool = status.pools.find(({ site }) => site === 'los-angeles')
  expect(pool?.state).toBe('behind')
  expect(pool?.causes.map(({ kind, verdict }) => [kind, verdict])).toEqual([
    ['access', 'found'],
    ['route', 'ruledOut'],
    ['bootstrap', 'ruledOut'],
    ['securityGroup', 'ruledOut'],
    ['capacity', 'ruledOut'],
    ['notOffered', 'ruledOut'],
  ])
  expect(realStatusText(status)).toMatch(
    /aws eks create-access-entry --region us-west-2 --cluster-name eks-cluster --principal-arn arn:aws:iam::\d+:role\/\S+ --type EC2_LINUX/,
  )
  expect(status.pools.find(({ site }) => site === 'oregon')?.state).toBe('asWanted')
}, 60_000)

test('what was changed by hand is drift, with the commands for both ways', async () => {
  const group = clouds.fake.state
    .resources('AWS::AutoScaling::AutoScalingGroup')
    .find(({ id }) => id.includes('los-angeles'))
  if (group === undefined) throw new Error('no group')
  clouds.fake.state.change(group.id, { MaxSize: '9' })
  const client = await ground.api({ kind: 'cluster', name: 'eks-cluster' })
  await client?.merge('/apis/apps/v1/namespaces/game-2048-lz/deployments/deployment-2048-lz', { spec: { replicas: 7 } })
  const drifts = await driftOf(ground)
  expect(drifts.map(({ by, kind, what }) => `${by} ${kind} ${what.split(' ')[0]}`).sort()).toEqual([
    'object changed Deployment',
    'resource changed AutoScalingGroup',
    'resource missing AccessEntry',
  ])
  const resized = drifts.find(({ what }) => what.startsWith('AutoScalingGroup'))
  expect(resized?.differences).toEqual([{ path: '/MaxSize', declared: '3', there: '9' }])
  expect(drifts.find(({ by }) => by === 'object')?.differences).toEqual([
    { path: 'spec.replicas', declared: '3', there: '7' },
  ])
  expect(
    drifts.every(({ takeDeclaration, takeWhatIsThere }) => takeDeclaration.length > 0 && takeWhatIsThere.length > 0),
  ).toBe(true)
}, 60_000)
