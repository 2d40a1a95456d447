import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { Refusal } from '../model/refusal.ts'
import type { RealReport } from '../worlds/real/report.ts'
import type { Work } from '../worlds/real/work.ts'
import { progressTree } from './real-progress.ts'
import { realJson, realText } from './real-text.ts'

const schema = JSON.parse(readFileSync(new URL('../../schema/real-run.json', import.meta.url), 'utf8')) as object
const refused = () => new Refusal('world', 'AWS does not answer', 'look at the network')
const work = (id: string, went: RealReport['work'][number]['went']) => ({
  id,
  title: id,
  steps: ['network/main'],
  at: 'us-west-2',
  went,
})

const report: RealReport = {
  ...{
    verb: 'up',
    fleet: 'local-zone',
    seconds: 734,
    ended: 'failed',
    unseen: ['volumes in us-west-2 could not be looked for (AccessDenied)'],
  },
  findings: [{ severity: 'note', what: 'a zone is impaired', why: 'AWS says so', next: 'wait' }],
  work: [
    work('stack/a', { kind: 'done', changed: true, seconds: 100 }),
    work('stack/b', { kind: 'done', changed: false, seconds: 1 }),
    work('stack/c', { kind: 'failed', error: refused(), seconds: 3 }),
    work('stack/d', { kind: 'failed', error: refused(), seconds: 3 }),
    work('flux/e', { kind: 'person', what: 'give it the Secret', commands: ['flux create secret git flux-system'] }),
    work('apps/e', { kind: 'waits', for: ['flux/e'] }),
    work('verify/e', { kind: 'interrupted' }),
  ],
  left: [
    {
      kind: 'load balancer',
      id: 'arn:1',
      region: 'us-west-2',
      dollarsPerDay: 0.54,
      command: 'aws elbv2 delete-load-balancer',
    },
  ],
}

test('a report says what was done, one cause once, who waits for what, and what to do next', () => {
  expect(
    realText(report),
  ).toBe(`up local-zone: not whole after 12 min 14 s: 1 made or changed, 1 as they should be, 2 failed, 1 waiting for those, 1 for a person, 1 not begun or in flight

✗ stack/c, stack/d
  AWS does not answer
  next  look at the network

For a person
  flux/e: give it the Secret
    flux create secret git flux-system

Waits
  apps/e for flux/e

Not declared any more, and still there
  load balancer arn:1 in us-west-2, about $0.54 a day
    aws elbv2 delete-load-balancer

Not looked at
  volumes in us-west-2 could not be looked for (AccessDenied)

  next  see to that, then skerry up --on real again: it looks at what is there and goes on`)
})

test('down names what is left with what it costs a day; where nothing is, it says so', () => {
  expect(realText({ ...report, verb: 'down', ended: 'done', work: [], unseen: [] })).toContain(
    'Left: 1 thing, about $0.54 a day (list prices of us-east-1)',
  )
  expect(realText({ ...report, verb: 'down', ended: 'done', work: [], left: [], unseen: [] })).toMatch(
    /nothing is left$/,
  )
})

test('what down keeps on purpose is told with why, and with what would take it', () => {
  const kept = {
    ...{ kind: 'helm release', id: 'web/queue', region: 'one', dollarsPerDay: 0, command: 'kubectl label secret' },
    why: 'it is not of this fleet',
  }
  const text = realText({ ...report, verb: 'down', ended: 'done', work: [], unseen: [], left: [kept] })
  expect(text).toContain(
    'Left: 1 thing\n  helm release web/queue in one: it is not of this fleet\n    kubectl label secret',
  )
})

test('every report is as the published schema says', () => {
  const valid = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false }).compile(schema)
  const left = report.left.map((it) => ({ ...it, why: 'left behind as asked' }))
  for (const one of [report, { ...report, left }, { ...report, ended: 'refused' as const, work: [], left: [] }]) {
    valid(JSON.parse(realJson(one)))
    expect(valid.errors ?? []).toEqual([])
  }
})

test('while it goes on: by Region what runs, for how long, what it waits for, and how long it still takes as a rule', () => {
  const one = (id: string, more: Partial<Work> = {}): Work => ({
    ...{ id, title: id, steps: [], needs: [], at: 'us-west-2' },
    run: async () => ({ kind: 'done', changed: true }),
    ...more,
  })
  const expected = { minSeconds: 600, maxSeconds: 900, source: 'https://docs.aws.amazon.com/' }
  const cluster = one('stack/cluster', { expected, needs: ['stack/network'] })
  const nodes = one('stack/nodes', {
    expected: { ...expected, minSeconds: 300, maxSeconds: 300 },
    needs: ['stack/cluster'],
  })
  const works = [one('stack/network'), cluster, nodes, one('stack/dns', { at: 'us-east-1' })]
  const view = {
    ...{ seconds: 421, works },
    running: [{ work: cluster, seconds: 300, observed: 'CREATE_IN_PROGRESS: Cluster EksCluster' }],
    went: new Map([
      ['stack/network', { kind: 'done', changed: true, seconds: 60 } as const],
      ['stack/dns', { kind: 'done', changed: true, seconds: 60 } as const],
    ]),
  }
  expect(progressTree(view)).toBe(`07:01  2 of 4 done, 1 running; some 15 min more as a rule
  us-west-2  1 of 3
  └ stack/cluster  05:00 of 10m to 15m  CREATE_IN_PROGRESS: Cluster EksCluster
  ✓ us-east-1  1 of 1`)
})
