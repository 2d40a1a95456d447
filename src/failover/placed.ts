// An app as its copies stand: what a federation divides is a copy at the site of each member that Karmada's scheduler gives replicas to.
// What becomes of them when a member is lost, or the app on it, is in moves.ts.

import type { App, Fleet } from '../model/fleet.ts'
import { firstTargets, siteOfMember } from '../schedule/declared.ts'

const made = new WeakMap<App, App>()
const declared = new WeakMap<App, App>()

/** An app that is placed already is given back as it is. */
export function placed(fleet: Fleet, app: App): App {
  if (declared.has(app) || app.placement.every((placement) => placement.federation === undefined)) return app
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
  declared.set(fresh, app)
  return fresh
}

/** The app as the file has it. */
export const declaredOf = (app: App): App => declared.get(app) ?? app
