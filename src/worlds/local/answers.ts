// How this world took each step of the plan: what real engines carried out, what something of ours stood in for, and what is not here.
// The last two are told, never hidden.

import type { Plan, Step } from '../../model/plan.ts'
import { listed } from '../../model/words.ts'
import { isServedByOwn } from '../../model/zones.ts'
import type { Answer } from '../world.ts'
import { done, notHere, standIn } from '../world.ts'
import { dnsPlacement } from './delivery/addons.ts'
import { controllerName } from './delivery/controller.ts'
import { overlayOf } from './delivery/repository.ts'
import type { Layout } from './layout.ts'

export interface Answered {
  readonly step: Step
  readonly answer: Answer
}

export interface Versions {
  readonly kubernetes: string
  readonly karmada: string
}

export function answersOf(plan: Plan, layout: Layout, versions: Versions, speed = 1): readonly Answered[] {
  const running = new Map(layout.clusters.map(({ owner, cluster }) => [owner.name, cluster]))
  const federations = new Map(layout.federations.map((it) => [it.owner.name, it]))
  const byFlux = new Set(layout.clusters.flatMap(({ owner, flux }) => (flux ? [owner.name] : [])))
  const steps = new Map(plan.steps.map((step) => [step.id, step]))
  const clusterOfSite = new Map(plan.fleet.sites.map(({ name, cluster }) => [name, cluster]))

  const answer = (step: Step): Answer => {
    const { cluster: name = '', federation: federationName = '' } = step.subject
    const cluster = running.get(name)
    const federation = federations.get(federationName)
    switch (step.kind) {
      case 'zone.optIn':
        return notHere('there is no account on this machine to opt in with')
      case 'network':
        return notHere('all is on the loopback of this machine')
      case 'cluster.create':
        if (layout.hostsOnly.includes(name)) return notHere('nothing runs on it but Karmada, which runs without it')
        if (cluster === undefined) return notAsked
        if (cluster.kind === 'existing') return standIn('an empty cluster of the same name')
        return cluster.version !== undefined && !versions.kubernetes.includes(`${cluster.version}.`)
          ? standIn(`a control plane of Kubernetes ${versions.kubernetes}`)
          : done
      case 'pool.join':
        if (layout.hostsOnly.includes(name)) return hostOnly
        return cluster === undefined ? notAsked : standIn('nodes of KWOK, on which pods run without containers')
      case 'federation.start': {
        if (federation === undefined) return notAsked
        const { version } = step.intent
        const other = typeof version === 'string' && !versions.karmada.endsWith(version) ? versions.karmada : undefined
        if (other !== undefined) return standIn(`Karmada ${other}`)
        return step.intent.highAvailability === true
          ? standIn('one of each component of Karmada, in place of three')
          : done
      }
      case 'member.join':
        return federation?.members.some((member) => member.cluster === name) === true ? done : notAsked
      case 'addon':
        return elsewhere(name) ?? addon(step)
      case 'gitops.start':
        return (
          elsewhere(name) ??
          (speed === 1 ? done : standIn(`Flux, with the intervals of its repository divided by ${speed}`))
        )
      case 'app.place':
        return placed(step)
      case 'route.point':
        return pointed(step)
      case 'verify':
        return verified(step)
    }
  }

  /** A part of a cluster that does not run here. */
  function elsewhere(name: string | undefined): Answer | undefined {
    if (name === undefined || name === '' || running.has(name)) return undefined
    return layout.hostsOnly.includes(name) ? hostOnly : notAsked
  }

  function addon({ subject, intent }: Step): Answer {
    const { addon: name = '', cluster = '' } = subject
    if (name === controllerName) {
      if (intent.by !== 'flux') return standIn('a Deployment of its name; front doors of ours are its load balancers')
      const start = plan.steps.find((step) => step.kind === 'gitops.start' && step.subject.cluster === cluster)
      return standIn(
        `a chart of its name without webhooks, by the overlay ${overlayOf(start)}; front doors of ours are its load balancers`,
      )
    }
    if (name === dnsPlacement) return standIn('a Deployment of its name on the same nodes, which answers no names')
    if (name === 'oidc-provider') return notHere('there is no IAM on this machine')
    if (name.startsWith('anywhere-')) return notHere('no image is pulled on this machine')
    return byFlux.has(cluster)
      ? standIn('its Package, an object that no controller looks at')
      : notHere('curated packages need their controller, which is not on this machine')
  }

  /** Karmada divides among the members that are here; what was planned for others is not as planned. */
  function placed({ subject }: Step): Answer {
    const app = plan.fleet.apps.find(({ name }) => name === subject.app)
    if (subject.federation === undefined) {
      const there = elsewhere(subject.cluster)
      if (there !== undefined) return there
      const placement = app?.placement.find(({ site }) => site === subject.site)
      return (placement?.source ?? app?.source)?.chart === undefined
        ? done
        : notHere('its chart is not on this machine')
    }
    const federation = federations.get(subject.federation)
    if (federation === undefined) return notAsked
    const planned = plan.placement.flatMap((row) =>
      row.app === subject.app && row.federation === subject.federation && row.replicas > 0 ? [row.cluster] : [],
    )
    const missing = [...new Set(planned)].filter((name) => !running.has(name))
    return missing.length === 0
      ? done
      : standIn(
          `what Karmada makes of it without ${listed(missing)}, which ${missing.length === 1 ? 'was' : 'were'} not asked for`,
        )
  }

  function pointed({ id, subject, intent }: Step): Answer {
    const cluster = subject.site === undefined ? undefined : clusterOfSite.get(subject.site)
    if (subject.site !== undefined && (cluster === undefined || !running.has(cluster))) return notAsked
    const app = plan.fleet.apps.find(({ name }) => name === subject.app)
    if (layout.powerDns && intent.servedBy === 'powerdns') return done
    if (layout.powerDns && app !== undefined && isServedByOwn(plan.fleet, app))
      return standIn('PowerDNS of this machine on the generated zone, with the addresses of front doors of ours')
    return id.startsWith('route.point/checks/')
      ? standIn('health checkers of ours, with the rules of Route 53')
      : standIn('a name server of ours with the rules of Route 53')
  }

  /** Looked at where what it looks at was made here, and only what `up` really waited for. */
  function verified({ intent, subject }: Step): Answer {
    const of = String(intent.of ?? '')
    const claim = String(intent.claim ?? '')
    const federation = federations.get(subject.federation ?? '')
    if (of.startsWith('federation.start/')) return federation === undefined ? notAsked : done
    if (of.startsWith('member.join/'))
      return federation?.members.some((member) => member.cluster === subject.cluster) === true ? done : notAsked
    if (of.startsWith('pool.join/') && /every node is Ready/.test(claim)) return elsewhere(subject.cluster) ?? done
    if (of.startsWith('gitops.start/')) return elsewhere(subject.cluster) ?? done
    if (of.startsWith('addon/') && claim === 'available') return elsewhere(subject.cluster) ?? done
    const made = steps.get(of)
    if (made?.kind === 'app.place') {
      const how = placed(made)
      if (how.kind !== 'done') return how
      return /address/.test(claim) ? standIn('that it is available; its address is that of a front door of ours') : done
    }
    return (
      elsewhere(subject.cluster) ?? notHere('what it would look at is not on this machine, or up does not wait for it')
    )
  }

  return plan.steps.map((step) => ({ step, answer: answer(step) }))
}

const hostOnly = notHere('its cluster does not run here')
const notAsked = notHere('not asked for, by --only')
