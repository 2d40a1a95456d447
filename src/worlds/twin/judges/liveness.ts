import { livenessBound } from '../liveness.ts'
import type { Copy, Users, World } from '../state.ts'
import type { Judge } from './judge.ts'

export const liveness: Judge = {
  id: 'liveness',
  title: 'once everything is repaired, and the slowest loops have had their time, all is as it was',
  atEnd(world, timeline) {
    const { drill } = world
    const repaired = drill.faults.every((fault) => fault.for !== undefined)
    const waited = !world.queue.busy || world.queue.now >= world.lastChange + livenessBound(world)
    if (!repaired || (drill.length !== undefined && !waited)) return []
    const event = timeline.events.length - 1
    return amiss(world).map((text) => ({ event, text }))
  },
}

/** What is not as it was before anything happened, in sentences. */
export const amiss = (world: World): readonly string[] => [
  ...nodesAmiss(world),
  ...copiesAmiss(world),
  ...usersAmiss(world),
]

const nodesAmiss = (world: World): readonly string[] =>
  [...world.clusters.values()].flatMap(({ nodes, subject, up, monitor }) => [
    ...(up && monitor.running ? [] : [`${subject} is not back`]),
    ...(monitor.master ? [`${subject} still evicts nobody`] : []),
    ...nodes.flatMap((node) => {
      const amiss = [
        ...(node.kubelet ? [] : ['down']),
        ...(node.ready === 'True' ? [] : [node.ready]),
        ...(node.noSchedule ? ['closed'] : []),
        ...(node.noExecute ? ['marked for eviction'] : []),
      ]
      return amiss.length === 0 ? [] : [`${node.subject} is still ${amiss.join(', ')}`]
    }),
  ])

const copiesAmiss = (world: World): readonly string[] =>
  [...world.copies.values()].flatMap((copy: Copy) => {
    const { ready, serving, pending } = copy.told
    const whole = copy.declared
    const hosted = copy.nodes.some((node) => node.site === copy.site || !copy.pinned)
    const amiss = copy.lookups.fail || ready !== whole || serving !== whole || pending !== 0
    return hosted && amiss && !leftToPeople(world, copy)
      ? [`${copy.subject} has ${ready} ready and ${serving} serving of ${whole}, ${pending} waiting`]
      : []
  })

/** With purge never a copy is nobody's any more, neither deleted nor told of another version, until somebody says so. */
const leftToPeople = (world: World, copy: Copy): boolean =>
  [...world.federations.values()].some(({ bindings }) =>
    bindings.some(({ works, tasks }) =>
      works.some(
        (work) => work.copy === copy && tasks.some((task) => task.member === work.member && task.purge === 'never'),
      ),
    ),
  )

/** Copies that were rescheduled to other sites, and load balancers that were made anew, do not come back by themselves. */
const usersAmiss = (world: World): readonly string[] =>
  [...world.users.values()].flatMap((users: Users) => {
    const first = users.points[0]
    const last = users.points.at(-1)
    const moved = [...(users.name?.copies.values() ?? []), ...(users.lan === undefined ? [] : [users.lan])].some(
      (copy) => !copy.pinned || copy.assignment.federation !== undefined || copy.door?.staleRecord === true,
    )
    if (moved || first === undefined || last === undefined || Math.abs(first.served - last.served) < 1e-6) return []
    return [`${users.audience.name} of ${users.app.name}: ${last.served} are answered instead of ${first.served}`]
  })
