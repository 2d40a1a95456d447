// The six causes: each found by what was looked at, with the command that settles it, or ruled out.

import { expect, test } from 'vitest'
import type { CauseKind, JoinFacts } from './causes.ts'
import { causesOf } from './causes.ts'
import { failuresOf } from './joining.ts'

const said = <T>(value: T) => ({ kind: 'said', value }) as const
const role = 'arn:aws:iam::111122223333:role/nodes'

const well: JoinFacts = {
  ...{ site: 'los-angeles', pool: 'edge', cluster: 'eks-cluster', region: 'us-west-2' },
  access: said({ role, mapped: true, type: 'EC2_LINUX', by: 'accessEntry' }),
  subnets: said([{ id: 'subnet-1', zone: 'us-west-2-lax-1a', wayOut: true, blackhole: false, withoutAddress: false }]),
  bootstrap: said({ byEks: false, namesCluster: true, namesEndpoint: true, template: 'lt-1' }),
  groups: said({ cluster: 'sg-1', without: [], admitsItself: true, letsOut: true }),
  launches: said({ group: 'nodes', desired: 2, wanted: 2, machines: 2, failed: [], suspended: [] }),
  offered: said({ type: 't3.medium', declared: ['t3.medium'], missingIn: [], image: { id: 'ami-1', available: true } }),
}

const found = (facts: Partial<JoinFacts>) =>
  causesOf({ ...well, ...facts }).filter(({ verdict }) => verdict === 'found')

test('all six are ruled out where all is well, each with its source', () => {
  const causes = causesOf(well)
  expect(causes.map(({ kind }) => kind)).toEqual([
    'access',
    'route',
    'bootstrap',
    'securityGroup',
    'capacity',
    'notOffered',
  ])
  expect(causes.every(({ verdict, source }) => verdict === 'ruledOut' && source !== '')).toBe(true)
})

const planted: readonly (readonly [CauseKind, Partial<JoinFacts>, RegExp])[] = [
  [
    'access',
    { access: said({ role, mapped: false, type: undefined, by: 'accessEntry' }) },
    /^aws eks create-access-entry .*--principal-arn arn:aws:iam::111122223333:role\/nodes --type EC2_LINUX/,
  ],
  [
    'access',
    { access: said({ role, mapped: false, type: undefined, by: 'aws-auth' }) },
    /edit configmap aws-auth # .*system:bootstrappers/,
  ],
  [
    'access',
    { access: said({ role, mapped: true, type: 'STANDARD', by: 'accessEntry' }) },
    /^aws eks delete-access-entry/,
  ],
  [
    'route',
    { subnets: said([{ id: 'subnet-1', zone: 'z', wayOut: false, blackhole: true, withoutAddress: false }]) },
    /^aws ec2 describe-route-tables .*subnet-1/,
  ],
  [
    'route',
    { subnets: said([{ id: 'subnet-1', zone: 'z', wayOut: true, blackhole: false, withoutAddress: true }]) },
    /^aws ec2 describe-instances/,
  ],
  [
    'bootstrap',
    { bootstrap: said({ byEks: false, namesCluster: false, namesEndpoint: true, template: 'lt-1' }) },
    /lt-1 .*base64 --decode/,
  ],
  [
    'securityGroup',
    {
      groups: said({
        cluster: 'sg-1',
        without: [{ machine: 'i-1', groups: ['sg-nodes'] }],
        admitsItself: true,
        letsOut: true,
      }),
    },
    /^aws ec2 modify-instance-attribute .*i-1 --groups sg-nodes sg-1/,
  ],
  [
    'securityGroup',
    { groups: said({ cluster: 'sg-1', without: [], admitsItself: false, letsOut: true }) },
    /^aws ec2 authorize-security-group-ingress .*--source-group sg-1/,
  ],
  [
    'capacity',
    {
      launches: said({
        group: 'nodes',
        desired: 2,
        wanted: 2,
        machines: 0,
        failed: ['We currently do not have sufficient t3.medium capacity'],
        suspended: [],
      }),
    },
    /describe-scaling-activities/,
  ],
  [
    'capacity',
    { launches: said({ group: 'nodes', desired: 2, wanted: 2, machines: 0, failed: [], suspended: ['Launch'] }) },
    /resume-processes/,
  ],
  [
    'capacity',
    { launches: said({ group: 'nodes', desired: 0, wanted: 2, machines: 0, failed: [], suspended: [] }) },
    /set-desired-capacity .*--desired-capacity 2/,
  ],
  [
    'notOffered',
    {
      offered: said({
        type: 'p5.48xlarge',
        declared: ['p5.48xlarge'],
        missingIn: ['us-west-2-lax-1a'],
        image: undefined,
      }),
    },
    /describe-instance-type-offerings .*us-west-2-lax-1a/,
  ],
  [
    'notOffered',
    {
      offered: said({
        type: 't3.medium',
        declared: ['t3.medium'],
        missingIn: [],
        image: { id: 'ami-1', available: false },
      }),
    },
    /describe-images .*ami-1/,
  ],
]

test.each(planted)(
  '%s is found, alone, with the command that settles it [seed 18, 19, 143]',
  (kind, facts, settles) => {
    const [only, ...others] = found(facts)
    expect(others).toEqual([])
    expect(only?.kind).toBe(kind)
    expect(only?.settle[0]).toMatch(settles)
  },
)

test('a launch that fails for what a zone does not offer is no want of capacity', () => {
  const facts = {
    offered: said({ type: 'm5.large', declared: [], missingIn: ['us-west-2-lax-1a'], image: undefined }),
    launches: said({
      ...{ group: 'nodes', desired: 2, wanted: 2, machines: 0, suspended: [] },
      failed: ['Your requested instance type (m5.large) is not supported in your requested Availability Zone.'],
    }),
  }
  expect(found(facts).map(({ kind }) => kind)).toEqual(['notOffered'])
  // somebody put it there: the fleet names another
  expect(found(facts)[0]?.settle.at(-1)).toMatch(/^skerry status --on real --drift/)
})

test('what could not be looked at is neither found nor ruled out', () => {
  const [access] = causesOf({ ...well, access: { kind: 'silent', why: 'may not eks:DescribeAccessEntry' } })
  expect(access).toMatchObject({
    kind: 'access',
    verdict: 'notLooked',
    text: 'may not eks:DescribeAccessEntry',
    settle: [],
  })
})

test('a failed launch counts until one goes well after it', () => {
  const activity = (StatusCode: 'Failed' | 'Successful', StatusMessage: string) =>
    ({
      ActivityId: 'a',
      AutoScalingGroupName: 'g',
      Cause: '',
      StartTime: new Date(0),
      StatusCode,
      StatusMessage,
      Description: 'Launching a new EC2 instance',
    }) as const
  expect(
    failuresOf([activity('Failed', 'no capacity. Launching EC2 instance failed.'), activity('Successful', '')]),
  ).toEqual(['no capacity.'])
  expect(failuresOf([activity('Successful', ''), activity('Failed', 'no capacity')])).toEqual([])
})
