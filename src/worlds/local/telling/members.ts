// What Karmada says: which members it holds ready, what it marks them with, and where it wants each app.

import { bindingSubject, copySubject, memberSubject } from '../../../timeline/subjects.ts'
import type { LocalCopy } from './copies.ts'
import type { BindingObject, MemberObject } from './objects.ts'
import { hasTaint, statusOf } from './objects.ts'
import type { Teller } from './teller.ts'

export interface MembersSeen {
  seeMember(federation: string, member: MemberObject, atMs: number): void
  seeBinding(federation: string, binding: BindingObject, atMs: number, gone: boolean): void
  /** Members that are not held ready, and bindings that still let go. */
  unrest(): readonly string[]
}

interface Bound {
  readonly targets: ReadonlyMap<string, number>
  readonly leaving: ReadonlySet<string>
}

export function membersSeen(copies: readonly LocalCopy[], teller: Teller): MembersSeen {
  const ready = new Map<string, string>()
  const bindings = new Map<string, Bound>()

  const appOf = (federation: string, { spec }: BindingObject): string | undefined => {
    const { kind, name, namespace } = spec?.resource ?? {}
    return copies.find(
      ({ federation: of, workload, namespace: home }) =>
        of === federation && workload?.kind === kind && workload?.name === name && home === namespace,
    )?.app
  }

  return {
    seeMember(federation, { metadata: { name }, spec, status }, atMs) {
      const about = { subject: memberSubject(federation, name), atMs, decidedBy: 'engine' as const }
      const said = statusOf(status?.conditions, 'Ready')
      ready.set(`${name} in ${federation}`, said)
      teller.value({
        ...about,
        what: 'ready',
        to: said,
        text: `Karmada of ${federation} calls ${name} ${said === 'True' ? 'ready again' : said === 'False' ? 'not ready' : 'unknown'}`,
      })
      const closed = hasTaint(spec?.taints, 'NoSchedule', /./)
      teller.value({
        ...about,
        what: 'noSchedule',
        to: closed,
        text: closed ? `${name} gets nothing new` : `${name} may get something new again`,
      })
      const marked = hasTaint(spec?.taints, 'NoExecute', /./)
      teller.value({
        ...about,
        what: 'noExecute',
        to: marked,
        text: marked
          ? `${name} is marked: what does not tolerate it has to leave`
          : `${name} is no longer marked: what it has may stay`,
      })
    },
    seeBinding(federation, binding, atMs, gone) {
      const app = appOf(federation, binding)
      if (app === undefined || gone) return
      const subject = bindingSubject(federation, app)
      const about = { subject, atMs, app, decidedBy: 'engine' as const }
      const targets = new Map((binding.spec?.clusters ?? []).map(({ name, replicas }) => [name, replicas ?? 0]))
      const tasks = new Map((binding.spec?.gracefulEvictionTasks ?? []).map((task) => [task.fromCluster, task]))
      const before = bindings.get(subject)
      bindings.set(subject, { targets, leaving: new Set(tasks.keys()) })
      seeHealth(federation, app, binding, atMs)
      if (before === undefined) {
        teller.value({ ...about, what: 'targets', to: textOf(targets), text: '' })
        return
      }
      const stays = new Map(before.targets)
      for (const [name, task] of tasks) {
        if (before.leaving.has(name)) continue
        const had = stays.get(name) ?? task.replicas ?? 0
        stays.delete(name)
        teller.moment({
          ...about,
          what: 'evicted',
          from: had,
          to: name,
          text: `Karmada takes ${app} with ${had} ${had === 1 ? 'replica' : 'replicas'} off ${name}`,
        })
      }
      // who has left is told by that; what is told as targets is what the scheduler makes of it
      if (textOf(stays) !== textOf(targets))
        teller.moment({
          ...about,
          what: 'targets',
          from: textOf(stays),
          to: textOf(targets),
          text: targets.size === 0 ? `Karmada finds no place for ${app}` : `Karmada wants ${app} as ${textOf(targets)}`,
        })
      for (const name of before.leaving)
        if (!tasks.has(name))
          teller.moment({
            ...about,
            what: 'purged',
            from: null,
            to: name,
            text: `Karmada lets the old copy of ${app} on ${name} go`,
          })
    },
    unrest: () => [
      ...[...ready].flatMap(([name, said]) => (said === 'True' ? [] : [`Karmada calls ${name} ${said}`])),
      ...[...bindings].flatMap(([subject, { leaving }]) =>
        leaving.size === 0 ? [] : [`Karmada still lets ${subject.split('/')[2]} go from ${[...leaving].join(' and ')}`],
      ),
    ],
  }

  function seeHealth(federation: string, app: string, { status }: BindingObject, atMs: number): void {
    for (const { clusterName, health } of status?.aggregatedStatus ?? []) {
      const copy = copies.find((one) => one.app === app && one.cluster === clusterName && one.federation === federation)
      if (copy === undefined || health === undefined || health === 'Unknown') continue
      const to = health === 'Healthy' ? 'healthy' : 'unhealthy'
      teller.value({
        subject: copySubject(app, copy.site),
        what: 'health',
        to,
        text: `Karmada hears that ${app} on ${clusterName} is ${to}`,
        ...{ atMs, app, site: copy.site },
        decidedBy: 'engine',
      })
    }
  }
}

const textOf = (targets: ReadonlyMap<string, number>): string =>
  [...targets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, replicas]) => `${name}:${replicas}`)
    .join(',') || 'nowhere'
