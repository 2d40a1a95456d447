// What can be known before anything is made, cheapest first: who asks and in which account, whether Regions and zones are open to it, what
// they offer, what the quotas leave, whose the names are. All of it is told at once; nothing is changed.

import type { StackFile } from '../../../../artefacts/cloudformation/stacks.ts'
import type { Ground } from '../../ground.ts'
import { placesOf, whereOfStack } from '../fleet-accounts.ts'
import { ZoneFacts } from './facts.ts'
import type { PreflightFinding } from './finding.ts'
import { tolerant } from './finding.ts'
import { identityFindings, regionFindings } from './identity.ts'
import { nameFindings, stacksIn } from './names.ts'
import { hostedZoneFindings, networkFindings } from './networks.ts'
import { offeringFindings } from './offerings.ts'
import { quotaFindings } from './quotas.ts'
import { zoneFindings } from './zone-state.ts'

export interface Preflight {
  readonly findings: readonly PreflightFinding[]
  /** Stacks of the plan that are there. */
  readonly there: ReadonlySet<string>
}

export async function preflight(
  ground: Ground,
  stacks: readonly StackFile[],
  say: (what: string) => void,
): Promise<Preflight> {
  const { fleet } = ground.plan
  const places = placesOf(stacks.map((file) => whereOfStack(fleet, file)))
  say('who asks, and in which account')
  const identity = await identityFindings(ground, places)
  if (identity.some(({ severity }) => severity === 'error')) return { findings: identity, there: new Set() }
  say('whether the Regions are enabled')
  const regions = await regionFindings(ground, places)
  if (regions.some(({ severity }) => severity === 'error'))
    return { findings: [...identity, ...regions], there: new Set() }
  say('which stacks are there')
  const all = await Promise.all(places.map(async (at) => ({ at, stacks: await stacksIn(ground.aws, at) })))
  const there = new Set(
    all.flatMap((place) => place.stacks.filter(({ fleet: owner }) => owner === fleet.name).map(({ name }) => name)),
  )
  const facts = new ZoneFacts(ground.aws)
  say('zones, what they offer, quotas, names and networks')
  const rest = await Promise.all([
    tolerant('the zones', () => zoneFindings(ground, facts)),
    tolerant('what the zones offer', () => offeringFindings(ground, stacks, there, facts)),
    tolerant('the quotas', () => quotaFindings(ground, stacks, there)),
    tolerant('the names', () => nameFindings(ground, stacks, all)),
    tolerant('the networks', () => networkFindings(ground, places)),
    tolerant('the hosted zones', () => hostedZoneFindings(ground)),
  ])
  return { findings: [...identity, ...regions, ...rest.flat()], there }
}
