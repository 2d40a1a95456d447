// A new version of an app that is not well, on its way to each copy: by Karmada, by Flux, or by hand. Where it arrives the Deployment
// rolls over to it, and a rolling update keeps the old pods that it may not spare until new ones are ready.

import type { App, Fleet, Site } from '../../../model/fleet.ts'
import { sourceFetch } from '../../../timers/flux.ts'
import { released, startup } from '../../../timers/pods.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce, inSequence } from '../../../timers/timer.ts'
import { setServing } from '../pods.ts'
import type { Cause, ClusterState, Copy, Release, Rollout, World } from '../state.ts'
import { isAway } from '../state.ts'
import { report } from './containers.ts'
import type { Because } from './pod-events.ts'
import { byNode, tellServing } from './pod-events.ts'
import { crashingLeft, updateOf } from './rolling-update.ts'
import { take } from './scheduler.ts'

/** A site follows the branch unless the ring that it is in is pinned to something else. */
export function followsBranch({ gitops }: Fleet, { labels }: Site): boolean {
  const revision = gitops?.rings?.[labels.ring ?? '']
  return revision === undefined || revision === gitops?.branch
}

/** The version that is to be everywhere, where it is not the one that all began with. */
export const releaseOf = (world: World, app: App): Release | undefined => world.releases.get(app.name)?.at(-1)

/** Copies of the app that are not Karmada's: what is to be everywhere is on its way to them. */
export function spread(world: World, app: App, cause: Cause): void {
  for (const copy of world.copies.values())
    if (copy.app === app && copy.assignment.federation === undefined) deliver(world, copy, cause)
}

/** Git, a link or a control plane is back: what it held up goes on. */
export function resumeReleases(world: World, cluster: ClusterState, cause: Cause): void {
  if (world.releases.size === 0 && !cluster.copies.some((copy) => copy.release !== undefined)) return
  for (const copy of cluster.copies) if (copy.assignment.federation === undefined) deliver(world, copy, cause)
}

function deliver(world: World, copy: Copy, cause: Cause): void {
  if (copy.releasing !== undefined || wanted(world, copy) === copy.release?.version) return
  const seconds = world.pace.interval(world.fleet.gitops?.sourceInterval ?? 60)
  const timer: Timer = copy.delivered ? sourceFetch(0, seconds) : released()
  const wait = copy.delivered
    ? seconds * world.chance.draw(copy.subject, 'source phase') + world.chance.latency(0.5, 3, copy.subject, 'apply')
    : world.chance.latency(0.1, 2, copy.subject, 'release')
  copy.releasing = world.queue.at(world.queue.now + wait, () => {
    copy.releasing = undefined
    const version = wanted(world, copy)
    const cut = copy.delivered && (isAway(world.away.git) || isAway(copy.site.link))
    // it is asked again when that is over
    if (cut || !copy.cluster.up || version === copy.release?.version) return
    roll(world, copy, version, { cause, timer })
  })
}

const wanted = (world: World, copy: Copy): Release | undefined =>
  copy.delivered && !followsBranch(world.fleet, copy.site.site) ? undefined : releaseOf(world, copy.app)

/** The template of the Deployment changes. `fresh`: there was none before, so that all pods are of the new version. */
export function roll(world: World, copy: Copy, version: Release | undefined, because: Because, fresh = false): Cause {
  const { app, site } = copy
  const name = site.site.name
  const old = copy.release
  const before = old?.version
  const spared = version !== 'broken' ? 0 : fresh ? copy.replicas : updateOf(copy).down
  copy.release = version === undefined ? undefined : { version, pods: spared, crash: undefined }
  const cause = world.log.emit({
    subject: copy.subject,
    what: 'version',
    from: before ?? 'present',
    to: version ?? 'present',
    because,
    text:
      version === undefined
        ? `${app.name} at ${name} goes back to the version that it had`
        : version === 'broken'
          ? `the new version of ${app.name} reaches ${name} and never becomes ready there: ${copy.replicas - spared} of ${copy.replicas} pods of the old one stay`
          : `the new version of ${app.name} reaches ${name}`,
    site: name,
    app: app.name,
  })
  if (old?.crash !== undefined) endCrash(world, copy, cause)
  if (version === 'crashing') startCrash(world, copy, cause, fresh)
  replace(world, copy, version, before, fresh ? 0 : spared, cause)
  world.tell.replicas(copy, cause)
  world.tell.podsChanged(copy, cause)
  return cause
}

/** Old pods that may be missing go at once; going back, so do the new ones, none of which is ready. */
function replace(
  world: World,
  copy: Copy,
  version: Release | undefined,
  before: Release | undefined,
  spared: number,
  cause: Cause,
): void {
  const active = copy.pods.filter((pod) => !pod.deleted)
  const ended = before === 'crashing' ? active.filter((pod) => !pod.serving) : []
  const going =
    version === 'broken'
      ? [...ended, ...active.filter((pod) => !pod.broken && !ended.includes(pod)).slice(0, spared)]
      : [...ended, ...active.filter((pod) => pod.broken && !ended.includes(pod))]
  if (going.length > 0) take(world, copy, going, cause)
}

/** Each new pod becomes ready, takes the place of an old one, and ends for good as long again after that: as far as the update gets. */
function startCrash(world: World, copy: Copy, cause: Cause, fresh: boolean): void {
  const rollout = copy.release
  const lefts = fresh ? [0] : crashingLeft(copy.replicas, updateOf(copy))
  const start = startup(copy.startupSeconds)
  lefts.forEach((left, index) => {
    const rounds = 2 + index
    const timer = inSequence(start.id, start.title, new Array<Timer>(rounds).fill(start))
    world.queue.at(world.queue.now + rounds * copy.startupSeconds, () => {
      if (rollout !== undefined && copy.release === rollout) endPods(world, copy, rollout, left, { cause, timer })
    })
  })
}

/** The youngest of them: at the head of the list are the old ones that stay. */
function endPods(world: World, copy: Copy, rollout: Rollout, left: number, because: Because): void {
  const active = copy.pods.filter((pod) => !pod.deleted)
  const ended = active.slice(left).filter((pod) => !pod.broken)
  if (ended.length === 0) return
  const { app, site } = copy
  rollout.pods = active.length - Math.min(left, active.length)
  const crash = world.log.emit({
    subject: copy.subject,
    what: 'runs',
    from: rollout.crash === undefined,
    to: false,
    because,
    text: `the new version of ${app.name} at ${site.site.name} was ready, and crashes${left === 0 ? '' : `: ${left} of ${copy.replicas} pods are left`}`,
    site: site.site.name,
    app: app.name,
  })
  rollout.crash = crash
  const served = ended.filter((pod) => pod.serving)
  for (const pod of ended) {
    pod.broken = true
    pod.starting = undefined
    setServing(pod, false)
  }
  tellServing(world, copy, served, { cause: crash, timer: atOnce }, 'their containers end')
  for (const [node, pods] of byNode(served)) if (node !== undefined) report(world, node, copy, pods, crash)
}

/** The Deployment itself goes. */
export function forgetRelease(world: World, copy: Copy, cause: Cause): void {
  const crash = copy.release?.crash
  copy.release = undefined
  if (crash !== undefined) endCrash(world, copy, cause)
}

function endCrash(world: World, copy: Copy, cause: Cause): void {
  if (isAway(copy.crash)) return
  world.log.emit({
    subject: copy.subject,
    what: 'runs',
    from: false,
    to: true,
    because: { cause, timer: atOnce },
    text: `${copy.app.name} at ${copy.site.site.name} can run again`,
    site: copy.site.site.name,
    app: copy.app.name,
  })
}
