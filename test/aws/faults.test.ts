import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks'
import { ListHostedZonesCommand, Route53Client } from '@aws-sdk/client-route-53'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Asked } from './fake.case.ts'
import { asked, clusterWithNodes, configOf, network } from './fake.case.ts'

let it: Asked
beforeEach(async () => {
  it = await asked()
})
afterEach(() => it.stop())

const calls = (action: string) => it.fake.calls.filter((call) => call.action === action)

test.each([
  ['throttle', 'ThrottlingException|Throttling', 'RequestLimitExceeded'],
  ['serverError', 'InternalFailure', 'InternalError'],
  ['denied', 'AccessDenied', 'UnauthorizedOperation'],
  ['expired', 'ExpiredToken', 'RequestExpired'],
] as const)('planted %s comes in the code of each protocol', async (kind, query, ec2) => {
  it.fake.plant({ kind, action: '*' })
  await expect(it.cloudFormation.send(new DescribeStacksCommand({}))).rejects.toMatchObject({
    name: expect.stringMatching(query),
  })
  await expect(it.ec2.send(new DescribeVpcsCommand({}))).rejects.toMatchObject({ name: ec2 })
})

test('the SDK rides out throttling, errors of the service and resets; the fake counts how often each struck', async () => {
  const client = new EC2Client(configOf(it.fake, 'us-west-2', 5))
  const planted = (['throttle', 'serverError', 'reset'] as const).map((kind) =>
    it.fake.plant({ kind, action: 'ec2:DescribeVpcs', times: 1 }),
  )
  expect((await client.send(new DescribeVpcsCommand({}))).Vpcs).toEqual([])
  expect(planted.map(({ hits }) => hits)).toEqual([1, 1, 1])
  expect(calls('DescribeVpcs').at(-1)?.status).toBe(200)
  client.destroy()
}, 20_000)

test('an answer that is lost leaves the thing done, and the same token asks for it again', async () => {
  it.fake.plant({ kind: 'answerLost', action: 'CreateStack', times: 1 })
  const create = new CreateStackCommand({
    StackName: 'lost',
    TemplateBody: JSON.stringify(network),
    ClientRequestToken: 'same',
  })
  await expect(it.cloudFormation.send(create)).rejects.toThrow()
  expect(it.fake.state.stack('lost')).toBeDefined()
  await it.cloudFormation.send(create)
  expect(it.fake.state.stacks()).toHaveLength(1)
  expect((await it.stack('lost')).StackStatus).toBe('CREATE_COMPLETE')
})

test('a share of all calls fails, the same ones for the same seed', async () => {
  const outcomes = async () => {
    const other = await asked({ seed: 7 })
    other.fake.plant({ kind: 'throttle', action: '*', probability: 0.3 })
    const seen: boolean[] = []
    for (let count = 0; count < 30; count += 1)
      seen.push(
        await other.ec2.send(new DescribeVpcsCommand({})).then(
          () => true,
          () => false,
        ),
      )
    await other.stop()
    return seen
  }
  const first = await outcomes()
  expect(await outcomes()).toEqual(first)
  expect(first.filter((went) => !went).length).toBeGreaterThan(2)
  expect(first.filter((went) => !went).length).toBeLessThan(20)
})

test('a lifted fault strikes no more; a slow one only takes its time', async () => {
  const planted = it.fake.plant({ kind: 'throttle', action: 'ec2:*' })
  await expect(it.ec2.send(new DescribeVpcsCommand({}))).rejects.toThrow()
  planted.lift()
  it.fake.plant({ kind: 'slow', action: 'DescribeVpcs', milliseconds: 50 })
  const since = performance.now()
  await it.ec2.send(new DescribeVpcsCommand({}))
  expect(performance.now() - since).toBeGreaterThan(45)
})

test('no capacity in a zone fails the group and rolls its stack back', async () => {
  it.fake.plant({ kind: 'noCapacity', zone: 'us-west-2a' })
  expect((await it.create('full', clusterWithNodes)).StackStatus).toBe('ROLLBACK_COMPLETE')
  const reason = it.fake.state.stack('full')?.events.find(({ status }) => status === 'CREATE_FAILED')?.reason
  expect(reason).toContain('InsufficientInstanceCapacity')
  expect(it.fake.state.resources().filter(({ owner }) => owner !== undefined)).toEqual([])
})

test.each([
  [
    'EC2',
    (config: ReturnType<typeof configOf>) => new EC2Client(config).send(new DescribeVpcsCommand({})),
    'AuthFailure',
  ],
  [
    'EKS',
    (config: ReturnType<typeof configOf>) => new EKSClient(config).send(new ListClustersCommand({})),
    'UnrecognizedClientException',
  ],
  [
    'STS',
    (config: ReturnType<typeof configOf>) => new STSClient(config).send(new GetCallerIdentityCommand({})),
    'InvalidClientTokenId',
  ],
  [
    'Route 53',
    (config: ReturnType<typeof configOf>) => new Route53Client(config).send(new ListHostedZonesCommand({})),
    'InvalidClientTokenId',
  ],
])('a key that nobody knows is told so by %s', async (_, ask, name) => {
  const config = {
    ...configOf(it.fake, 'us-west-2', 1),
    credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' },
  }
  await expect(ask(config)).rejects.toMatchObject({ name })
})

test('an expired session is told so; a role of another account is assumed unless it is forbidden', async () => {
  it.fake.state.addKey('ASIAOLD', { account: '111122223333', expiresAt: new Date(0) })
  const old = new STSClient({
    ...configOf(it.fake, 'us-west-2', 1),
    credentials: { accessKeyId: 'ASIAOLD', secretAccessKey: 'x' },
  })
  await expect(old.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: 'ExpiredToken' })
  const role = { RoleArn: 'arn:aws:iam::444455556666:role/deploy', RoleSessionName: 'skerry' }
  const { Credentials } = await it.sts.send(new AssumeRoleCommand(role))
  const there = new STSClient({
    ...configOf(it.fake, 'us-west-2', 1),
    credentials: { accessKeyId: Credentials?.AccessKeyId ?? '', secretAccessKey: Credentials?.SecretAccessKey ?? '' },
  })
  expect(await there.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '444455556666',
    Arn: 'arn:aws:sts::444455556666:assumed-role/deploy/skerry',
  })
  it.fake.state.forbidRole(role.RoleArn)
  await expect(it.sts.send(new AssumeRoleCommand(role))).rejects.toMatchObject({ name: 'AccessDenied' })
  for (const client of [old, there]) client.destroy()
})
