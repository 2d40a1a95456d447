import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import {
  ChangeResourceRecordSetsCommand,
  CreateHealthCheckCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetHealthCheckCommand,
  GetHealthCheckStatusCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  UpdateHealthCheckCommand,
} from '@aws-sdk/client-route-53'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListServiceQuotasCommand,
} from '@aws-sdk/client-service-quotas'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Asked } from './fake.case.ts'
import { asked } from './fake.case.ts'

let it: Asked
let zone = ''
beforeAll(async () => {
  it = await asked({ quotas: { 'vpc/L-F678F1CE': 7 } })
  const { HostedZone } = await it.route53.send(
    new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' }),
  )
  zone = HostedZone?.Id?.replace('/hostedzone/', '') ?? ''
})
afterAll(() => it.stop())

const change = (Action: 'CREATE' | 'UPSERT' | 'DELETE', ...sets: ResourceRecordSet[]) =>
  it.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone,
      ChangeBatch: { Changes: sets.map((set) => ({ Action, ResourceRecordSet: set })) },
    }),
  )
const plain = (Name: string, Value = '192.0.2.1'): ResourceRecordSet => ({
  Name,
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value }],
})
const alias = (Name: string, more: Partial<ResourceRecordSet> = {}): ResourceRecordSet => ({
  Name,
  Type: 'A',
  AliasTarget: { HostedZoneId: 'Z1H1FL5HABSF5', DNSName: 'x.us-west-2.elb.amazonaws.com', EvaluateTargetHealth: true },
  ...more,
})
const names = async () =>
  ((await it.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone }))).ResourceRecordSets ?? []).map(
    ({ Name, Type }) => `${Name} ${Type}`,
  )

test('a zone is made with its name servers, and found by name', async () => {
  expect(await names()).toEqual(['example.com. NS', 'example.com. SOA'])
  const { HostedZones } = await it.route53.send(new ListHostedZonesByNameCommand({ DNSName: 'example.com' }))
  expect(HostedZones?.[0]).toMatchObject({ Id: `/hostedzone/${zone}`, Name: 'example.com.', ResourceRecordSetCount: 2 })
  await expect(
    it.route53.send(new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: 'one' })),
  ).rejects.toMatchObject({ name: 'HostedZoneAlreadyExists' })
})

test('records are created, replaced and deleted with the very values that they have; a batch is all or nothing', async () => {
  await change('CREATE', plain('a.example.com'))
  await expect(change('CREATE', plain('b.example.com'), plain('a.example.com'))).rejects.toThrow('already exists')
  expect(await names()).not.toContain('b.example.com. A')
  await change('UPSERT', plain('a.example.com', '192.0.2.2'))
  await expect(change('DELETE', plain('a.example.com'))).rejects.toThrow('do not match the current values')
  await expect(it.route53.send(new DeleteHostedZoneCommand({ Id: zone }))).rejects.toMatchObject({
    name: 'HostedZoneNotEmpty',
  })
  await change('DELETE', plain('a.example.com', '192.0.2.2'))
  await expect(change('DELETE', plain('a.example.com'))).rejects.toThrow('was not found')
})

test.each<[string, ResourceRecordSet[], string]>([
  ['an alias with a TTL', [{ ...alias('x.example.com'), TTL: 60 }], 'found more than one'],
  [
    'failover without an identifier',
    [alias('x.example.com', { Failover: 'PRIMARY' })],
    "Missing field 'SetIdentifier'",
  ],
  [
    'a third kind of failover',
    [alias('x.example.com', { Failover: 'THIRD' as never, SetIdentifier: 'x' })],
    'enum value set',
  ],
  [
    'two primaries',
    [
      alias('x.example.com', { Failover: 'PRIMARY', SetIdentifier: 'one' }),
      alias('x.example.com', { Failover: 'PRIMARY', SetIdentifier: 'two' }),
    ],
    'PRIMARY failover record',
  ],
  [
    'a simple record beside one with a policy',
    [plain('x.example.com'), alias('x.example.com', { Weight: 1, SetIdentifier: 'one' })],
    'exists with the same name and type',
  ],
  ['a name of another zone', [plain('x.example.org')], 'is not permitted in zone'],
  [
    'an alias name at the top',
    [{ Name: 'example.com', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'y' }] }],
    'not permitted at apex',
  ],
  ['no values', [{ Name: 'x.example.com', Type: 'A', TTL: 60 }], "Missing field 'ResourceRecords'"],
  [
    'a health check that is not there',
    [{ ...plain('x.example.com'), HealthCheckId: 'nope' }],
    "health check doesn't exist",
  ],
])('refused: %s', async (_, sets, message) => {
  const refused: Error & { messages?: string[] } = await change('CREATE', ...sets).then(
    () => new Error('it was taken'),
    (error: Error) => error,
  )
  expect(refused.name).toBe('InvalidChangeBatch')
  expect([refused.message, ...(refused.messages ?? [])].join(' ')).toContain(message)
})

test('record sets come in pages by their names from the right', async () => {
  await change('CREATE', plain('z.example.com'), plain('a.b.example.com'), plain('c.example.com'))
  const first = await it.route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone, MaxItems: 3 }))
  expect(first).toMatchObject({ IsTruncated: true, NextRecordName: 'c.example.com.', NextRecordType: 'A' })
  const { NextRecordName: StartRecordName, NextRecordType: StartRecordType } = first
  const second = await it.route53.send(
    new ListResourceRecordSetsCommand({ HostedZoneId: zone, StartRecordName, StartRecordType }),
  )
  expect(second.ResourceRecordSets?.map(({ Name }) => Name)).toEqual(['c.example.com.', 'z.example.com.'])
})

test('health checks: made once for a reference, changed, seen ill; what no check can be is refused', async () => {
  const HealthCheckConfig = {
    Type: 'HTTP' as const,
    FullyQualifiedDomainName: 'a.example.com',
    Port: 80,
    RequestInterval: 10,
    FailureThreshold: 3,
  }
  const { HealthCheck } = await it.route53.send(
    new CreateHealthCheckCommand({ CallerReference: 'check', HealthCheckConfig }),
  )
  const HealthCheckId = HealthCheck?.Id ?? ''
  await expect(
    it.route53.send(new CreateHealthCheckCommand({ CallerReference: 'check', HealthCheckConfig })),
  ).rejects.toMatchObject({ name: 'HealthCheckAlreadyExists' })
  await it.route53.send(new UpdateHealthCheckCommand({ HealthCheckId, Port: 9 }))
  expect((await it.route53.send(new GetHealthCheckCommand({ HealthCheckId }))).HealthCheck).toMatchObject({
    HealthCheckVersion: 2,
    HealthCheckConfig: { Port: 9, RequestInterval: 10 },
  })
  const status = async () =>
    (await it.route53.send(new GetHealthCheckStatusCommand({ HealthCheckId }))).HealthCheckObservations?.[0]
      ?.StatusReport?.Status
  expect(await status()).toMatch(/^Success/)
  it.fake.state.setHealth(HealthCheckId, false)
  expect(await status()).toMatch(/^Failure/)
  await expect(
    it.route53.send(new UpdateHealthCheckCommand({ HealthCheckId, HealthCheckVersion: 1 })),
  ).rejects.toMatchObject({ name: 'HealthCheckVersionMismatch' })
  await expect(
    it.route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'slow',
        HealthCheckConfig: { ...HealthCheckConfig, RequestInterval: 15 },
      }),
    ),
  ).rejects.toThrow('RequestInterval')
  await expect(
    it.route53.send(
      new CreateHealthCheckCommand({
        CallerReference: 'private',
        HealthCheckConfig: { ...HealthCheckConfig, IPAddress: '10.0.0.1' },
      }),
    ),
  ).rejects.toThrow('private')
})

test('an object is written only when its condition holds', async () => {
  const at = { Bucket: 'ledgers', Key: 'fleet/lock' }
  await expect(it.s3.send(new HeadBucketCommand({ Bucket: 'ledgers' }))).rejects.toMatchObject({
    $metadata: { httpStatusCode: 404 },
  })
  it.fake.state.bucket('ledgers')
  const { ETag } = await it.s3.send(new PutObjectCommand({ ...at, Body: 'mine', IfNoneMatch: '*' }))
  await expect(it.s3.send(new PutObjectCommand({ ...at, Body: 'yours', IfNoneMatch: '*' }))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  await expect(it.s3.send(new PutObjectCommand({ ...at, Body: 'yours', IfMatch: '"0"' }))).rejects.toMatchObject({
    name: 'PreconditionFailed',
  })
  await it.s3.send(new PutObjectCommand({ ...at, Body: 'mine again', IfMatch: ETag }))
  expect(await (await it.s3.send(new GetObjectCommand(at))).Body?.transformToString()).toBe('mine again')
  expect(
    (await it.s3.send(new ListObjectsV2Command({ Bucket: 'ledgers', Prefix: 'fleet/' }))).Contents?.map(
      ({ Key }) => Key,
    ),
  ).toEqual(['fleet/lock'])
  await it.s3.send(new DeleteObjectCommand(at))
  await expect(it.s3.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('quotas have the value that AWS gives, and the one of the account', async () => {
  const quota = { ServiceCode: 'vpc', QuotaCode: 'L-F678F1CE' }
  expect((await it.quotas.send(new GetAWSDefaultServiceQuotaCommand(quota))).Quota?.Value).toBe(5)
  expect((await it.quotas.send(new GetServiceQuotaCommand(quota))).Quota).toMatchObject({
    Value: 7,
    QuotaName: 'VPCs per Region',
  })
  expect((await it.quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'eks' }))).Quotas?.length).toBe(3)
  await expect(
    it.quotas.send(new GetServiceQuotaCommand({ ServiceCode: 'vpc', QuotaCode: 'L-0' })),
  ).rejects.toMatchObject({ name: 'NoSuchResourceException' })
  for (let count = 0; count < 7; count += 1) await it.fake.state.add('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' })
  await expect(it.fake.state.add('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' })).rejects.toThrow(
    'maximum number of VPCs',
  )
})
