// What people and machines read of the real world.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { RealStatus } from '../worlds/real/status/status.ts'
import { realStatusPrometheus } from './real-status-prometheus.ts'
import { realStatusBrief, realStatusJson, realStatusLine, realStatusText } from './real-status-text.ts'

const at = '2026-11-21T12:00:00.000Z'
const before = '2026-11-21T11:58:00.000Z'
const now = { since: at, seconds: 0 }
const silent = { since: before, seconds: 120 }
const never = { since: undefined, seconds: undefined }
const copy = { cluster: 'west', namespace: 'web', kind: 'Deployment', name: 'nginx' }

const status: RealStatus = {
  fleet: 'shops',
  asked: at,
  stacks: [
    {
      name: 'shops-network-main',
      account: 'prod',
      region: 'us-west-2',
      state: 'asWanted',
      status: 'CREATE_COMPLETE',
      reason: undefined,
      settle: [],
      ...now,
    },
    {
      ...{
        name: 'shops-nodes-lax-edge',
        account: 'prod',
        region: 'us-west-2',
        state: 'behind',
        status: 'ROLLBACK_COMPLETE',
      },
      ...{ reason: 'Nodes: no capacity', settle: ['skerry up --on real'], ...silent },
    },
    {
      name: 'shops-dns',
      account: undefined,
      region: 'us-east-1',
      state: 'notHeardOf',
      status: undefined,
      reason: 'no answer within 15 s',
      settle: [],
      ...never,
    },
  ],
  clusters: [
    {
      ...{
        name: 'west',
        kind: 'eks',
        region: 'us-west-2',
        state: 'notHeardOf',
        eks: 'ACTIVE',
        version: '1.35',
        wantedVersion: '1.36',
      },
      ...{ endpoint: 'https://west.example', api: 'silent', why: 'the API of west does not answer', ...silent },
    },
  ],
  pools: [
    {
      ...{
        site: 'lax',
        pool: 'edge',
        cluster: 'west',
        state: 'behind',
        wanted: 2,
        joined: 0,
        ready: 0,
        notHeardOf: 0,
        ...never,
      },
      causes: [
        {
          kind: 'access',
          verdict: 'found',
          text: 'west has no access entry for the role of the nodes',
          settle: ['aws eks create-access-entry'],
          source: 'guide',
        },
        { kind: 'route', verdict: 'ruledOut', text: 'its subnets have a way', settle: [], source: 'guide' },
        {
          kind: 'capacity',
          verdict: 'notLooked',
          text: 'may not autoscaling:DescribeScalingActivities',
          settle: [],
          source: 'guide',
        },
      ],
    },
    {
      site: 'oregon',
      pool: 'workers',
      cluster: 'west',
      state: 'notHeardOf',
      wanted: 2,
      joined: 2,
      ready: 0,
      notHeardOf: 2,
      causes: [],
      ...silent,
    },
  ],
  controllers: [
    {
      addon: 'aws-load-balancer-controller',
      ...copy,
      site: undefined,
      wanted: 2,
      ready: 2,
      state: 'asWanted',
      ...never,
    },
  ],
  flux: [
    {
      ...{ cluster: 'west', state: 'behind', why: undefined, ...now },
      objects: [
        {
          kind: 'Kustomization',
          namespace: 'flux-system',
          name: 'apps',
          ready: false,
          suspended: false,
          revision: 'main@sha1:0',
          message: 'build failed',
        },
      ],
    },
  ],
  federations: [
    {
      name: 'main',
      state: 'behind',
      members: [{ name: 'west', ready: undefined, since: undefined }],
      why: undefined,
      ...now,
    },
  ],
  apps: [
    {
      ...{ app: 'web', federation: undefined, state: 'notHeardOf', wanted: 4, ready: 3 },
      copies: [
        { ...copy, site: 'lax', wanted: 2, ready: 1, state: 'behind', ...never },
        { ...copy, site: 'oregon', wanted: 2, ready: 2, state: 'notHeardOf', ...silent },
      ],
    },
  ],
  fronts: [
    {
      app: 'web',
      site: 'lax',
      cluster: 'west',
      state: 'behind',
      name: 'lb.example',
      targets: 2,
      healthy: 1,
      why: 'unhealthy, Target.Timeout',
      ...now,
    },
  ],
  names: [
    {
      ...{ host: 'web.example.com', app: 'web', state: 'behind', policy: 'weighted', why: undefined, ...now },
      checks: [
        {
          host: 'web.example.com',
          site: 'lax',
          state: 'behind',
          id: 'hc-1',
          healthy: false,
          checkers: 16,
          agree: 15,
          port: 801,
          wantedPort: 80,
          why: 'it asks port 801, and 80 is declared',
          ...now,
        },
      ],
      nameServers: ['ns-1.example'],
      computed: {
        answers: [
          { id: 'lax', site: 'lax', share: 0.25 },
          { id: 'oregon', site: 'oregon', share: 0.75 },
        ],
        allUnhealthy: false,
        certain: false,
      },
      asked: { nameServer: 'ns-1.example', addresses: ['192.0.2.1'], why: undefined },
    },
  ],
  drill: { name: 'lose-lax', since: before, away: ['lax is cut off from everything (2 subnets)'] },
  drift: [
    {
      ...{
        by: 'resource',
        kind: 'changed',
        what: 'AutoScalingGroup Nodes',
        where: 'us-west-2',
        replaces: true,
        why: undefined,
      },
      ...{
        differences: [{ path: '/MaxSize', declared: '3', there: '9' }],
        takeDeclaration: ['put it back'],
        takeWhatIsThere: ['declare it'],
      },
    },
  ],
}

test('the JSON is as its schema says, whole and on one line', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schema/real-status.json', import.meta.url), 'utf8')) as object
  const validate = new Ajv2020({ strict: true, formats: { 'date-time': true } }).compile(schema)
  for (const text of [
    realStatusJson(status),
    realStatusLine(status),
    realStatusJson({ ...status, drift: undefined, drill: undefined }),
  ]) {
    validate(JSON.parse(text))
    expect(validate.errors).toBeNull()
  }
  expect(realStatusLine(status)).not.toContain('\n')
})

test('text says who answers, what is behind, what was not heard of and how long ago, and what settles it', () => {
  const text = realStatusText(status)
  expect(text.split('\n')[0]).toBe('shops on real: 2 of 12 parts as wanted, 6 behind, 4 not heard of')
  for (const line of [
    '      lax is cut off from everything (2 subnets)',
    '  ✗ web.example.com  lax 25 % and oregon 75 % by its records, where what is not heard of counts as healthy',
    '      ✗ health check of lax: unhealthy, 15 of 16 checkers say so: it asks port 801, and 80 is declared',
    '      ns-1.example says 192.0.2.1',
    '  ? web  3 of 4 ready: lax 1 of 2, behind, oregon 2 when last heard of, 120 s ago',
    '  ✗ web at lax  1 of 2 targets healthy: unhealthy, Target.Timeout',
    '      why: west has no access entry for the role of the nodes',
    '        aws eks create-access-entry',
    '      not looked at: may not autoscaling:DescribeScalingActivities',
    '  ? oregon/workers  2 of 2 nodes joined, 0 ready, 2 not heard of for 120 s',
    '  ? west  ACTIVE, Kubernetes 1.35, 1.36 is declared, its API does not answer, last heard of 120 s ago: the API of west does not answer',
    '  ✗ main: west has not joined',
    '  ✗ west: 0 of 1 ready, Kustomization apps: build failed',
    '  ✓ 1 of 3 stacks there',
    '  ✗ shops-nodes-lax-edge: ROLLBACK_COMPLETE for 120 s: Nodes: no capacity',
    '  ? shops-dns: never heard of: no answer within 15 s',
    '  ✗ AutoScalingGroup Nodes (us-west-2) differs; to take the declaration, it is made anew',
    '      /MaxSize: declared 3, there 9',
    '      to take what is there: declare it',
  ])
    expect(text.split('\n')).toContain(line)
})

test('one line for a log names what is not as wanted', () => {
  expect(realStatusBrief(status)).toBe(
    `${at}  2 of 12 parts as wanted; web.example.com behind; web not heard of; the front door of web at lax behind; nodes lax/edge behind; nodes oregon/workers not heard of; west not heard of; federation main behind; Flux of west behind; stack shops-nodes-lax-edge behind; stack shops-dns not heard of`,
  )
})

test('metrics have no value for what was not heard of, but its age', () => {
  const lines = realStatusPrometheus(status, (moment) => Date.parse(moment) / 1_000).split('\n')
  expect(lines).toContain(
    'skerry_real_part_state{fleet="shops",part="stack",name="shops-dns",region="us-east-1",state="not_heard_of"} 1',
  )
  expect(lines).toContain(
    `skerry_real_part_last_heard_timestamp_seconds{fleet="shops",part="cluster",name="west"} ${Date.parse(before) / 1_000}`,
  )
  expect(lines).toContain('skerry_pool_cause{fleet="shops",cluster="west",site="lax",pool="edge",cause="access"} 1')
  expect(lines).toContain('skerry_name_share{fleet="shops",host="web.example.com",app="web",site="lax"} 0.25')
  expect(lines).toContain('skerry_drift{fleet="shops"} 1')
  expect(lines.some((line) => line.startsWith('skerry_app_replicas_ready') && line.includes('site="oregon"'))).toBe(
    false,
  )
})
