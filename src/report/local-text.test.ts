// What people read of what was done on their machine.
import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import type { Step } from '../model/plan.ts'
import type { UpReport } from '../worlds/local/up.ts'
import { besideText, downText, upJson, upText } from './local-text.ts'

const step = (kind: Step['kind'], id: string, subject: Step['subject'], intent: Step['intent'] = {}): Step => ({
  ...{ kind, id, subject, intent },
  title: id,
  needs: [],
  inverse: { kind: 'keep', title: '' },
  existing: false,
})

const report: UpReport = {
  folder: '/state/shops-00000000',
  speed: 1,
  unscaled: [],
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

test('a down says what it ended', () => {
  expect(downText(undefined)).toBe('nothing of this fleet runs on this machine')
  const stopped = [
    { id: 'cluster/virginia/etcd', how: 'ended' as const },
    { id: 'cluster/virginia/kwok', how: 'gone' as const },
  ]
  expect(downText({ folder: '/state', stopped, seconds: 1.4 })).toBe('1 engine ended in 1.4 s; nothing is left')
  expect(downText({ folder: '/state', stopped, seconds: 1.4 }, 'shops')).toMatch(/^shops: 1 engine ended/)
})

test('what still runs by another name is told with the way to end it', () => {
  expect(besideText([{ fleet: 'old', folder: '/state/old-00000000', engines: 17 }])).toBe(
    'old, read from the same folder, still runs: 17 engines\n  next  skerry down --all ends every fleet that was read from it',
  )
})

test('what is printed as JSON is what the published schema says', () => {
  const schema = readFileSync(new URL('../../schema/local-up.json', import.meta.url), 'utf8')
  const judge = new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(schema) as object)
  expect([judge(JSON.parse(upJson(report))), judge.errors]).toEqual([true, null])
})

test('an up at another speed says what stays as it is', () => {
  const fast = {
    ...report,
    speed: 10,
    unscaled: ['karmada: the patience of its clients: 32 s stay, 320 s of the drill'],
  }
  expect(upText('shops', fast)).toContain(
    '\nNot shortened by 10\n  karmada: the patience of its clients: 32 s stay, 320 s of the drill\n',
  )
})
