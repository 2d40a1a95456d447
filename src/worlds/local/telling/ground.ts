// What causes are looked up by: of each event, what site, cluster, app, name or audience it is about, in the words of its subject; and the
// constants of the fleet that the timers between cause and effect are made of.

import type { App, Drill, Fleet } from '../../../model/fleet.ts'
import { lookup } from '../../../model/lookup.ts'
import type { Plan } from '../../../model/plan.ts'
import type { TimelineEvent } from '../../../model/timeline.ts'
import type { Pace } from '../../../timers/pace.ts'
import { defaultPropagationSeconds } from '../../../timers/route53.ts'

/** An event as causes see it. */
export type Happened = Omit<TimelineEvent, 'cause' | 'timer'>

export interface About {
  /** The first word of the subject. */
  readonly kind: string
  readonly what: string
  readonly site?: string
  readonly cluster?: string
  readonly app?: string
  readonly host?: string
  readonly audience?: string
  readonly federation?: string
  readonly zone?: string
}

export interface Ground {
  readonly plan: Plan
  readonly pace: Pace
  /** Of the drill, where it says one. */
  readonly propagationSeconds: number
  /** Nodes of a site, as the plan has them. */
  readonly nodesOf: (site: string) => number
  readonly about: (event: Pick<Happened, 'subject' | 'what'>) => About
  readonly app: (name: string | undefined) => App | undefined
  /** How the drill takes away what a subject names: packets vanish, or are refused. */
  readonly howLost: (subject: string) => 'blackhole' | 'refuse'
  /** The zone key of a node, as the node controller has it; undefined where no watch has told. */
  readonly zoneOf: (nodeSubject: string) => string | undefined
}

export interface GroundOptions {
  readonly plan: Plan
  readonly drill: Pick<Drill, 'faults' | 'assume'>
  readonly pace: Pace
  readonly zoneOf: Ground['zoneOf']
}

export function groundOf({ plan, drill, pace, zoneOf }: GroundOptions): Ground {
  const { fleet } = plan
  const find = lookup(fleet)
  const clusters = clusterOfCopies(plan)
  const known = new Map<string, About>()
  const aboutOf = ({ subject, what }: Pick<Happened, 'subject' | 'what'>): About => {
    const key = `${subject} ${what}`
    const seen = known.get(key)
    if (seen !== undefined) return seen
    const made = parsed(fleet, clusters, subject, what)
    known.set(key, made)
    return made
  }
  return {
    plan,
    pace,
    propagationSeconds: drill.assume?.dnsPropagation ?? defaultPropagationSeconds,
    zoneOf,
    howLost: (subject) => {
      const [kind, name] = subject.split('/')
      const fault = drill.faults.find((one) => (kind === 'cluster' ? one.cluster : one.site) === name)
      return fault?.how ?? 'blackhole'
    },
    about: aboutOf,
    app: (name) => find.app(name),
    nodesOf: (site) => find.poolsOf(site).reduce((sum, pool) => sum + pool.replicas, 0),
  }
}

const clusterOfCopies = (plan: Plan): ReadonlyMap<string, string> =>
  new Map(plan.placement.map(({ app, site, cluster }) => [`${app}/${site}`, cluster]))

function parsed(fleet: Fleet, clusters: ReadonlyMap<string, string>, subject: string, what: string): About {
  const [kind = '', second = '', third = ''] = subject.split('/')
  const find = lookup(fleet)
  const clusterOf = (site: string) => find.site(site)?.cluster
  const at = (site: string, cluster = clusterOf(site)) => ({ site, ...(cluster !== undefined && { cluster }) })
  switch (kind) {
    case 'site':
    case 'node':
      return { kind, what, ...at(second) }
    case 'copy':
    case 'object':
    case 'door':
    case 'check':
      return { kind, what, app: second, ...at(third, clusters.get(`${second}/${third}`)) }
    case 'cluster':
      return { kind, what, cluster: second }
    case 'clusterZone':
      return { kind, what, cluster: second, zone: third }
    case 'record': {
      const app = fleet.apps.find(({ expose }) => expose?.host === second)?.name
      return { kind, what, host: second, audience: third, ...(app !== undefined && { app }) }
    }
    case 'users':
      return { kind, what, app: second, audience: third }
    case 'member':
      return { kind, what, federation: second, cluster: third }
    case 'binding':
      return { kind, what, federation: second, app: third }
    case 'federation':
      return { kind, what, federation: second }
    case 'app':
      return { kind, what, app: second }
    default:
      return { kind, what }
  }
}
