// Everything that is watched of a fleet while a drill runs: the API servers of its clusters and federations, asked directly and never over a
// link, and the logs of its node controllers. What they show is handed to those who tell of it.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import type { Plan } from '../../../model/plan.ts'
import { clusterSubject } from '../../../timeline/subjects.ts'
import type { ApiConnection } from '../../kube/watch.ts'
import { connectionTo } from '../../kube/watch.ts'
import type { Clients } from '../clients.ts'
import { apiServerOf } from '../clients.ts'
import type { Owner, Ports } from '../engine.ts'
import { engineId } from '../engine.ts'
import { logPath } from '../runner.ts'
import { toldByController } from './controller-log.ts'
import type { LocalCopy } from './copies.ts'
import { membersSeen } from './members.ts'
import { nodesSeen } from './nodes.ts'
import type { BindingObject, MemberObject, NodeObject, Seen, SourceObject } from './objects.ts'
import { statusOf } from './objects.ts'
import type { CopyKind } from './pods.ts'
import { podsSeen } from './pods.ts'
import type { Teller } from './teller.ts'
import { teller } from './teller.ts'

export interface Watches {
  readonly teller: Teller
  /** The zone key of a node, by its subject. */
  readonly zoneOf: (nodeSubject: string) => string | undefined
  /** Reads what has come into the logs since. */
  readLogs(): void
  /** What has not been listed yet. */
  missing(): readonly string[]
  /** What is not as the engines themselves want it. */
  unrest(): readonly string[]
  readonly replicasOf: (app: string, site: string) => number | undefined
  close(): void
}

export interface WatchesOptions {
  readonly plan: Plan
  readonly copies: readonly LocalCopy[]
  readonly clusters: readonly Owner[]
  readonly federations: readonly Owner[]
  readonly ports: Ports
  readonly clients: Clients
  /** The state folder. */
  readonly folder: string
  readonly now?: () => number
}

const kindsOfCopies: Readonly<Record<CopyKind, readonly string[]>> = {
  pods: ['/api/v1/pods'],
  workloads: ['/apis/apps/v1/deployments', '/apis/apps/v1/statefulsets'],
  slices: ['/apis/discovery.k8s.io/v1/endpointslices'],
  services: ['/api/v1/services'],
  ingresses: ['/apis/networking.k8s.io/v1/ingresses'],
  namespaces: ['/api/v1/namespaces'],
}

export function watchesOf(options: WatchesOptions): Watches {
  const { plan, copies, clusters, federations, ports, clients, folder, now = preciseNow } = options
  const tells = teller()
  const nodes = nodesSeen(tells)
  const pods = podsSeen(copies, nodes, tells)
  const members = membersSeen(copies, tells)
  const connections: ApiConnection[] = []
  const unlisted = new Set<string>()

  function open(owner: Owner): ApiConnection {
    const port = ports[apiServerOf(owner)]?.https ?? 0
    const connection = connectionTo({ port, credentials: clients.credentials() })
    connections.push(connection)
    return connection
  }

  /** Objects as they come; one that is gone while nobody looked is told as gone at the next list. */
  function follow<Kind extends Seen>(
    connection: ApiConnection,
    path: string,
    title: string,
    see: (object: Kind, atMs: number, gone: boolean) => void,
    optional = false,
  ): void {
    const known = new Map<string, Kind>()
    const keyOf = ({ metadata }: Kind): string => metadata.uid ?? `${metadata.namespace}/${metadata.name}`
    if (!optional) unlisted.add(title)
    connection.watch<Kind>(path, {
      onSync: (list) => {
        const atMs = now()
        const there = new Set(list.map(keyOf))
        for (const [key, object] of known) {
          if (there.has(key)) continue
          known.delete(key)
          see(object, atMs, true)
        }
        for (const object of list) {
          known.set(keyOf(object), object)
          see(object, atMs, false)
        }
        unlisted.delete(title)
      },
      onObject: (type, object) => {
        if (type === 'DELETED') known.delete(keyOf(object))
        else known.set(keyOf(object), object)
        see(object, now(), type === 'DELETED')
      },
    })
  }

  for (const owner of clusters) {
    const connection = open(owner)
    const { name } = owner
    follow<NodeObject>(connection, '/api/v1/nodes', `the nodes of ${name}`, (node, atMs, gone) =>
      gone ? nodes.gone(name, node) : nodes.see(name, node, atMs),
    )
    for (const [kind, paths] of Object.entries(kindsOfCopies))
      for (const path of paths)
        follow(connection, path, `${path} of ${name}`, (object, atMs, gone) =>
          pods.see(name, kind as CopyKind, object, atMs, gone),
        )
    if (plan.fleet.gitops !== undefined)
      follow<SourceObject>(
        connection,
        '/apis/source.toolkit.fluxcd.io/v1/gitrepositories',
        `the sources of ${name}`,
        ({ status }, atMs) => {
          const fetched = statusOf(status?.conditions, 'Ready') === 'True'
          tells.value({
            subject: clusterSubject(name),
            what: 'source',
            to: fetched ? 'fetched' : 'old',
            text: fetched
              ? `Flux in ${name} fetches from Git again: what was committed meanwhile is on its way`
              : `Flux in ${name} cannot fetch from Git: it goes on with what it last fetched`,
            atMs,
            decidedBy: 'engine',
          })
        },
        true,
      )
  }
  for (const owner of federations) {
    const connection = open(owner)
    const { name } = owner
    follow<MemberObject>(
      connection,
      '/apis/cluster.karmada.io/v1alpha1/clusters',
      `the members of ${name}`,
      (member, atMs, gone) => {
        if (!gone) members.seeMember(name, member, atMs)
      },
    )
    follow<BindingObject>(
      connection,
      '/apis/work.karmada.io/v1alpha2/resourcebindings',
      `the bindings of ${name}`,
      (binding, atMs, gone) => members.seeBinding(name, binding, atMs, gone),
    )
  }
  const logs = clusters.map(({ name }) =>
    tail(logPath(folder, engineId({ kind: 'cluster', name }, 'kube-controller-manager')), (line) => {
      const told = toldByController(name, line, new Date(now()).getFullYear())
      if (told === undefined) return
      // at rest, when this log is opened, no zone is disrupted
      const from =
        tells.last(told.subject, told.what) ?? (told.what === 'disruption' && told.from === null ? 'normal' : 'none')
      tells.value({ ...told, to: from })
      tells.value(told)
    }),
  )

  return {
    teller: tells,
    zoneOf: nodes.zoneOf,
    readLogs: () => {
      for (const log of logs) log.read()
    },
    missing: () => [...unlisted],
    unrest: () => [
      ...clusters.flatMap(({ name }) => {
        const { notReady } = nodes.counts(name)
        return notReady.map((node) => `node ${node} is not ready`)
      }),
      ...pods.unrest(),
      ...members.unrest(),
    ],
    replicasOf: pods.replicasOf,
    close: () => {
      for (const connection of connections) connection.close()
      for (const log of logs) log.close()
    },
  }
}

/** Milliseconds with a fraction, so that what comes together keeps its order. */
const preciseNow = (): number => performance.timeOrigin + performance.now()

interface Tail {
  read(): void
  close(): void
}

/** Lines written after this moment; a log that was cut meanwhile is read from its new beginning. */
function tail(path: string, take: (line: string) => void): Tail {
  let file: number | undefined
  let at = 0
  let rest = ''
  const decoder = new StringDecoder('utf8')
  try {
    file = openSync(path, 'r')
    at = fstatSync(file).size
  } catch {
    // no such engine here
  }
  return {
    read() {
      if (file === undefined) return
      const { size } = fstatSync(file)
      if (size < at) at = 0
      const part = Buffer.alloc(Math.min(size - at, 4 * 1024 * 1024))
      const length = readSync(file, part, 0, part.length, at)
      at += length
      const lines = (rest + decoder.write(part.subarray(0, length))).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    },
    close() {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}
