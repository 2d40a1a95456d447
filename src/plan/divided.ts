// Who of a federation's members gets how many replicas: Karmada's scheduler is asked, in skerry's port of it. Where a tie is broken by the
// UID of the template, which nobody knows before the template is there, both outcomes are told. How much fits on a member is known to
// Karmada only; where that decides, the answer says what it was worked out with.

import type { App, Federation, Placement } from '../model/fleet.ts'
import type { Assignment } from '../model/plan.ts'
import { failed } from '../schedule/binding.ts'
import { scheduleOutcomes } from '../schedule/schedule.ts'
import type { Ground } from './ground.ts'
import { divisionOf, membersOf, policyOf, siteOfMember } from './karmada.ts'

export function dividedOver(
  ground: Ground,
  app: App,
  placement: Placement,
  federation: Federation,
  declared: string,
): readonly Assignment[] {
  const [first, second] = outcomesOf(ground, placement, federation)
  const common = { app: app.name, namespace: placement.namespace, federation: federation.name }
  const asked = `${declared} on the federation ${federation.name}`
  if (first.failure !== undefined) {
    return [
      {
        ...common,
        site: siteOfMember(ground, federation.host),
        cluster: federation.host,
        replicas: 0,
        why: `${asked}; Karmada would place them nowhere: ${first.failure}`,
      },
    ]
  }
  const members = [...new Set([...first.replicas.keys(), ...(second?.replicas.keys() ?? [])])].sort()
  const how = reasonOf(placement, first.group)
  const tie =
    second === undefined
      ? ''
      : `; ${[first, second].map((it) => sumText(it.replicas, members)).join(' or ')}: the UID of the template decides`
  return members.map((member) => {
    const replicas = first.replicas.get(member) ?? 0
    const other = second?.replicas.get(member) ?? 0
    return {
      ...common,
      site: siteOfMember(ground, member),
      cluster: member,
      replicas,
      ...(second !== undefined && other !== replicas && { alternatives: [other] }),
      why: `${asked}, ${how}${tie}`,
    }
  })
}

interface Divided {
  readonly replicas: ReadonlyMap<string, number>
  readonly group?: string | undefined
  readonly failure?: string
}

function outcomesOf(ground: Ground, placement: Placement, federation: Federation): readonly [Divided, Divided?] {
  const [first, second] = scheduleOutcomes({
    clusters: membersOf(ground, federation),
    replicas: placement.replicas,
    placement: policyOf(federation, placement),
  })
  const divided = (outcome: typeof first): Divided =>
    failed(outcome)
      ? { replicas: new Map(), failure: outcome.error }
      : {
          replicas: new Map(outcome.result.map(({ name, replicas }) => [name, replicas])),
          group: outcome.affinity,
        }
  return second === undefined ? [divided(first)] : [divided(first), divided(second)]
}

function reasonOf(placement: Placement, group: string | undefined): string {
  const within = group === undefined ? '' : ` in the group ${group}`
  switch (divisionOf(placement)) {
    case 'duplicated':
      return `all of them on each member${placement.members === undefined ? '' : ' that may hold it'}${within}`
    case 'weighted': {
      const weights = Object.entries(placement.weights ?? {}).map(([member, weight]) => `${member} ${weight}`)
      return `divided by weight${weights.length === 0 ? ', all equal' : ` (${weights.join(', ')})`}${within}`
    }
    case 'dynamic':
      return `divided by what is free${within}, which only Karmada knows: this is as if each had room for all ${placement.replicas}`
    case 'aggregated':
      return `on as few members as have room${within}, which only Karmada knows: this is as if each had room for all ${placement.replicas}`
  }
}

const sumText = (replicas: ReadonlyMap<string, number>, members: readonly string[]): string =>
  members.map((member) => replicas.get(member) ?? 0).join('+')
