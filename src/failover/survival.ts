// N-1: for each app and each single loss, what is left. Losses of sites that are alike are judged once, so that ten thousand shops of
// one class cost as much as one.

import type { App, Fleet, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { copyAfter, sorted } from './after.ts'
import { alikeKey } from './alike.ts'
import type { Loss } from './loss.ts'
import { singleLosses, zonesOf } from './loss.ts'
import type { Move } from './moves.ts'
import { moved, movesOf } from './moves.ts'
import type { Bounds } from './path.ts'
import type { Outcome, Path } from './paths.ts'
import { pathsOf } from './paths.ts'
import { placed } from './placed.ts'

export interface Survival {
  readonly app: string
  readonly loss: string
  readonly kind: Loss['kind']
  readonly title: string
  /** How many losses this one stands for, and a few of their names. */
  readonly standsFor: Loss['standsFor']
  /** The worst that happens to an audience on the internet; without any, to the copies. */
  readonly outcome: Outcome | 'copiesLeft' | 'noCopyLeft'
  /** Who serves in the end. */
  readonly servedBy: readonly string[]
  /** Copies that would still serve, those that serve among them. */
  readonly copiesLeft: number
  readonly replicasLeft: number
  readonly replicas: number
  /** From the loss to the last user that honours TTLs, of the slowest audience. */
  readonly recovery?: Bounds
  /** Where Karmada moves replicas, and how long after the loss all of them are ready there. */
  readonly moves?: readonly (Bounds & { readonly sites: readonly string[] })[]
  /** Users on the LAN of the lost site, who have no other way. */
  readonly waitingOnLan: readonly string[]
  /** Objectives that do not hold then. */
  readonly broken: readonly Broken[]
}

export type Broken =
  | {
      readonly objective: 'recoverWithin'
      readonly wantedSeconds: number
      readonly worstSeconds: number
      readonly audience: string
    }
  | {
      readonly objective: 'latencyP95'
      readonly wantedMilliseconds: number
      readonly beforeMilliseconds: number | undefined
      readonly afterMilliseconds: number
      readonly site: string
      readonly audience: string
    }
  | {
      readonly objective: 'residency'
      readonly wanted: readonly string[]
      readonly country: string
      readonly site: string
      readonly audience: string
    }

/** Survivals with what they were found from, for findings. */
export interface SurvivalWithPaths extends Survival {
  readonly of: Loss
  readonly paths: readonly Path[]
}

const made = new WeakMap<Fleet, readonly SurvivalWithPaths[]>()

/** Every app under every single loss that touches it. */
export const survivalOf = (fleet: Fleet): readonly Survival[] =>
  survivals(fleet).map(({ of: _, paths: __, ...survival }) => survival)

export function survivals(fleet: Fleet): readonly SurvivalWithPaths[] {
  const known = made.get(fleet)
  if (known !== undefined) return known
  const fresh = fleet.apps.flatMap((declared) => {
    const app = placed(fleet, declared)
    const groups = placementGroups(fleet, app)
    return singleLosses(fleet)
      .filter((loss) => loss.kind !== 'copy')
      .flatMap((loss) => survivalUnder(fleet, app, groups, loss, declared) ?? [])
  })
  made.set(fleet, fresh)
  return fresh
}

function survivalUnder(
  fleet: Fleet,
  app: App,
  groups: readonly PlacementGroup[],
  loss: Loss,
  declared: App,
): SurvivalWithPaths | undefined {
  const atOnce = countCopies(fleet, app, groups, loss)
  if (atOnce.touched === 0) return undefined
  const moves = app === declared ? [] : movesOf(fleet, declared, loss.faults)
  const counts = app === declared ? atOnce : { ...atOnce, ...moved(fleet, declared, loss.faults) }
  const paths = pathsOf(fleet, app, loss)
  const onInternet = paths.filter((path) => lookup(fleet).audience(path.audience)?.at === undefined)
  const slowest = worstOf(onInternet)
  const outcome = slowest?.outcome ?? (counts.copies > 0 ? 'copiesLeft' : 'noCopyLeft')
  return {
    app: app.name,
    loss: loss.id,
    kind: loss.kind,
    title: loss.title,
    standsFor: loss.standsFor,
    outcome,
    servedBy: [
      ...new Set(
        onInternet.flatMap((path) => Object.keys(path.after).filter((site) => path.copiesLeft.includes(site))),
      ),
    ].sort(),
    copiesLeft: onInternet.length === 0 ? counts.copies : Math.max(...onInternet.map((path) => path.copiesLeft.length)),
    replicasLeft: counts.replicas,
    replicas: app.placement.reduce((sum, placement) => sum + placement.replicas, 0),
    ...(slowest?.recovery === undefined
      ? {}
      : {
          recovery: {
            minSeconds: slowest.recovery.minSeconds,
            meanSeconds: slowest.recovery.meanSeconds,
            maxSeconds: slowest.recovery.maxSeconds,
          },
        }),
    ...(moves.length === 0 ? {} : { moves: moves.map(moveFigures) }),
    waitingOnLan: paths
      .filter((path) => path.outcome === 'lost' && !onInternet.includes(path))
      .map((path) => path.audience),
    broken: onInternet.flatMap((path) => brokenBy(fleet, app, path)),
    of: loss,
    paths,
  }
}

const moveFigures = ({ gains, ready: { minSeconds, meanSeconds, maxSeconds } }: Move) => ({
  sites: gains.map(({ site }) => site),
  minSeconds,
  meanSeconds,
  maxSeconds,
})

const badness: Readonly<Record<Outcome, number>> = {
  lost: 5,
  recovers: 4,
  heals: 3,
  moved: 2,
  unnoticed: 1,
  unserved: 0,
}

function worstOf(paths: readonly Path[]): Path | undefined {
  return [...paths].sort(
    (a, b) => badness[b.outcome] - badness[a.outcome] || (b.recovery?.maxSeconds ?? 0) - (a.recovery?.maxSeconds ?? 0),
  )[0]
}

function brokenBy(fleet: Fleet, app: App, path: Path): readonly Broken[] {
  const { objectives } = app
  if (objectives === undefined) return []
  const broken: Broken[] = []
  const { recoverWithin, latencyP95, residency } = objectives
  const { audience, recovery, before, after, latencyMilliseconds } = path
  if (recoverWithin !== undefined && recovery !== undefined && recovery.maxSeconds > recoverWithin) {
    broken.push({
      objective: 'recoverWithin',
      wantedSeconds: recoverWithin,
      worstSeconds: recovery.maxSeconds,
      audience,
    })
  }
  const turned = path.outcome === 'recovers' || path.outcome === 'moved'
  const site = Object.keys(after).find((name) => before[name] === undefined)
  if (!turned || site === undefined) return broken
  if (
    latencyP95 !== undefined &&
    latencyMilliseconds.after !== undefined &&
    latencyMilliseconds.after > latencyP95 * 1000
  ) {
    broken.push({
      objective: 'latencyP95',
      wantedMilliseconds: latencyP95 * 1000,
      beforeMilliseconds: latencyMilliseconds.before,
      afterMilliseconds: latencyMilliseconds.after,
      site,
      audience,
    })
  }
  for (const name of Object.keys(after)) {
    const country = countryOf(lookup(fleet).site(name))
    if (
      residency !== undefined &&
      country !== undefined &&
      before[name] === undefined &&
      !residency.includes(country)
    ) {
      broken.push({ objective: 'residency', wanted: residency, country, site: name, audience })
    }
  }
  return broken
}

export const countryOf = (site: Site | undefined): string | undefined => site?.country ?? site?.place.country

interface PlacementGroup {
  readonly sites: readonly Site[]
  readonly placement: App['placement'][number]
}

/** Copies at sites that are alike, together. */
function placementGroups(fleet: Fleet, app: App): readonly PlacementGroup[] {
  const groups = new Map<string, { sites: Site[]; placement: App['placement'][number] }>()
  for (const placement of app.placement) {
    const site = lookup(fleet).site(placement.site)
    if (site === undefined) continue
    const key = `${alikeKey(fleet, site, [app])} ${placement.replicas}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { sites: [site], placement })
    else group.sites.push(site)
  }
  return [...groups.values()]
}

interface Counts {
  readonly copies: number
  readonly replicas: number
  /** Copies that the loss does something to. */
  readonly touched: number
}

/** Of a group of copies that are alike a single loss takes the first, or all: the second speaks for the rest. */
function countCopies(fleet: Fleet, app: App, groups: readonly PlacementGroup[], loss: Loss): Counts {
  let copies = 0
  let replicas = 0
  let touched = 0
  const count = (placement: App['placement'][number], site: Site, times: number) => {
    const well = copyAfter(fleet, app, { ...placement, site: site.name }, [])
    const after = copyAfter(fleet, app, { ...placement, site: site.name }, loss.faults)
    if (well === undefined || after === undefined) return
    if (after.pods > 0) copies += times
    replicas += after.pods * times
    if (touches(fleet, site, loss)) touched += times
  }
  for (const { placement, sites } of groups) {
    const [first, second] = sites
    if (loss.faults.length > 1) for (const site of sites) count(placement, site, 1)
    else {
      if (first !== undefined) count(placement, first, 1)
      if (second !== undefined) count(placement, second, sites.length - 1)
    }
  }
  return { copies, replicas, touched }
}

/** Whether the loss takes anything from the site, be it only from its control plane. */
function touches(fleet: Fleet, site: Site, { faults }: Loss): boolean {
  const cluster = lookup(fleet).cluster(site.cluster)
  const { bySite, others } = sorted(faults)
  if (bySite.has(site.name) || (cluster?.at !== undefined && bySite.has(cluster.at))) return true
  return others.some((fault) => {
    if (fault.cluster !== undefined) return fault.cluster === site.cluster
    if (fault.zone !== undefined)
      return (
        site.place.zone === fault.zone ||
        site.place.parentZone === fault.zone ||
        zonesOf(fleet, site).includes(fault.zone)
      )
    return fault.region === site.place.region || fault.region === cluster?.region
  })
}

/** The slowest recovery of the app after the loss, if its health check were another. */
export function withCheck(
  fleet: Fleet,
  app: App,
  loss: Loss,
  change: { readonly interval: number; readonly failureThreshold: number },
): Bounds | undefined {
  const check = app.expose?.healthCheck
  if (app.expose === undefined || check === undefined) return undefined
  const changed: App = { ...app, expose: { ...app.expose, healthCheck: { ...check, ...change } } }
  return worstOf(
    pathsOf(fleet, changed, loss).filter((path) => lookup(fleet).audience(path.audience)?.at === undefined),
  )?.recovery
}
