// What the node controller of a cluster decides about its zones stands in no object: it says so in its log, with the microsecond.

import { clusterSubject, clusterZoneSubject } from '../../../timeline/subjects.ts'
import type { Told } from './told.ts'

/** One line of kube-controller-manager; undefined: it speaks of something else. `year` because klog leaves it out. */
export function toldByController(cluster: string, line: string, year: number): Told | undefined {
  const head = /^I(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})(\d{3})\s/.exec(line)
  if (head === null) return undefined
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0, millisecond = 0, micro = 0] = head.slice(1).map(Number)
  const atMs = new Date(year, month - 1, day, hour, minute, second, millisecond).getTime() + micro / 1_000
  const about = { atMs, decidedBy: 'engine' as const }
  const zone = /"Controller detected that zone is now in new state" zone="([^"]*)" newState="(\w+)"/.exec(line)
  if (zone !== null) {
    const to = { Normal: 'normal', PartialDisruption: 'partial', FullDisruption: 'full' }[zone[2] ?? '']
    const name = zoneName(zone[1] ?? '')
    if (to === undefined) return undefined
    return {
      ...about,
      ...{ subject: clusterZoneSubject(cluster, name), what: 'disruption', from: null, to },
      text: `${cluster} calls zone ${name} ${to === 'normal' ? 'normal' : `${to === 'full' ? 'fully' : 'partly'} disrupted`}`,
    }
  }
  const master = { ...about, subject: clusterSubject(cluster), what: 'disruption' }
  if (line.includes('Entering master disruption mode'))
    return {
      ...master,
      ...{ from: 'none', to: 'master' },
      text: `${cluster} sees no node left, takes that for a fault of its own, and stops evicting`,
    }
  if (line.includes('Exiting master disruption mode'))
    return {
      ...master,
      ...{ from: 'master', to: 'none' },
      text: `${cluster} sees nodes again, and gives those still silent a fresh start`,
    }
  return undefined
}

/** `region:\x00:zone`, or either of them (k8s.io/component-helpers v0.36.3 node/topology/helpers.go). */
const zoneName = (key: string): string => key.split(/:(?:\\x00|\\u0000|\0):/).at(-1) ?? key
