// An app as its copies stand: what a federation divides is a copy at the site of each member that Karmada's scheduler gives replicas to.
// What Karmada does when a member is lost takes minutes; how long exactly is for a drill to show, where it ends is asked here.

import type { App, Fleet } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { failed } from '../schedule/binding.ts'
import { firstTargets, memberCluster, policyOf, siteOfMember, toleratesFor } from '../schedule/declared.ts'
import { schedule } from '../schedule/schedule.ts'
import { siteAfter } from './after.ts'
import type { LossFault } from './loss.ts'

const made = new WeakMap<App, App>()

export function placed(fleet: Fleet, app: App): App {
  if (app.placement.every((placement) => placement.federation === undefined)) return app
  const known = made.get(app)
  if (known !== undefined) return known
  const placement = app.placement.flatMap((one) => {
    const federation = fleet.federations.find(({ name }) => name === one.federation)
    if (federation === undefined) return [one]
    return firstTargets(fleet, federation, one).targets.flatMap(({ name, replicas }) => {
      const site = siteOfMember(fleet, name)
      return site === undefined ? [] : [{ ...one, site, replicas }]
    })
  })
  const fresh = { ...app, placement }
  made.set(app, fresh)
  return fresh
}

/** Copies and replicas once Karmada has moved what was at the sites that are gone; undefined where it moves nothing. */
export function moved(
  fleet: Fleet,
  app: App,
  faults: readonly LossFault[],
): { readonly copies: number; readonly replicas: number } | undefined {
  let some = false
  // no node of the site runs any more, and whoever watches it can see that
  const gone = (name: string, seenBy: 'api' | 'agent'): boolean => {
    const site = lookup(fleet).site(name)
    if (site === undefined) return false
    const after = siteAfter(fleet, site, faults)
    return after.nodes === 0 && (seenBy === 'agent' || !after.controlPlane)
  }
  const targets = app.placement.flatMap((one) => {
    const federation = fleet.federations.find(({ name }) => name === one.federation)
    if (federation === undefined) return []
    const first = firstTargets(fleet, federation, one)
    // a member that Karmada pushes to is well while its API answers, whatever became of its nodes
    const lost = federation.memberClusters.filter((name) =>
      gone(
        siteOfMember(fleet, name) ?? '',
        (federation.sync[name] ?? federation.sync.default) === 'pull' ? 'agent' : 'api',
      ),
    )
    const standing = first.targets.filter(({ name }) => !lost.includes(name))
    const { failover, host } = federation
    const on =
      failover?.featureGate && failover.noExecuteEviction && failover.noExecutePolicyAllowed && failover.taintPolicy
    // purge directly waits for the lost member; a host that is lost itself moves nothing
    const moves =
      on &&
      (one.purge ?? failover.purge) !== 'directly' &&
      Number.isFinite(toleratesFor(federation, one)) &&
      !gone(siteOfMember(fleet, host) ?? '', 'agent')
    if (!moves || standing.length === first.targets.length) return standing
    const outcome = schedule({
      clusters: federation.memberClusters
        .filter((name) => !lost.includes(name))
        .map((name) => memberCluster(fleet, name)),
      replicas: one.replicas,
      placement: policyOf(federation, one),
      previous: standing,
      ...(first.affinity !== undefined && { affinity: first.affinity }),
    })
    if (failed(outcome)) return standing
    some = true
    return outcome.result
  })
  return some
    ? { copies: targets.length, replicas: targets.reduce((sum, { replicas }) => sum + replicas, 0) }
    : undefined
}
