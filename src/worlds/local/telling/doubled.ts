// Whether an app that a federation places runs more often than it should: a member that is lost to Karmada goes on with its copy, beside the
// one that took its place. No object says so; it follows from what the doors say of pods that answer.

import type { Plan } from '../../../model/plan.ts'
import { bindingSubject, copySubject } from '../../../timeline/subjects.ts'
import type { Told } from './told.ts'

export interface Doubles {
  /** Looks at what was told; gives what follows from it. */
  after(told: Pick<Told, 'atMs' | 'subject' | 'what' | 'to'>): Told | undefined
}

interface Binding {
  readonly app: string
  readonly federation: string
  readonly replicas: number
  readonly serving: Map<string, number>
  doubled: boolean
}

export function doubles({ fleet, placement }: Plan): Doubles {
  const byCopy = new Map<string, Binding>()
  for (const app of fleet.apps)
    for (const { federation: name, replicas, division } of app.placement) {
      const federation = fleet.federations.find((one) => one.name === name)
      // copies that are duplicated run as often as there are members
      if (federation === undefined || division === 'duplicated') continue
      const rows = placement.filter((row) => row.app === app.name && row.federation === federation.name)
      const binding: Binding = {
        ...{ app: app.name, federation: federation.name },
        replicas: replicas ?? rows.reduce((sum, row) => sum + row.replicas, 0),
        ...{ serving: new Map(), doubled: false },
      }
      for (const { name: site } of fleet.sites) byCopy.set(copySubject(app.name, site), binding)
    }
  return {
    after({ atMs, subject, what, to }) {
      const binding = what === 'serving' ? byCopy.get(subject) : undefined
      if (binding === undefined) return undefined
      binding.serving.set(subject, Number(to))
      const running = [...binding.serving.values()].reduce((sum, count) => sum + count, 0)
      const doubled = running > binding.replicas
      if (doubled === binding.doubled) return undefined
      binding.doubled = doubled
      const { app, federation, replicas } = binding
      return {
        ...{ atMs, subject: bindingSubject(federation, app), what: 'doubled', from: !doubled, to: doubled, app },
        decidedBy: 'standIn',
        text: doubled
          ? `${running} replicas of ${app} run where ${replicas} were asked for: the old copy and the new one`
          : `${app} runs once again`,
      }
    },
  }
}
