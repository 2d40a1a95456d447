// What is lost with a control plane, a zone or a Region: each thing that goes along has an event of its own where people would
// look for one. What a zone takes along is a matter of places and traits: what stands in it, what hangs on it.

import type { Fault } from '../../../model/fleet.ts'
import type { EventValue } from '../../../model/timeline.ts'
import { clusterSubject, regionSubject, siteSubject, zoneSubject } from '../../../timeline/subjects.ts'
import { atOnce } from '../../../timers/timer.ts'
import { clusterState, touchSite } from '../build.ts'
import type { Cause, Node, SiteState, World } from '../state.ts'
import type { Effect } from './effect.ts'
import { hold } from './effect.ts'

export function clusterEffect(world: World, fault: Fault, name: string): Effect {
  const cluster = clusterState(world, name)
  const held = hold(world, cluster.controlPlane, fault.how ?? 'blackhole')
  const lost = fault.lose === 'etcd' ? 'etcd, and with it its control plane' : 'control plane'
  return {
    subject: clusterSubject(name),
    what: 'controlPlane',
    from: 'up',
    to: 'down',
    text: `${name} loses its ${lost}`,
    back: `${name} has its ${lost} again`,
    begin: (cause) => {
      held.take(cause)
      world.tell.controlPlanePower(cluster, cause)
    },
    end: (cause) => {
      held.give(cause)
      world.tell.controlPlanePower(cluster, cause)
    },
  }
}

type Take = { readonly take: (cause: Cause) => void; readonly give: (cause: Cause) => void }

/** What a zone or a Region takes along, thing by thing, each with an event of its own where people would look for one. */
interface Taken extends Take {
  readonly site?: SiteState
  readonly subject: string
  readonly what: string
  readonly text: readonly [gone: string, back: string]
  readonly from: EventValue
  readonly to: EventValue
  readonly after: (cause: Cause) => void
}

function together(
  world: World,
  says: Pick<Effect, 'subject' | 'what' | 'text' | 'back'>,
  taken: readonly Taken[],
): Effect {
  return {
    ...says,
    from: 'up',
    to: 'down',
    begin: (cause) => {
      for (const one of taken) {
        const told = emit(world, one, cause, false)
        one.take(told)
        one.after(told)
      }
    },
    end: (cause) => {
      for (const one of taken) {
        const told = emit(world, one, cause, true)
        one.give(told)
        one.after(told)
      }
    },
  }
}

function emit(world: World, taken: Taken, cause: Cause, back: boolean): Cause {
  const site = taken.site?.site.name
  return world.log.emit({
    subject: taken.subject,
    what: taken.what,
    from: back ? taken.to : taken.from,
    to: back ? taken.from : taken.to,
    because: { cause, timer: atOnce },
    text: back ? taken.text[1] : taken.text[0],
    ...(site === undefined ? {} : { site }),
  })
}

export function zoneEffect(world: World, fault: Fault, zone: string): Effect {
  const taken: Taken[] = []
  const inside = world.fleet.sites.filter(
    (site) => site.place.zone === zone || site.place.parentZone === zone || hasSubnetIn(world, site.name, zone),
  )
  for (const { name } of inside) {
    const site = touchSite(world, name)
    const anchored = site.traits.locale === 'outpost'
    const hangs = site.site.place.parentZone === zone
    if (fault.lose === 'controlPlane') taken.push(balancerControl(world, site))
    else if (anchored) taken.push(link(world, site))
    else if (hangs) taken.push(balancerControl(world, site))
    else if (site.site.place.zone === zone) taken.push(sitePower(world, site))
    else taken.push(...nodesIn(world, site, zone))
  }
  const what = fault.lose === 'controlPlane' ? 'controlPlane' : 'everything'
  const lost = what === 'everything' ? 'everything' : 'its control plane'
  return together(
    world,
    { subject: zoneSubject(zone), what, text: `zone ${zone} loses ${lost}`, back: `zone ${zone} is back` },
    taken,
  )
}

function hasSubnetIn(world: World, name: string, zone: string): boolean {
  const place = world.fleet.sites.find((site) => site.name === name)?.place
  return place?.zone === undefined && place?.region !== undefined && zone === `${place.region}${zone.at(-1)}`
}

export function regionEffect(world: World, fault: Fault, region: string): Effect {
  const taken: Taken[] = []
  for (const { name, place } of world.fleet.sites) {
    if (place.region !== region) continue
    const site = touchSite(world, name)
    if (fault.lose === 'controlPlane') taken.push(balancerControl(world, site))
    else if (site.traits.locale === 'availability-zone') taken.push(sitePower(world, site))
    else taken.push(link(world, site))
  }
  for (const { name, region: at } of world.fleet.clusters) {
    if (at !== region) continue
    const cluster = clusterState(world, name)
    if (cluster.controlPlaneSite !== undefined) continue
    taken.push({
      ...hold(world, cluster.controlPlane, 'blackhole'),
      subject: cluster.subject,
      what: 'controlPlane',
      from: 'up',
      to: 'down',
      text: [`the control plane of ${name} is gone`, `the control plane of ${name} is back`],
      after: (cause) => world.tell.controlPlanePower(cluster, cause),
    })
  }
  const what = fault.lose === 'controlPlane' ? 'controlPlane' : 'everything'
  const lost = what === 'everything' ? 'everything' : 'its control plane; what runs goes on'
  return together(
    world,
    { subject: regionSubject(region), what, text: `${region} loses ${lost}`, back: `${region} is back` },
    taken,
  )
}

function sitePower(world: World, site: SiteState): Taken {
  const { name } = site.site
  return {
    ...hold(world, site.power, 'blackhole'),
    site,
    subject: siteSubject(name),
    what: 'power',
    from: 'on',
    to: 'off',
    text: [`${name} loses its power`, `${name} has power again`],
    after: (cause) => world.tell.power(site, cause),
  }
}

function link(world: World, site: SiteState): Taken {
  const { name } = site.site
  return {
    ...hold(world, site.link, 'blackhole'),
    site,
    subject: siteSubject(name),
    what: 'serviceLink',
    from: 'up',
    to: 'down',
    text: [`${name} loses the way to its control plane`, `${name} has the way to its control plane again`],
    after: (cause) => world.tell.reach(site, undefined, cause),
  }
}

function balancerControl(world: World, site: SiteState): Taken {
  const { name } = site.site
  return {
    ...hold(world, site.balancerControl, 'blackhole'),
    site,
    subject: siteSubject(name),
    what: 'registrations',
    from: 'possible',
    to: 'impossible',
    text: [`no target can be registered at ${name}`, `targets can be registered at ${name} again`],
    after: (cause) => world.tell.reach(site, undefined, cause),
  }
}

function nodesIn(world: World, site: SiteState, zone: string): readonly Taken[] {
  return site.nodes
    .filter((node) => node.zone.key === zone)
    .map((node: Node) => ({
      ...hold(world, node.power, 'blackhole'),
      site,
      subject: node.subject,
      what: 'power',
      from: 'on',
      to: 'off',
      text: [
        `node ${node.name} at ${site.site.name} loses its power`,
        `node ${node.name} at ${site.site.name} has power again`,
      ],
      after: (cause) => world.tell.power(site, cause),
    }))
}
