// A record as it is declared beside the one that is there: what decides who is answered is told where it differs.
import type { ResourceRecordSet } from '@aws-sdk/client-route-53'
import { expect, test } from 'vitest'
import type { RecordSetProperties } from '../../../artefacts/dns/index.ts'
import { unlikeDeclared } from './records.ts'

const declared: RecordSetProperties = {
  ...{ HostedZoneId: 'Z1', Name: 'www.example.com', Type: 'A', SetIdentifier: 'oregon', Weight: 9 },
  HealthCheckId: { ref: 'healthCheck', id: 'www.example.com/oregon' },
  AliasTarget: { DNSName: 'any', HostedZoneId: 'Z2', EvaluateTargetHealth: true },
}
const there: ResourceRecordSet = {
  ...{ Name: 'www.example.com.', Type: 'A', SetIdentifier: 'oregon', Weight: 9, HealthCheckId: 'hc-1' },
  AliasTarget: { DNSName: 'dualstack.web-1.elb.amazonaws.com.', HostedZoneId: 'Z2', EvaluateTargetHealth: true },
}
const front = 'web-1.elb.amazonaws.com'

test('one that is as declared has nothing to tell', () => {
  expect(unlikeDeclared(declared, there, front)).toEqual([])
  expect(unlikeDeclared(declared, there)).toEqual([])
})

test.each<readonly [string, Partial<ResourceRecordSet>]>([
  ['the record oregon has the weight 1, and 9 is declared', { Weight: 1 }],
  ['the record oregon has the role SECONDARY, and none is declared', { Failover: 'SECONDARY' }],
  ['the record oregon has the Region us-west-2, and none is declared', { Region: 'us-west-2' }],
  ['the record oregon has the place EU, and none is declared', { GeoLocation: { ContinentCode: 'EU' } }],
  [
    'the record oregon has EvaluateTargetHealth false, and true is declared',
    { AliasTarget: { DNSName: front, HostedZoneId: 'Z2', EvaluateTargetHealth: false } },
  ],
  [
    'the record oregon leads to old.elb.amazonaws.com, and the load balancer is web-1.elb.amazonaws.com',
    { AliasTarget: { DNSName: 'old.elb.amazonaws.com.', HostedZoneId: 'Z2', EvaluateTargetHealth: true } },
  ],
])('%s', (said, change) => {
  expect(unlikeDeclared(declared, { ...there, ...change }, front)).toEqual([said])
})

test('a health check that somebody took off is told, and one of an address has a TTL', () => {
  const { HealthCheckId: _, ...unwatched } = there
  expect(unlikeDeclared(declared, unwatched, front)).toEqual([
    'the record oregon has no health check, and one is declared',
  ])
  const plain: RecordSetProperties = { HostedZoneId: 'Z1', Name: 'a.example.com', Type: 'A', TTL: '60' }
  expect(unlikeDeclared(plain, { Name: 'a.example.com.', Type: 'A', TTL: 60 })).toEqual([])
  expect(unlikeDeclared(plain, { Name: 'a.example.com.', Type: 'A', TTL: 3_600 })).toEqual([
    'the record a.example.com has the TTL 3600, and 60 is declared',
  ])
})
