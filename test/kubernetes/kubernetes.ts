// A cluster's API for tests: it listens on the loopback with a certificate of its own, holds objects by the rules of the real one, and has
// stand-ins for the controllers that a fleet leans on. What it models, and what it does not, is in SPEC.md.

import { randomUUID } from 'node:crypto'
import type { Certificates } from './certificates.ts'
import { certificatesFor } from './certificates.ts'
import type { Balancers, Surroundings } from './controllers.ts'
import { makeControllers } from './controllers.ts'
import type { Fields } from './merging.ts'
import type { Fault, Switches } from './server.ts'
import { serve } from './server.ts'
import type { Held, Store } from './store.ts'
import { makeStore } from './store.ts'

export interface KubernetesOptions {
  readonly name: string
  readonly region?: string
  /** Whether a bearer token is let in; tokens of service accounts always are. Left out: any token, or none. */
  readonly mayAsk?: (token: string | undefined) => boolean
  readonly balancers?: Balancers
  readonly onPremises?: boolean
  /** Names in its certificate beside the loopback. */
  readonly hosts?: readonly string[]
  /** How long the stand-ins take before they look. */
  readonly delayMs?: number
  /** An API alone, such as Karmada's: no node, no workload, no load balancer. */
  readonly bare?: boolean
  /** Stand-ins of an engine that runs on it. */
  readonly engines?: readonly ((store: Store, around: Surroundings) => void | Promise<void>)[]
}

export interface NodesOf {
  readonly site: string
  readonly pool: string
  readonly count: number
  readonly zone?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly taints?: readonly Fields[]
  readonly ready?: boolean
}

export interface FakeKubernetes {
  readonly name: string
  /** `https://127.0.0.1:PORT` */
  readonly endpoint: string
  readonly ca: string
  /** The certificate of whoever may do anything. */
  readonly admin: { readonly cert: string; readonly key: string }
  readonly store: Store
  /** Each request, as `PATCH /apis/…`. */
  readonly asked: readonly string[]
  readonly addNodes: (nodes: NodesOf) => void
  readonly removeNodes: (site: string, pool: string) => void
  readonly find: (kind: string, namespace: string | undefined, name: string) => Held | undefined
  readonly all: (kind: string) => readonly Held[]
  /** A token that is let in, as one of a service account. */
  readonly token: (account?: string) => string
  readonly plant: (fault: Fault) => void
  /** Each answer takes that long. */
  readonly slow: (milliseconds: number) => void
  /** Takes connections and never answers, until told otherwise. */
  readonly silent: (on: boolean) => void
  /** A workload of that name never becomes available, until it is mended. */
  readonly break: (workload: string) => void
  readonly mend: (workload: string) => void
  /** Called after each change of an object. */
  readonly onChange: (listener: () => void) => void
  /** What stand-ins stumbled over: empty, or there is a mistake in them. */
  readonly errors: readonly unknown[]
  /** The stand-ins look again, as after a change. */
  readonly look: () => void
  /** Waits until the stand-ins have nothing left to do. */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

export async function startKubernetes(options: KubernetesOptions): Promise<FakeKubernetes> {
  const certificates: Certificates = await certificatesFor(options.hosts)
  const store = makeStore(() => new Date())
  const tokens = new Set<string>()
  const broken = new Set<string>()
  const issue = (account: string): string => {
    const token = `of-account.${account}.${randomUUID()}`
    tokens.add(token)
    return token
  }
  const controllers = makeControllers(
    store,
    {
      cluster: options.name,
      region: options.region ?? 'us-west-2',
      ca: certificates.ca,
      balancers: options.balancers,
      onPremises: options.onPremises ?? false,
      bare: options.bare ?? false,
      issue,
      broken,
      now: () => new Date(),
    },
    options.engines,
  )

  // one look at a time; a change during a look is looked at after it
  let looking: Promise<void> | undefined
  let due = false
  let stopped = false
  const errors: unknown[] = []
  const { delayMs = 10 } = options
  const look = (): void => {
    due = true
    looking ??= (async () => {
      while (due && !stopped) {
        await new Promise<void>((go) => (delayMs > 0 ? setTimeout(go, delayMs) : setImmediate(go)))
        due = false
        // a stand-in that stumbles is a mistake in it: told, and the others go on at the next change
        if (!stopped) await controllers.look().catch((error: unknown) => errors.push(error))
      }
      looking = undefined
    })()
  }
  const listeners = new Set<() => void>()
  store.changed = () => {
    look()
    for (const listener of listeners) listener()
  }
  look()

  const switches: Switches = { slowMs: 0, silent: false, faults: [] }
  const mayAsk = (token: string | undefined, certified: boolean): boolean =>
    certified || (token !== undefined && tokens.has(token)) || (options.mayAsk ?? (() => true))(token)
  const { port, asked, stop } = await serve(certificates, store, switches, mayAsk, issue)

  return {
    name: options.name,
    endpoint: `https://127.0.0.1:${port}`,
    ca: certificates.ca,
    admin: certificates.admin,
    store,
    asked,
    addNodes: ({ site, pool, count, zone, labels, taints, ready = true }) => {
      for (let index = 0; index < count; index += 1) {
        const node = store.apply({
          apiVersion: 'v1',
          kind: 'Node',
          metadata: {
            name: `${site}-${pool}-${index}`,
            labels: {
              'kubernetes.io/hostname': `${site}-${pool}-${index}`,
              'kubernetes.io/os': 'linux',
              'skerry.dev/site': site,
              'skerry.dev/pool': pool,
              ...(zone !== undefined && { 'topology.kubernetes.io/zone': zone }),
              ...labels,
            },
          },
          spec: taints === undefined ? {} : { taints },
        })
        store.setStatus(node, {
          conditions: [
            { type: 'Ready', status: ready ? 'True' : 'False', reason: ready ? 'KubeletReady' : 'KubeletNotReady' },
          ],
          nodeInfo: { kubeletVersion: 'v1.35.0' },
        })
      }
    },
    removeNodes: (site, pool) => {
      for (const node of store.all('Node')) if (node.metadata.name.startsWith(`${site}-${pool}-`)) store.delete(node)
    },
    find: store.find,
    all: store.all,
    token: (account = 'tests') => issue(account),
    plant: (fault) => {
      switches.faults.push({ fault, left: fault.times ?? 1 })
    },
    slow: (milliseconds) => {
      switches.slowMs = milliseconds
    },
    silent: (on) => {
      switches.silent = on
    },
    break: (workload) => {
      broken.add(workload)
      look()
    },
    mend: (workload) => {
      broken.delete(workload)
      look()
    },
    onChange: (listener) => {
      listeners.add(listener)
    },
    errors,
    look,
    settled: async () => {
      while (looking !== undefined) await looking
    },
    stop: async () => {
      stopped = true
      store.changed = undefined
      await stop()
    },
  }
}
