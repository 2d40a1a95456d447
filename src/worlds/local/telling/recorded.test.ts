// What engines' watches showed while a member was killed, at ten times the speed, and the timeline that is made of it. Recorded from
// Kubernetes 1.36.3 and Karmada 1.18.2: the objects of one app, without the fields that nobody reads.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readFleet } from '../../../fleet/read.ts'
import { plan } from '../../../plan/index.ts'
import { paceOf } from '../../../timers/pace.ts'
import { copiesOf } from './copies.ts'
import { groundOf } from './ground.ts'
import { membersSeen } from './members.ts'
import { nodesSeen } from './nodes.ts'
import type { Seen } from './objects.ts'
import type { CopyKind } from './pods.ts'
import { podsSeen } from './pods.ts'
import { teller } from './teller.ts'
import { weaver } from './weave.ts'

interface Recorded {
  readonly atMs: number
  readonly of: string
  readonly kind: 'pods' | 'deployments' | 'slices' | 'clusters' | 'bindings'
  readonly type: 'LISTED' | 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: Seen
}

const lines = readFileSync(new URL('recorded/member-killed.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
const recorded = lines.map((line) => JSON.parse(line) as Recorded)

/** When the drill began, and when the API server was killed. */
const beganMs = 25_700
const killedMs = beganMs + 6_000

test('a member is killed: every link from the API server to the pods on the other member is found in what the watches showed', async () => {
  const made = plan(await readFleet(['examples/federation']))
  const drill = made.fleet.drills.find(({ name }) => name === 'member-killed')
  if (drill === undefined) throw new Error('no such drill')
  const tells = teller()
  const nodes = nodesSeen(tells)
  const copies = copiesOf(made, new Set(['virginia', 'oregon']))
  const pods = podsSeen(copies, nodes, tells)
  const members = membersSeen(copies, tells)
  const weaving = weaver({
    ...{ drill: drill.name, beganMs, speed: 10 },
    ground: groundOf({ plan: made, drill, pace: paceOf(10), zoneOf: nodes.zoneOf }),
  })
  const kinds = { pods: 'pods', deployments: 'workloads', slices: 'slices' } as const satisfies Record<string, CopyKind>
  const see = ({ atMs, of, kind, type, object }: Recorded): void => {
    if (kind === 'clusters') members.seeMember(of, object, atMs)
    else if (kind === 'bindings') members.seeBinding(of, object, atMs, type === 'DELETED')
    else pods.see(of, kinds[kind], object, atMs, type === 'DELETED')
  }
  for (const one of recorded) if (one.type === 'LISTED') see(one)
  for (const { subject, what, value } of tells.standing().values()) weaving.stands(subject, what, value)
  tells.begin((told) => weaving.tell(told))
  weaving.tell({
    ...{ atMs: killedMs, subject: 'cluster/virginia', what: 'controlPlane', from: 'up', to: 'down', root: true },
    ...{ text: 'virginia loses its control plane', decidedBy: 'standIn' },
  })
  for (const one of recorded) if (one.type !== 'LISTED') see(one)
  weaving.commit(Number.POSITIVE_INFINITY)

  const shown = weaving
    .events()
    .map(
      ({ subject, what, from, to, cause, timer }) =>
        `${subject} ${what} ${String(from)} -> ${String(to)}${cause === undefined ? '' : ` <- ${cause} ${timer?.id}`}`,
    )
  expect(shown).toMatchInlineSnapshot(`
    [
      "drill/member-killed began null -> true",
      "cluster/virginia controlPlane up -> down",
      "member/main/virginia ready True -> False <- 1 karmada.member.lost.refused",
      "member/main/virginia noSchedule false -> true <- 2 karmada.member.taint",
      "member/main/virginia noExecute false -> true <- 2 karmada.member.taint",
      "binding/main/nginx evicted 3 -> virginia <- 4 karmada.evict",
      "binding/main/nginx targets oregon:3 -> oregon:6 <- 5 karmada.schedule",
      "copy/nginx/oregon replicas 3 -> 6 <- 6 karmada.work",
      "copy/nginx/oregon pending 0 -> 1 <- 7 kubernetes.pod.replace",
      "copy/nginx/oregon pending 1 -> 0 <- 8 kubernetes.pod.schedule",
      "copy/nginx/oregon pending 0 -> 2 <- 7 kubernetes.pod.replace",
      "copy/nginx/oregon pending 2 -> 0 <- 10 kubernetes.pod.schedule",
      "copy/nginx/oregon health healthy -> unhealthy <- 7 karmada.health",
      "copy/nginx/oregon ready 3 -> 4 <- 11 app.startup",
      "copy/nginx/oregon ready 4 -> 5 <- 11 app.startup",
      "copy/nginx/oregon ready 5 -> 6 <- 11 app.startup",
      "copy/nginx/oregon endpoints 3 -> 4 <- 15 kubernetes.endpointSlice",
      "copy/nginx/oregon endpoints 4 -> 6 <- 15 kubernetes.endpointSlice",
      "copy/nginx/oregon health unhealthy -> healthy <- 15 karmada.health",
      "binding/main/nginx purged null -> virginia <- 18 karmada.purge",
      "member/main/virginia ready False -> True",
      "member/main/virginia noSchedule true -> false <- 20 karmada.member.taint",
      "member/main/virginia noExecute true -> false <- 20 karmada.member.taint",
    ]
  `)
})
