// The users of a fleet, from the plan: each audience of each app that has a front door here, with the doors that it has a way to.

import type { App, Audience, Fleet, Site } from '../../../../model/fleet.ts'
import { lookup } from '../../../../model/lookup.ts'
import type { Plan } from '../../../../model/plan.ts'
import { siteTraits } from '../../../../places/index.ts'
import { ttlViolators } from '../../../../timers/resolver.ts'
import type { Hop } from '../conditions.ts'
import { internetOf, powerOf } from '../conditions.ts'
import { subnetOf } from '../dns/config.ts'
import { isOnLanOf } from '../dns/dns-of.ts'
import type { DoorConfig } from '../doors/config.ts'
import type { AudienceConfig, AudienceDoor } from './config.ts'

/** TTL-honouring resolvers are stood for by this many, as in the twin. */
const keepers = 20

export function audiencesOf(
  plan: Plan,
  doors: readonly DoorConfig[],
  /** Of the name server that answers for the app. */
  dnsPort: (app: App) => number,
  violators: number = ttlViolators.share,
): readonly AudienceConfig[] {
  const { fleet } = plan
  const find = lookup(fleet)
  return fleet.apps.flatMap((app) => {
    const own = doors.filter((door) => door.app === app.name)
    if (app.expose === undefined) return []
    const { host } = app.expose
    return app.audiences.flatMap((name): readonly AudienceConfig[] => {
      const audience = find.audience(name)
      if (audience === undefined) return []
      const lan = isOnLanOf(plan, audience, app.name)
      const reached = lan ? own.flatMap((door) => lanDoor(audience, door)) : publicDoors(fleet, audience, own)
      // nothing of it runs here
      if (lan ? reached.length === 0 : own.every((door) => door.public === undefined)) return []
      return [
        {
          app: app.name,
          audience: name,
          host,
          path: app.expose?.healthCheck?.path ?? '/',
          ...(!lan && { dnsPort: dnsPort(app), subnet: subnetOf(fleet.audiences.indexOf(audience)) }),
          doors: reached,
          resolvers: violators < 1 ? keepers : 0,
          violators,
        },
      ]
    })
  })
}

/** No address of the internet, and no line to it: the power of the site is all that it takes. */
function lanDoor({ at }: Audience, { site, lan }: DoorConfig): readonly AudienceDoor[] {
  return site === at && lan !== undefined ? [{ site, ...lan, crosses: [powerOf(site)] }] : []
}

function publicDoors(fleet: Fleet, audience: Audience, doors: readonly DoorConfig[]): readonly AudienceDoor[] {
  const home: readonly Hop[] = audience.at === undefined ? [] : [internetOf(audience.at), powerOf(audience.at)]
  return doors.flatMap(({ site: name, public: door }) => {
    const site = lookup(fleet).site(name)
    if (door === undefined || site === undefined || !hasWay(fleet, audience, site)) return []
    return [{ site: name, ...door, crosses: [...new Set([...door.crosses, ...home])] }]
  })
}

/** Over the network of its carrier, or from the internet where the site is open to it. */
function hasWay(fleet: Fleet, { carrier }: Audience, site: Site): boolean {
  const byCarrier = carrier !== undefined && carrier === site.place.carrier
  return byCarrier || site.internet === true || siteTraits(fleet, site).checkersReachIt.value
}
