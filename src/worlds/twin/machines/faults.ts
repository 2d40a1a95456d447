// What a drill takes away and gives back. A fault changes only the truth; everything else follows from who notices, and when.

import type { Fault } from '../../../model/fleet.ts'
import { gitSubject, registrySubject } from '../../../timeline/subjects.ts'
import { touchSite } from '../build.ts'
import type { Cause, World } from '../state.ts'
import { isAway } from '../state.ts'
import { registryChanged } from './containers.ts'
import type { Effect } from './effect.ts'
import { hold } from './effect.ts'
import { copyEffect } from './faults-of-copies.ts'
import { clusterEffect, regionEffect, zoneEffect } from './faults-of-regions.ts'
import { releaseEffect } from './faults-of-releases.ts'
import { siteEffect } from './faults-of-sites.ts'
import { resumeReleases } from './releases.ts'

/** Queues the beginning and the end of a fault. */
export function queueFault(world: World, fault: Fault): void {
  const effect = effectOf(world, fault)
  const { subject, what, to, text, back } = effect
  let begun = false
  world.queue.at(fault.at, () => {
    if (effect.by?.up === false) {
      const impossible = `${text}: impossible, as the control plane of ${effect.by.cluster.name} does not answer`
      world.log.emit({ subject, what: 'fault', from: null, to: 'impossible', text: impossible, ...about(effect) })
    } else {
      begun = true
      count(world, effect, 1)
      effect.begin(world.log.emit({ subject, what, from: effect.from, to, text, ...about(effect) }))
    }
  })
  if (fault.for === undefined) return
  world.queue.at(fault.at + fault.for, () => {
    if (!begun) return
    const quiet = effect.quietEnd === true
    const over = count(world, effect, -1) <= 0
    const said = over ? { to: effect.from, text: back } : { to, text: `one fault less, but not yet: ${back}` }
    effect.end(quiet ? -1 : world.log.emit({ subject, what, from: to, ...said, ...about(effect) }))
  })
}

/** Faults that overlap on one thing: it is back when the last of them is over. */
function count({ faultsOn }: World, { subject, what }: Effect, change: number): number {
  const now = (faultsOn.get(`${subject} ${what}`) ?? 0) + change
  faultsOn.set(`${subject} ${what}`, now)
  return now
}

const about = ({ site, app }: Effect) => ({
  ...(site === undefined ? {} : { site }),
  ...(app === undefined ? {} : { app }),
})

function effectOf(world: World, fault: Fault): Effect {
  if (fault.app !== undefined && fault.release !== undefined) return releaseEffect(world, fault.app, fault.release)
  if (fault.app !== undefined && fault.site !== undefined) return copyEffect(world, fault, fault.app, fault.site)
  if (fault.site !== undefined) return siteEffect(world, fault, touchSite(world, fault.site))
  if (fault.cluster !== undefined) return clusterEffect(world, fault, fault.cluster)
  if (fault.zone !== undefined) return zoneEffect(world, fault, fault.zone)
  if (fault.region !== undefined) return regionEffect(world, fault, fault.region)
  return fleetEffect(world, fault)
}

function fleetEffect(world: World, fault: Fault): Effect {
  const git = fault.lose === 'git'
  const name = git ? 'Git' : 'the registry'
  const held = hold(world, git ? world.away.git : world.away.registry, fault.how ?? 'blackhole')
  const changed = (cause: Cause): void => {
    if (!git) registryChanged(world, cause)
    else if (!isAway(world.away.git))
      for (const cluster of world.clusters.values()) resumeReleases(world, cluster, cause)
  }
  return {
    subject: git ? gitSubject : registrySubject,
    what: 'reachable',
    from: true,
    to: false,
    text: `${name} cannot be reached${git ? '; Flux goes on with what it last fetched' : ''}`,
    back: `${name} can be reached again`,
    begin: (cause) => {
      held.take(cause)
      changed(cause)
    },
    end: (cause) => {
      held.give(cause)
      changed(cause)
    },
  }
}
