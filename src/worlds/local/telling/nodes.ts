// What a cluster says of its nodes: whether they are ready, and whether they are closed or marked for eviction.

import { nodeSubject } from '../../../timeline/subjects.ts'
import { siteLabel } from '../engines/kwok.ts'
import { poolLabel } from '../nodes.ts'
import type { NodeObject } from './objects.ts'
import { hasTaint, statusOf } from './objects.ts'
import type { Teller } from './teller.ts'

export interface NodesSeen {
  see(cluster: string, node: NodeObject, atMs: number): void
  gone(cluster: string, node: NodeObject): void
  /** The site of a node of that name in the cluster. */
  siteOf(cluster: string, name: string | undefined): string | undefined
  /** The zone key of a node, by its subject. */
  zoneOf(subject: string): string | undefined
  /** Ready, and how many there are, by cluster. */
  counts(cluster: string): { readonly nodes: number; readonly notReady: readonly string[] }
}

interface Known {
  readonly cluster: string
  readonly site: string
  readonly name: string
  readonly zone: string
  readonly ready: string
}

const lost = /^node\.kubernetes\.io\/(unreachable|not-ready)$/

export function nodesSeen(teller: Teller): NodesSeen {
  const known = new Map<string, Known>()
  const sites = new Map<string, string>()
  const key = (cluster: string, name: string): string => `${cluster}/${name}`

  return {
    see(cluster, { metadata, spec, status }, atMs) {
      const site = metadata.labels?.[siteLabel]
      if (site === undefined) return
      const name = nameOf(metadata.name, site, metadata.labels?.[poolLabel])
      const ready = statusOf(status?.conditions, 'Ready')
      const subject = nodeSubject(site, name)
      known.set(key(cluster, metadata.name), {
        ...{ cluster, site, name, ready },
        zone: metadata.labels?.['topology.kubernetes.io/zone'] ?? '',
      })
      sites.set(key(cluster, metadata.name), site)
      const about = { subject, site, decidedBy: 'engine' as const, atMs }
      const who = `node ${name} at ${site}`
      teller.value({
        ...about,
        what: 'ready',
        to: ready,
        text:
          ready === 'True'
            ? `${who} is Ready to ${cluster} again`
            : `${who} is ${ready === 'Unknown' ? 'Unknown' : 'not ready'} to ${cluster}`,
      })
      const closed = hasTaint(spec?.taints, 'NoSchedule', lost)
      teller.value({
        ...about,
        what: 'noSchedule',
        to: closed,
        text: `${who} takes ${closed ? 'no new pods' : 'pods again'}`,
      })
      const marked = hasTaint(spec?.taints, 'NoExecute', lost)
      teller.value({
        ...about,
        what: 'noExecute',
        to: marked,
        text: `${who} is ${marked ? 'marked' : 'no longer marked'} for eviction`,
      })
    },
    gone: (cluster, { metadata }) => {
      known.delete(key(cluster, metadata.name))
    },
    siteOf: (cluster, name) => (name === undefined ? undefined : sites.get(key(cluster, name))),
    zoneOf: (subject) => {
      const found = [...known.values()].find(({ site, name }) => nodeSubject(site, name) === subject)
      return found === undefined ? undefined : found.zone
    },
    counts: (cluster) => {
      const here = [...known.values()].filter((node) => node.cluster === cluster)
      return {
        nodes: here.length,
        notReady: here.filter(({ ready }) => ready !== 'True').map(({ name, site }) => `${name} at ${site}`),
      }
    },
  }
}

/** As the twin counts the nodes of a pool, from 0; the engine has the site in front of the name, and counts from 1. */
export function nameOf(name: string, site: string, pool: string | undefined): string {
  const number = Number(/-(\d+)$/.exec(name)?.[1])
  if (pool === undefined || name !== `${site}-${pool}-${number}`) return name
  return `${pool}-${number - 1}`
}
