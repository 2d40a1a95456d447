// How this world took each step of the plan: what real engines carried out, what something of ours stood in for, and what is not here.
// The last two are told, never hidden.

import type { Plan, Step } from '../../model/plan.ts'
import type { Answer } from '../world.ts'
import { done, notHere, standIn } from '../world.ts'
import type { Layout } from './layout.ts'

export interface Answered {
  readonly step: Step
  readonly answer: Answer
}

export interface Versions {
  readonly kubernetes: string
  readonly karmada: string
}

export function answersOf(plan: Plan, layout: Layout, versions: Versions): readonly Answered[] {
  const running = new Map(layout.clusters.map(({ owner, cluster }) => [owner.name, cluster]))
  const federations = new Map(layout.federations.map((it) => [it.owner.name, it]))

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
        return elsewhere(name) ?? notHere('add-ons are not installed on this machine yet')
      case 'gitops.start':
        return elsewhere(name) ?? notHere('Flux does not run on this machine yet')
      case 'app.place':
        return elsewhere(name) ?? notHere('apps are not placed on this machine yet')
      case 'route.point':
        return notHere('DNS does not answer on this machine yet')
      case 'verify':
        return verified(step)
    }
  }

  /** A part of a cluster that does not run here. */
  function elsewhere(name: string | undefined): Answer | undefined {
    if (name === undefined || name === '' || running.has(name)) return undefined
    return layout.hostsOnly.includes(name) ? hostOnly : notAsked
  }

  /** Looked at where what it looks at was made here. */
  function verified({ intent, subject }: Step): Answer {
    const of = String(intent.of ?? '')
    const federation = federations.get(subject.federation ?? '')
    if (of.startsWith('federation.start/')) return federation === undefined ? notAsked : done
    if (of.startsWith('member.join/'))
      return federation?.members.some((member) => member.cluster === subject.cluster) === true ? done : notAsked
    if (of.startsWith('pool.join/') && /every node is Ready/.test(String(intent.claim)))
      return running.has(subject.cluster ?? '') ? done : notAsked
    return elsewhere(subject.cluster) ?? notHere('what it would look at is not on this machine')
  }

  return plan.steps.map((step) => ({ step, answer: answer(step) }))
}

const hostOnly = notHere('its cluster does not run here')
const notAsked = notHere('not asked for, by --only')
