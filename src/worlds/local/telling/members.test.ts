import { expect, test } from 'vitest'
import { membersSeen } from './members.ts'
import { begin, copy, heard, lines } from './telling.case.ts'

const copies = ['virginia', 'oregon'].map((cluster) => ({ ...copy, cluster, site: cluster, federation: 'main' }))

const member = (ready: string, ...effects: readonly string[]) => ({
  metadata: { name: 'virginia' },
  spec: { taints: effects.map((effect) => ({ key: 'cluster.karmada.io/not-ready', effect })) },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})

const binding = (clusters: Readonly<Record<string, number>>, leaving: readonly string[] = [], health?: string) => ({
  metadata: { name: 'game-deployment', namespace: 'games' },
  spec: {
    resource: { kind: 'Deployment', name: 'game', namespace: 'games' },
    clusters: Object.entries(clusters).map(([name, replicas]) => ({ name, replicas })),
    gracefulEvictionTasks: leaving.map((fromCluster) => ({ fromCluster })),
  },
  status: { aggregatedStatus: health === undefined ? [] : [{ clusterName: 'oregon', health }] },
})

test('a member that is lost and comes back is told in the words of the twin', () => {
  const here = heard()
  const members = membersSeen(copies, here.tells)
  members.seeMember('main', member('True'), 0)
  begin(here)
  members.seeMember('main', member('False'), 1)
  members.seeMember('main', member('False', 'NoSchedule', 'NoExecute'), 2)
  members.seeMember('main', member('True'), 3)
  expect(lines(here.told)).toEqual([
    'member/main/virginia ready True -> False',
    'member/main/virginia noSchedule false -> true',
    'member/main/virginia noExecute false -> true',
    'member/main/virginia ready False -> True',
    'member/main/virginia noSchedule true -> false',
    'member/main/virginia noExecute true -> false',
  ])
})

test('who leaves is told as evicted, what the scheduler makes of it as targets, and the end of it as purged', () => {
  const here = heard()
  const members = membersSeen(copies, here.tells)
  members.seeBinding('main', binding({ virginia: 3, oregon: 3 }), 0, false)
  begin(here)
  members.seeBinding('main', binding({ oregon: 3 }, ['virginia']), 1, false)
  members.seeBinding('main', binding({ oregon: 6 }, ['virginia']), 2, false)
  expect(members.unrest()).toEqual(['Karmada still lets game go from virginia'])
  members.seeBinding('main', binding({ oregon: 6 }), 3, false)
  expect(lines(here.told)).toEqual([
    'binding/main/game evicted 3 -> virginia',
    'binding/main/game targets oregon:3 -> oregon:6',
    'binding/main/game purged null -> virginia',
  ])
  expect(members.unrest()).toEqual([])
})

test('one that leaves and is replaced in one change is both', () => {
  const here = heard()
  const members = membersSeen(copies, here.tells)
  members.seeBinding('main', binding({ virginia: 3, oregon: 3 }), 0, false)
  begin(here)
  members.seeBinding('main', binding({ oregon: 6 }, ['virginia']), 1, false)
  expect(lines(here.told)).toEqual([
    'binding/main/game evicted 3 -> virginia',
    'binding/main/game targets oregon:3 -> oregon:6',
  ])
})

test('nowhere is a target, too; bindings of others are not told', () => {
  const here = heard()
  const members = membersSeen(copies, here.tells)
  members.seeBinding('main', binding({ virginia: 2 }), 0, false)
  begin(here)
  members.seeBinding('main', binding({}, ['virginia']), 1, false)
  members.seeBinding('main', binding({ oregon: 2 }, ['virginia'], 'Unhealthy'), 2, false)
  members.seeBinding('main', binding({ oregon: 2 }, ['virginia'], 'Healthy'), 3, false)
  const stranger = {
    ...binding({ virginia: 1 }),
    spec: { resource: { kind: 'ConfigMap', name: 'x', namespace: 'games' } },
  }
  members.seeBinding('main', stranger, 4, false)
  expect(lines(here.told)).toEqual([
    'binding/main/game evicted 2 -> virginia',
    'binding/main/game targets nowhere -> oregon:2',
    'copy/game/oregon health unhealthy -> healthy',
  ])
})
