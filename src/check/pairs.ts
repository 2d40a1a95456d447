// The two sites of a failover.

import type { App, Fleet } from '../model/fleet.ts'
import type { SiteSubject } from './subjects.ts'
import { subjects } from './subjects.ts'

interface Pair {
  readonly app: App
  readonly primary: SiteSubject
  readonly secondary: SiteSubject
}

/** The apps that fail over between two sites. */
export function pairs(fleet: Fleet): readonly Pair[] {
  const { siteNamed } = subjects(fleet)
  return fleet.apps.flatMap((app): Pair[] => {
    const [first, second] = app.expose?.routing.failover ?? []
    const primary = siteNamed.get(first ?? '')
    const secondary = siteNamed.get(second ?? '')
    return primary === undefined || secondary === undefined || primary === secondary
      ? []
      : [{ app, primary, secondary }]
  })
}

/** The field of the app that names them. */
export const pairField = 'expose/routing/failover'
