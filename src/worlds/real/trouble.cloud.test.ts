// What goes wrong on a cloud, and what a person is told of it: the local-zone example on a fake one.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clouds } from '../../../test/cloud/clouds.ts'
import { startClouds, troubleIn } from '../../../test/cloud/clouds.ts'
import { quickMeans } from '../../../test/cloud/means.ts'
import { exampleFleet } from '../../../test/example.case.ts'
import type { Plan } from '../../model/plan.ts'
import { fleetDigest, readPlan, savePlan } from '../../plan/index.ts'
import type { Consent } from './consent.ts'

let clouds: Clouds
let plan: Plan
beforeEach(async () => {
  plan = (await exampleFleet('local-zone')).plan
  clouds = await startClouds(plan, { optedIn: ['us-west-2-lax-1'] })
})
afterEach(() => clouds.stop())

const slow = { timeout: 120_000 }
const edge = 'stack/local-zone-nodes-los-angeles-eks-selfmanaged-groupnode'
const kindOf = (report: Awaited<ReturnType<Clouds['up']>>, id: string) =>
  report.work.find((it) => it.id === id)?.went.kind
const writes = () => clouds.fake.calls.filter(({ action }) => !/^(?:Describe|Get|List|AssumeRole)/.test(action))

test('one site without capacity stops no other, and is made when there is some', slow, async () => {
  const fault = clouds.fake.plant({ kind: 'noCapacity', zone: 'us-west-2-lax-1a' })
  const report = await clouds.up()
  expect(report.ended).toBe('failed')
  expect(kindOf(report, edge)).toBe('failed')
  const failure = report.work.find(({ id }) => id === edge)?.went
  expect(failure).toMatchObject({
    error: { message: expect.stringMatching(/ROLLBACK_COMPLETE: AutoScalingGroup .*capacity/) },
  })
  for (const id of [
    'stack/local-zone-nodes-oregon-workers',
    'stack/local-zone-addons-eks-cluster',
    'apps/eks-cluster/oregon',
    'verify/placed/game-2048/oregon',
  ])
    expect(kindOf(report, id), id).toBe('done')
  expect(kindOf(report, 'stack/local-zone-dns-example-com')).toBe('waits')
  fault.lift()
  const again = await clouds.up()
  expect(troubleIn(again)).toEqual([])
  expect(
    clouds.asked.some((question) => /is ROLLBACK_COMPLETE, and cannot be changed any more: .*capacity/.test(question)),
  ).toBe(true)
})

test('with every tenth call failing, up and down still finish', slow, async () => {
  for (const kind of ['throttle', 'serverError', 'reset', 'answerLost'] as const)
    clouds.fake.plant({ kind, action: '*', probability: 0.025 })
  const first = await clouds.up()
  expect([...troubleIn(first), ...first.findings.filter(({ severity }) => severity === 'error')]).toEqual([])
  const last = await clouds.down()
  expect(troubleIn(last)).toEqual([])
  expect(clouds.fake.state.stacks().filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([])
  expect(clouds.fake.calls.filter(({ status }) => status >= 400 || status === 0).length).toBeGreaterThan(5)
})

const credentials = { AWS_ACCESS_KEY_ID: 'AKIANOBODYNOBODYNOBO', AWS_SECRET_ACCESS_KEY: 'x' }

test.each([
  [
    'keys that AWS does not know',
    () => ({ env: { ...clouds.fake.env, ...credentials } }),
    /AWS does not know these credentials/,
  ],
  [
    'an expired token',
    () => {
      clouds.fake.state.addKey('ASIAEXPIREDEXPIREDEX', { account: '111122223333', secret: 'x', expiresAt: new Date(0) })
      return {
        env: { ...clouds.fake.env, ...credentials, AWS_ACCESS_KEY_ID: 'ASIAEXPIREDEXPIREDEX', AWS_SESSION_TOKEN: 't' },
      }
    },
    /the credentials of AWS have expired/,
  ],
  [
    'a role that may not be assumed',
    () => {
      clouds.fake.state.forbidRole('arn:aws:iam::111122223333:role/hybrid-eks-user-role')
      return {}
    },
    /may not sts:AssumeRole on arn:aws:iam::111122223333:role\/hybrid-eks-user-role/,
  ],
  [
    'a call that is denied',
    () => {
      clouds.fake.plant({ kind: 'denied', action: 'cloudformation:DescribeStacks' })
      return {}
    },
    /may not cloudformation:DescribeStacks/,
  ],
] as const)('%s: one message, and nothing is changed', slow, async (_, given, message) => {
  const more = given()
  const told = await clouds.up(more).then(
    ({ ended, findings }) => ({ ended, messages: findings.map(({ what }) => what) }),
    (error: Error) => ({ ended: 'refused', messages: [error.message] }),
  )
  expect(told).toEqual({ ended: 'refused', messages: [expect.stringMatching(message)] })
  expect(writes()).toEqual([])
})

test('the wrong account and a Region that is none are found before anything is made', slow, async () => {
  clouds.fake.state.addKey('AKIAOTHEROTHEROTHERO', { account: '999988887777', secret: 'x' })
  const { fleet } = plan
  const bare = { ...plan, fleet: { ...fleet, accounts: fleet.accounts.map(({ roles: _, ...rest }) => rest) } }
  const other = await clouds.up({
    plan: bare,
    env: { ...clouds.fake.env, ...credentials, AWS_ACCESS_KEY_ID: 'AKIAOTHEROTHEROTHERO' },
  })
  expect(other.findings.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^the account prod is 111122223333 in the fleet, and these credentials are of 999988887777/),
  ])
  const elsewhere = JSON.parse(JSON.stringify(plan).replaceAll('us-west-2', 'us-west-9')) as Plan
  const wrong = await clouds.up({ plan: elsewhere })
  expect([wrong.ended, wrong.findings[0]?.what]).toEqual(['refused', 'there is no Region us-west-9'])
  expect(writes()).toEqual([])
})

test('what the quotas do not leave, and what a zone does not offer, is told at once', slow, async () => {
  await clouds.stop()
  clouds = await startClouds(plan, {
    optedIn: ['us-west-2-lax-1'],
    quotas: { 'vpc/L-F678F1CE': 0, 'ec2/L-0263D0A3': 0 },
  })
  const types = JSON.parse(JSON.stringify(plan).replaceAll('"t3.medium"', '"u7in-32tb.224xlarge"')) as Plan
  const report = await clouds.up({ plan: types })
  const told = report.findings.filter(({ severity }) => severity === 'error').map(({ what }) => what)
  expect(told).toEqual(
    expect.arrayContaining([
      'us-west-2 has a quota of 0 VPCs: 0 are there, and the fleet needs 1 more',
      'us-west-2 has a quota of 0 Elastic IP addresses: 0 are there, and the fleet needs 1 more',
      expect.stringMatching(/^us-west-2-lax-1a offers no u7in-32tb.224xlarge, which los-angeles/),
    ]),
  )
  expect(writes()).toEqual([])
})

test('a zone that the account is not opted in to is asked about, and opted in to [seed 45]', slow, async () => {
  await clouds.stop()
  clouds = await startClouds(plan)
  const report = await clouds.up()
  expect(troubleIn(report)).toEqual([])
  expect(
    clouds.asked.filter((question) => question.includes('is not opted in to us-west-2-lax-1. Opting in costs nothing')),
  ).toHaveLength(1)
})

test('declined, nothing is changed; protected, its name must be typed', slow, async () => {
  const no = { yes: async () => false, named: async () => false }
  expect((await clouds.up({ consent: no })).ended).toBe('declined')
  expect(writes().filter(({ service }) => service !== 's3')).toEqual([])
  await clouds.up()
  const names: string[] = []
  const declined = await clouds.down({
    consent: { yes: async () => true, named: async (name) => names.push(name) > 1 },
  })
  expect([declined.ended, names]).toEqual(['declined', ['eks-cluster']])
  expect(clouds.fake.state.stack('local-zone-cluster-eks-cluster')?.status).toBe('CREATE_COMPLETE')
})

test(
  'a reviewed plan is carried out as it is; with another fleet, or another world, it is refused with what changed',
  slow,
  async () => {
    const reviewed = readPlan(JSON.parse(savePlan(plan)))
    const more = JSON.parse(JSON.stringify(plan).replaceAll('"replicas":2', '"replicas":5')) as Plan
    await expect(clouds.up({ reviewed, plan: more, digest: fleetDigest(more.fleet) })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/^the fleet is not the one that was planned: pool.join\/.* is changed/),
    })
    expect((await clouds.up({ reviewed })).ended).toBe('done')
    // gone on with, as after a kill
    expect((await clouds.up({ reviewed })).ended).toBe('done')
    const kept = { ...reviewed, steps: reviewed.steps.map((step) => ({ ...step, change: 'keep' as const })) }
    await clouds.down()
    await expect(clouds.up({ reviewed: kept })).rejects.toMatchObject({
      message: expect.stringContaining('local-zone-network-main is gone, and the plan takes it for there'),
    })
  },
)

test('two runs at once: the second is told who holds the fleet, in a bucket that both see', slow, async () => {
  clouds.fake.state.bucket('fleet-state')
  const ledger = 's3://fleet-state/skerry'
  let other: unknown
  const report = await clouds.up({
    ledger,
    watch: {
      ...{ say: () => undefined, begins: () => undefined, observed: () => undefined, ended: () => undefined },
      began: ({ id }) => {
        if (id === 'stack/local-zone-network-main') other = clouds.up({ ledger }).catch((error: unknown) => error)
      },
    },
  })
  expect(await other).toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(
      /carries out skerry up for this fleet since .* the lock is in s3:\/\/fleet-state\/skerry\/local-zone/,
    ),
  })
  expect(troubleIn(report)).toEqual([])
})

test('interrupted, nothing more is begun, and the next run goes on', slow, async () => {
  const stop = new AbortController()
  const report = await clouds.up({
    signal: stop.signal,
    watch: {
      ...{ say: () => undefined, begins: () => undefined, observed: () => undefined, ended: () => undefined },
      began: ({ id }) => {
        if (id === 'stack/local-zone-cluster-eks-cluster') stop.abort()
      },
    },
  })
  expect(report.ended).toBe('interrupted')
  expect(kindOf(report, edge)).toBe('interrupted')
  expect(troubleIn(await clouds.up())).toEqual([])
})

test('what is left behind is named with what takes it away and what it costs', slow, async () => {
  await clouds.up()
  const [subnet] = clouds.fake.state.resources('AWS::EC2::Subnet')
  await clouds.fake.state.addLoadBalancer({
    ...{
      name: 'forgotten',
      type: 'network',
      subnets: [subnet?.id ?? ''],
      tags: { 'elbv2.k8s.aws/cluster': 'eks-cluster' },
    },
  })
  const report = await clouds.down()
  expect(report.ended).toBe('failed')
  expect(report.left.find(({ kind }) => kind === 'load balancer')).toMatchObject({
    dollarsPerDay: 0.54,
    command: expect.stringContaining('aws elbv2 delete-load-balancer --region us-west-2'),
  })
  expect(troubleIn(report).join('\n')).toMatch(/stack\/local-zone-network-main: failed .*Subnet/)
})

test('without a ledger down looks into every Region as far as it may, and says where it may not', slow, async () => {
  await clouds.up()
  rmSync(join(clouds.folder, 'ledger.json'))
  const gone: Plan = {
    ...plan,
    fleet: { ...plan.fleet, clusters: [], sites: [], pools: [], apps: [] },
    steps: plan.steps.filter(({ kind }) => kind === 'route.point'),
    backward: [],
  }
  clouds.fake.plant({ kind: 'denied', action: 'cloudformation:DescribeStacks', region: 'eu-west-1' })
  // it may be another fleet's of that name: a yes to everything is no answer, only its name is
  const named: string[] = []
  const consent = (isMeant: boolean): Consent => ({
    yes: async () => true,
    named: async (name) => {
      named.push(name)
      return isMeant
    },
  })
  expect((await clouds.down({ plan: gone, consent: consent(false) })).ended).toBe('declined')
  expect(named).toHaveLength(1)
  expect(clouds.fake.state.stack('local-zone-network-main')).toBeDefined()
  const report = await clouds.down({ plan: gone, consent: consent(true) })
  expect(named).toContain('local-zone-network-main')
  expect(troubleIn(report)).toEqual([])
  expect(report.work.map(({ id }) => id)).toContain('stack/local-zone-network-main')
  expect(report.findings.map(({ what }) => what)).toEqual([
    '1 Region that the file does not name could not be looked into: eu-west-1',
  ])
  expect(report.unseen).toEqual([])
})

test('what is left behind as asked is named with why, and does not count as a failure', slow, async () => {
  await clouds.up()
  const [vpc] = clouds.fake.state.resources('AWS::EC2::VPC')
  const resources = [...(clouds.fake.state.stack('local-zone-network-main')?.resources.values() ?? [])]
  const { logicalId = '' } = resources.find(({ physicalId }) => physicalId === vpc?.id) ?? {}
  clouds.fake.plant({ kind: 'deleteFailed', logicalId, message: 'somebody else uses it' })
  const report = await clouds.down({ retain: [`local-zone-network-main/${logicalId}`] })
  expect(troubleIn(report)).toEqual([])
  expect(report.left.filter(({ id }) => id === vpc?.id)).toEqual([
    expect.objectContaining({
      ...{ kind: 'VPC', region: 'us-west-2' },
      why: expect.stringContaining(`left behind as asked (--retain local-zone-network-main/${logicalId})`),
    }),
  ])
})

test('a Region that left the file: up names what is still there, down takes it, and asks first', slow, async () => {
  await clouds.up()
  const moved = JSON.parse(
    JSON.stringify(plan).replaceAll('us-west-2-lax-1a', 'us-east-1c').replaceAll('us-west-2', 'us-east-1'),
  ) as Plan
  // its network alone, under the name of the one that it was
  const network: Plan = {
    ...moved,
    fleet: { ...moved.fleet, clusters: [], sites: [], pools: [], apps: [], dnsZones: [] },
    steps: moved.steps.filter(({ kind }) => kind === 'network'),
    backward: [],
  }
  const up = await clouds.up({ plan: network })
  expect(troubleIn(up)).toEqual([])
  expect(up.left.map(({ id, region }) => `${id} ${region}`)).toEqual([
    'local-zone-dns-example-com us-east-1',
    'local-zone-addons-eks-cluster us-west-2',
    'local-zone-nodes-los-angeles-eks-selfmanaged-groupnode us-west-2',
    'local-zone-nodes-oregon-workers us-west-2',
    'local-zone-cluster-eks-cluster us-west-2',
    'local-zone-network-main us-west-2',
  ])
  const names: string[] = []
  const down = await clouds.down({
    plan: network,
    consent: {
      yes: async (question) => clouds.asked.push(question) > 0,
      named: async (name) => names.push(name) > 0,
    },
  })
  expect(troubleIn(down)).toEqual([])
  expect(names).toContain('eks-cluster')
  expect(clouds.asked.at(-1)).toContain(
    'local-zone-network-main in us-west-2, which the file does not declare any more',
  )
  expect(clouds.fake.state.stacks().filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([])
  expect([down.left, down.unseen]).toEqual([[], []])
})

test(
  'what is protected is on the stack: a site that left the file is not deleted as undeclared without its name',
  slow,
  async () => {
    await clouds.up()
    const { fleet } = plan
    const isGone = (site: string | undefined) => site === 'los-angeles'
    const smaller: Plan = {
      ...plan,
      fleet: {
        ...fleet,
        sites: fleet.sites.filter(({ name }) => !isGone(name)),
        pools: fleet.pools.filter(({ site }) => !isGone(site)),
      },
      steps: plan.steps.filter(({ kind, subject }) => kind !== 'pool.join' || !isGone(subject.site)),
      backward: plan.backward.filter(({ subject }) => !isGone(subject.site)),
    }
    const names: string[] = []
    const declined = await clouds.down({
      plan: smaller,
      consent: { yes: async () => true, named: async (name) => names.push(name) > 0 && !isGone(name) },
    })
    expect([declined.ended, names]).toEqual(['declined', ['eks-cluster', 'los-angeles']])
    expect(clouds.fake.state.stack(edge.replace('stack/', ''))?.status).toBe('CREATE_COMPLETE')
  },
)

test('down that cannot look everywhere, or leaves what costs money, has not ended well', slow, async () => {
  await clouds.up()
  clouds.fake.plant({ kind: 'denied', action: 'ec2:DescribeVolumes' })
  const blind = await clouds.down()
  expect(blind.ended).toBe('failed')
  expect(blind.unseen).toContain('volumes in us-west-2 could not be looked for (UnauthorizedOperation)')
  expect(troubleIn(blind)).toEqual([])
  expect(blind.findings.map(({ next }) => next)).toEqual([
    'aws logs delete-log-group --region us-west-2 --log-group-name /aws/eks/eks-cluster/cluster',
  ])
})

test.each(['throttle', 'serverError', 'reset'] as const)(
  'before anything is made, an AWS that fails (%s) is the world’s failure, not a refusal',
  slow,
  async (kind) => {
    clouds.fake.plant({ kind, action: 'sts:GetCallerIdentity' })
    await expect(clouds.up({ means: { ...quickMeans(), maxAttempts: 1 } })).rejects.toMatchObject({ kind: 'world' })
    await expect(clouds.down({ means: { ...quickMeans(), maxAttempts: 1 } })).rejects.toMatchObject({ kind: 'world' })
  },
)

test('an endpoint where nobody listens is the world’s failure', slow, async () => {
  const env = { ...clouds.fake.env, AWS_ENDPOINT_URL: 'http://localhost:9' }
  await expect(clouds.up({ env, means: { ...quickMeans(), maxAttempts: 1 } })).rejects.toMatchObject({
    kind: 'world',
    message: expect.stringContaining('AWS does not answer (ECONNREFUSED'),
  })
})
