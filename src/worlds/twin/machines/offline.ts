// A site on its own: nothing stops at once where the control plane stands there, but some things run out, one after the other. And a
// management cluster that is gone: nothing stops either, but nothing is repaired.

import { sourceFetch } from '../../../timers/flux.ts'
import {
  clusterCertificates,
  nodeCredentials,
  offlinePromise,
  podCredentials,
  registryToken,
} from '../../../timers/offline.ts'
import type { Timer } from '../../../timers/timer.ts'
import { atOnce } from '../../../timers/timer.ts'
import type { Cause, ClusterState, SiteState, World } from '../state.ts'
import { isAway } from '../state.ts'
import { resumeReleases } from './releases.ts'

/** The link of a site may have changed. */
export function reviewOffline(world: World, site: SiteState, cause: Cause): void {
  const alone = isAway(site.link)
  if (alone === (site.aloneSince !== undefined)) return
  for (const entry of site.runningOut.splice(0)) world.queue.cancel(entry)
  if (alone) {
    site.aloneSince = world.queue.now
    startRunningOut(world, site, cause)
    return
  }
  const outage = world.queue.now - (site.aloneSince ?? world.queue.now)
  site.aloneSince = undefined
  for (const cluster of site.clusters) {
    fetchAgain(world, site, cluster, outage, cause)
    resumeReleases(world, cluster, cause)
  }
}

function startRunningOut(world: World, site: SiteState, cause: Cause): void {
  const { name, link } = site.site
  const local = [...site.clusters].filter((cluster) => cluster.controlPlaneSite === site)
  const runsOut = (what: string, timer: Timer, text: string): void => {
    const wait = world.chance.between(timer.minSeconds, timer.maxSeconds, `site/${name}`, what)
    const out = (): void => {
      world.log.emit({
        subject: `site/${name}`,
        what,
        from: 'good',
        to: 'over',
        because: { cause, timer },
        text,
        site: name,
      })
    }
    // it happens to a drill that lasts long enough, and keeps none from ending
    site.runningOut.push(world.queue.at(world.queue.now + wait, out, { idle: true }))
  }
  if (link?.offlineFor !== undefined) {
    runsOut(
      'offlineFor',
      offlinePromise(link.offlineFor),
      `${name} has been on its own for longer than it is asked to bear; it goes on, for no document sets an end`,
    )
  }
  const pulls = local.some(
    ({ cluster, copies }) =>
      cluster.eksAnywhere?.registryMirror === undefined &&
      copies.some((copy) => copy.site === site && /\.dkr\.ecr\./.test(copy.image)),
  )
  if (pulls)
    runsOut(
      'registryToken',
      registryToken(),
      `the token of ${name} for its registry is too old: when the line is back a pull needs a new one first`,
    )
  const signing = [...site.clusters].flatMap(({ copies }) =>
    copies.filter((copy) => copy.site === site && copy.assumesRole).map((copy) => copy.app.name),
  )
  if (signing.length > 0)
    runsOut(
      'podCredentials',
      podCredentials(),
      `the AWS credentials of ${signing.join(' and ')} at ${name} have expired, and STS is out of reach: what is signed with them is refused, also by what stands at the site`,
    )
  if (site.site.place.kind === 'hybrid')
    runsOut(
      'nodeCredentials',
      nodeCredentials(),
      `the AWS credentials of the nodes at ${name} have expired: when the line is back they sign on anew before they are ready`,
    )
  if (local.some(({ cluster }) => cluster.eksAnywhere !== undefined)) {
    runsOut(
      'certificates',
      clusterCertificates(),
      `the certificates of the cluster at ${name} have expired, as no upgrade renewed them: its components no longer trust each other`,
    )
  }
}

/** Flux on the site asks Git again; what was committed meanwhile is late by its back-off. */
function fetchAgain(
  world: World,
  site: SiteState,
  { cluster, copies, subject }: ClusterState,
  outage: number,
  cause: Cause,
): void {
  const { gitops } = world.fleet
  if (gitops === undefined || !copies.some((copy) => copy.site === site && copy.delivered)) return
  const timer = sourceFetch(outage, gitops.sourceInterval)
  const wait = world.chance.between(0, Math.min(timer.maxSeconds - 5, Math.max(outage, 1)), subject, 'source')
  world.queue.at(world.queue.now + wait, () => {
    if (isAway(site.link) || isAway(world.away.git)) return
    world.log.emit({
      subject,
      what: 'source',
      from: 'old',
      to: 'fetched',
      because: { cause, timer },
      text: `Flux in ${cluster.name} fetches from Git again: what was committed meanwhile is on its way`,
      site: site.site.name,
    })
  })
}

/** A management cluster came or went. */
export function managementChanged(world: World, cluster: ClusterState, cause: Cause): void {
  const manages = world.fleet.clusters.filter(
    (one) => one.eksAnywhere?.managementCluster === cluster.cluster.name,
  ).length
  const possible = cluster.up && cluster.monitor.running
  if (manages === 0 || possible === cluster.manages) return
  cluster.manages = possible
  const clusters = manages === 1 ? '1 cluster' : `${manages} clusters`
  world.log.emit({
    subject: cluster.subject,
    what: 'management',
    from: !possible,
    to: possible,
    because: { cause, timer: atOnce },
    text: possible
      ? `${cluster.cluster.name} manages its ${clusters} again`
      : `${clusters} managed by ${cluster.cluster.name} can be neither created nor upgraded nor repaired; what runs on them runs on`,
  })
}
