// A federation's placement as the plan tells it. What Karmada's scheduler is asked is written once, in schedule/, for the plan and the
// twin alike, so that the plan cannot promise what the twin does not play.

import type { Federation, Placement } from '../model/fleet.ts'
import type { MemberCluster } from '../schedule/binding.ts'
import { memberCluster, siteOfMember as siteIn } from '../schedule/declared.ts'
import type { Ground } from './ground.ts'

export { lostTaint, policyOf } from '../schedule/declared.ts'

export type Division = NonNullable<Placement['division']>

export const divisionOf = ({ division, weights }: Placement): Division =>
  division ?? (weights === undefined ? 'duplicated' : 'weighted')

/** The members as Karmada knows them once they have joined. */
export const membersOf = ({ fleet }: Ground, federation: Federation): readonly MemberCluster[] =>
  [...new Set(federation.memberClusters)].map((name) => memberCluster(fleet, name))

/** The site at which copies on a member run; the name of the member where no site is declared for it. */
export const siteOfMember = ({ fleet }: Ground, member: string): string => siteIn(fleet, member) ?? member
