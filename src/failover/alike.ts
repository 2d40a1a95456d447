// Sites that are alike are judged once: rows of one class, in the same place, with the same part in the apps.

import type { App, Cluster, Fleet, Site } from '../model/fleet.ts'
import { lookup } from '../model/lookup.ts'
import { firstTargets, siteOfMember } from '../schedule/declared.ts'
import { routedSites } from './routing.ts'

/** How many there are, and the names of the first few. */
export interface StandsFor {
  readonly count: number
  readonly names: readonly string[]
}

/** Equal for sites whose loss is the same story under another name. */
export function alikeKey(fleet: Fleet, site: Site, apps: readonly App[]): string {
  if (site.class === undefined) return `=${site.name}`
  const part = partsOf(fleet).get(site.name)
  const apart = apps === fleet.apps ? part?.all : part?.byApp.get(apps[0]?.name ?? '')
  return `${placeKey(fleet, site)} ${apart ?? ''}`
}

const placeKeys = new WeakMap<Site, string>()

function placeKey(fleet: Fleet, site: Site): string {
  const known = placeKeys.get(site)
  if (known !== undefined) return known
  const { region, zone, parentZone } = site.place
  const fresh = [
    site.class,
    region,
    zone,
    parentZone,
    clusterKey(lookup(fleet).cluster(site.cluster)),
    site.internet,
  ].join(' ')
  placeKeys.set(site, fresh)
  return fresh
}

function clusterKey(cluster: Cluster | undefined): string {
  return cluster === undefined
    ? ''
    : cluster.class === undefined
      ? `=${cluster.name}`
      : `${cluster.class}/${cluster.eksAnywhere?.managementCluster ?? ''}`
}

interface Part {
  readonly all: string
  readonly byApp: ReadonlyMap<string, string>
}

const parts = new WeakMap<Fleet, ReadonlyMap<string, Part>>()

/** What a site is to the apps: copies and replicas there, named in a routing, users on its LAN. Only sites of classes are asked for it. */
function partsOf(fleet: Fleet): ReadonlyMap<string, Part> {
  const known = parts.get(fleet)
  if (known !== undefined) return known
  const named = new Set(
    fleet.audiences.flatMap((audience) =>
      [audience.at ?? [], typeof audience.near === 'string' ? audience.near : []].flat(),
    ),
  )
  const byApp = new Map<string, Map<string, string>>()
  const add = (site: string | undefined, app: string, text: string) => {
    if (site === undefined) return
    const texts = byApp.get(site) ?? new Map<string, string>()
    texts.set(app, `${texts.get(app) ?? ''}${text}`)
    byApp.set(site, texts)
  }
  for (const app of fleet.apps) {
    for (const placement of app.placement) {
      const { site, replicas, pinned } = placement
      add(site, app.name, `${app.name}:${replicas}${pinned ? 'p' : ''};`)
      const federation = fleet.federations.find(({ name }) => name === placement.federation)
      if (federation === undefined) continue
      // members are alike while the scheduler gives them as much, and their loss is heard of in the same way
      for (const target of firstTargets(fleet, federation, placement).targets)
        add(
          siteOfMember(fleet, target.name),
          app.name,
          `${app.name}:${target.replicas} ${federation.sync[target.name] ?? federation.sync.default};`,
        )
    }
    // one that is named in a routing is like no other
    for (const site of routedSites(app)) add(site, app.name, `@${site};`)
  }
  for (const site of named) add(site, '', `@${site};`)
  const result = new Map(
    [...byApp].map(([site, texts]) => [
      site,
      {
        all: [...texts.values()].join(''),
        byApp: new Map([...texts].map(([app, text]) => [app, `${text}${texts.get('') ?? ''}`])),
      },
    ]),
  )
  parts.set(fleet, result)
  return result
}

export function groupAlike<Item extends { readonly name: string }>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
): readonly { readonly first: Item; readonly standsFor: StandsFor }[] {
  const groups = new Map<string, { first: Item; count: number; names: string[] }>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { first: item, count: 1, names: [item.name] })
    else {
      group.count++
      if (group.names.length < 3) group.names.push(item.name)
    }
  }
  return [...groups.values()].map(({ first, count, names }) => ({ first, standsFor: { count, names } }))
}
