// What people read of the world on their machine.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { Step } from '../model/plan.ts'
import type { LocalStatus } from '../worlds/local/status.ts'
import type { UpReport } from '../worlds/local/up.ts'
import { downText, localStatusJson, localStatusText, upJson, upText } from './local-text.ts'

const step = (kind: Step['kind'], id: string, subject: Step['subject'], intent: Step['intent'] = {}): Step => ({
  ...{ kind, id, subject, intent },
  title: id,
  needs: [],
  inverse: { kind: 'keep', title: '' },
  existing: false,
})

const report: UpReport = {
  folder: '/state/shops-00000000',
  seconds: 11.14,
  started: 12,
  kept: 5,
  memory: [
    { engine: 'kube-apiserver', count: 2, mebibytes: 560 },
    { engine: 'etcd', count: 3, mebibytes: 480 },
  ],
  answers: [
    {
      step: step('pool.join', 'pool.join/virginia/workers', { cluster: 'virginia' }, { replicas: 4 }),
      answer: { kind: 'standIn', what: 'nodes of KWOK' },
    },
    { step: step('member.join', 'member.join/main/virginia', {}), answer: { kind: 'done' } },
    ...['a', 'b'].map((app) => ({
      step: step('app.place', `app.place/${app}`, { app }),
      answer: { kind: 'notHere' as const, why: 'apps are not placed on this machine yet' },
    })),
  ],
  clusters: ['virginia', 'oregon'],
  federations: [{ name: 'main', members: ['virginia', 'oregon'] }],
}

test('an up tells time and memory, and hides neither what stood in nor what is not here', () => {
  expect(upText('shops', report)).toBe(
    [
      'shops runs on this machine after 11.1 s: 12 engines started, 5 ran already, 1.02 GiB of memory',
      '  virginia: a control plane with 4 nodes',
      '  oregon: a control plane',
      '  main: Karmada with virginia and oregon',
      '',
      'Memory',
      '  kube-apiserver                     2  560 MiB',
      '  etcd                               3  480 MiB',
      '',
      'Stood in for',
      '  pool.join         1 step      nodes of KWOK',
      '',
      'Not on this machine',
      '  app.place         2 steps     apps are not placed on this machine yet',
      '',
      '  next  skerry status · skerry kubeconfig main · skerry down',
    ].join('\n'),
  )
  expect(JSON.parse(upJson(report))).toMatchObject({
    version: 1,
    world: 'local',
    answers: [{ step: 'pool.join/virginia/workers', kind: 'standIn' }, { kind: 'done' }, { kind: 'notHere' }, {}],
  })
})

const engine = (id: string, rest: Partial<LocalStatus['engines'][number]>): LocalStatus['engines'][number] => ({
  id,
  engine: 'etcd',
  of: { kind: 'cluster', name: 'virginia' },
  state: 'running',
  since: '2026-11-21T12:00:00.000Z',
  seconds: 90,
  pid: 4711,
  mebibytes: 50,
  ...rest,
})

const status: LocalStatus = {
  fleet: 'shops',
  folder: '/state/shops-00000000',
  up: 'done',
  cutOffAt: [],
  holder: undefined,
  engines: [
    engine('cluster/virginia/etcd', {}),
    engine('cluster/virginia/kube-apiserver', { state: 'dead', seconds: 40, pid: undefined, mebibytes: 0 }),
    engine('cluster/virginia/kwok-virginia', { state: 'notHeardOf', seconds: undefined, since: undefined }),
  ],
  clusters: [
    { name: 'virginia', nodes: 0, expected: 4, ready: undefined },
    { name: 'oregon', nodes: 4, expected: 4, ready: 3 },
  ],
  federations: [
    {
      name: 'main',
      members: [
        { name: 'virginia', ready: false },
        { name: 'oregon', ready: true },
      ],
    },
  ],
  mebibytes: 100,
}

test('a status has three honest states: running, dead, and not heard of', () => {
  expect(localStatusText(status)).toBe(
    [
      'shops on this machine: 3 engines, 100 MiB of memory',
      '',
      'Clusters',
      '  ✗ virginia: its API does not answer',
      '  ✗ oregon: 3 of 4 nodes ready',
      '',
      'Federations',
      '  ✗ main: virginia not ready, oregon ready',
      '',
      'Engines',
      '  ✓ cluster/virginia/etcd                            running      for 90 s  50 MiB',
      '  ✗ cluster/virginia/kube-apiserver                  dead         last heard of 40 s ago',
      '  ✗ cluster/virginia/kwok-virginia                   not heard of never answered  50 MiB',
    ].join('\n'),
  )
  expect(JSON.parse(localStatusJson(status))).toMatchObject({ version: 1, world: 'local', fleet: 'shops' })
})

test('a run that was cut off, and one that is at work, are told first', () => {
  expect(localStatusText({ ...status, up: 'begun', cutOffAt: ['federation/main/crds'] })).toContain(
    '  a run was cut off at federation/main/crds\n  next  skerry up, to go on, or skerry down\n',
  )
  const holder = { verb: 'up', pid: 17, since: '2026-11-21T12:00:00.000Z' }
  expect(localStatusText({ ...status, up: 'begun', holder })).toContain('  skerry up is at work on it (process 17)\n')
})

test('a down says what it ended', () => {
  expect(downText(undefined)).toBe('nothing of this fleet runs on this machine')
  const stopped = [
    { id: 'cluster/virginia/etcd', how: 'ended' as const },
    { id: 'cluster/virginia/kwok', how: 'gone' as const },
  ]
  expect(downText({ folder: '/state', stopped, seconds: 1.4 })).toBe('1 engine ended in 1.4 s; nothing is left')
})

test('what is printed as JSON is what the published schemas say, also where nothing runs', () => {
  const judge = (schema: string) =>
    new Ajv2020({ strict: true, allErrors: true, formats: { 'date-time': true } }).compile(
      JSON.parse(readFileSync(new URL(`../../schema/${schema}`, import.meta.url), 'utf8')) as object,
    )
  const holder = { verb: 'up', pid: 17, since: '2026-11-21T12:00:00.000Z' }
  const up = judge('local-up.json')
  expect([up(JSON.parse(upJson(report))), up.errors]).toEqual([true, null])
  const answer = judge('local-status.json')
  for (const shown of [status, { ...status, holder, cutOffAt: ['a'] }, undefined])
    expect([answer(JSON.parse(localStatusJson(shown))), answer.errors]).toEqual([true, null])
})
