// The whole of the fake cloud: what stands in it, what is going on, what is to go wrong, and its clock.

import { setMaxListeners } from 'node:events'
import type { Stack } from './cloudformation/stack.ts'
import type { Entity, Place } from './entities.ts'
import { Store } from './entities.ts'
import { AwsError } from './errors.ts'
import { Faults } from './faults.ts'
import type { Input } from './json.ts'
import type { FakeKubernetes } from './kubernetes.ts'
import type { HttpRequest } from './protocols/protocol.ts'
import type { Zone } from './zones.ts'
import { zonesOf } from './zones.ts'

export interface FakeAwsOptions {
  /** The account of the credentials in `env`. */
  readonly account?: string
  readonly region?: string
  /** How long a resource takes. */
  readonly millisecondsPerResource?: number
  readonly seed?: number
  /** 0 for any free one. */
  readonly port?: number
  /** Values of quotas that differ from what AWS gives a new account: `{ 'ec2/L-1216C47A': 64 }`. */
  readonly quotas?: Readonly<Record<string, number>>
  /** Public parameters that stacks ask for by their name; images of EKS are there anyway. */
  readonly parameters?: Readonly<Record<string, string>>
  /** Groups of Local Zones and Wavelength Zones that the account has opted in to already. */
  readonly optedIn?: readonly string[]
  /** Items on a page where the caller names no number. */
  readonly pageSize?: number
  /** Makes the Kubernetes API of a cluster; without it clusters have an endpoint at which nobody answers. */
  readonly kubernetes?: FakeKubernetes
  /** Machines become nodes only where they could: let in, told of their cluster, with a way out. Else each of them does. */
  readonly strictJoins?: boolean
}

export interface Caller {
  readonly accessKeyId: string
  readonly account: string
  readonly arn: string
  readonly region: string
}

export interface Call extends Place {
  readonly cloud: Cloud
  readonly caller: Caller
  readonly action: string
  readonly input: Input
  readonly request: HttpRequest
}

export type Handler = (call: Call) => Input | Promise<Input>
export type Handlers = Readonly<Record<string, Handler>>

export class Cloud {
  readonly options: FakeAwsOptions
  readonly account: string
  readonly store: Store
  readonly faults: Faults
  readonly stacks: Stack[] = []
  /** Opt-in of zone groups by account: `opted-in`, or on its way. */
  readonly optIns = new Map<string, 'opted-in' | 'pending'>()
  readonly quotas = new Map<string, number>()
  /** Sessions of assumed roles, and keys that are known: by access key. */
  readonly keys = new Map<
    string,
    { readonly account: string; readonly arn: string; readonly secret: string; expiresAt?: Date }
  >()
  /** Roles that nobody may assume. */
  readonly unassumable = new Set<string>()
  readonly buckets = new Map<string, Map<string, { readonly body: Buffer; readonly etag: string; readonly at: Date }>>()
  /** Ends of Kubernetes APIs and the like, for the end of the fake. */
  readonly ends: (() => Promise<void> | void)[] = []
  readonly #stopping = new AbortController()
  #going = 0

  constructor(options: FakeAwsOptions) {
    // each thing that is on its way listens
    setMaxListeners(0, this.#stopping.signal)
    this.options = options
    this.account = options.account ?? '111122223333'
    this.store = new Store(options.seed ?? 1)
    this.faults = new Faults(options.seed ?? 1)
    for (const group of options.optedIn ?? []) this.optIns.set(`${this.account}/${group}`, 'opted-in')
    for (const [code, value] of Object.entries(options.quotas ?? {})) this.quotas.set(code, value)
  }

  get resourceMilliseconds(): number {
    return this.options.millisecondsPerResource ?? 2
  }

  /**
   * Something that goes on by itself; it ends without a word when the fake stops, or when a service says no where nobody listens. What is
   * only due at some time, such as a schedule, does not make the cloud busy.
   */
  go(work: () => Promise<void>, isBusyWith = true): void {
    if (isBusyWith) this.#going += 1
    work()
      .catch((error: unknown) => {
        if (!this.#stopping.signal.aborted && !(error instanceof AwsError)) throw error
      })
      .finally(() => {
        if (isBusyWith) this.#going -= 1
      })
  }

  get isBusy(): boolean {
    return this.#going > 0
  }

  async pause(milliseconds: number = this.resourceMilliseconds): Promise<void> {
    const { signal } = this.#stopping
    signal.throwIfAborted()
    await new Promise<void>((resolve, reject) => {
      const stopped = () => {
        clearTimeout(timer)
        reject(signal.reason)
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', stopped)
        resolve()
      }, milliseconds)
      signal.addEventListener('abort', stopped, { once: true })
    })
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.ends.map((end) => end()))
  }

  zones({ account, region }: Place): readonly (Zone & { readonly optIn: string })[] {
    return zonesOf(region).map((zone) => ({
      ...zone,
      optIn:
        zone.kind === 'availability-zone'
          ? 'opt-in-not-required'
          : this.optIns.get(`${account}/${zone.group}`) === 'opted-in'
            ? 'opted-in'
            : 'not-opted-in',
    }))
  }

  /** Of a type, by id, where the caller looks. */
  find(type: string, id: string, place: Place): Entity | undefined {
    return this.store.get(type, id, place)
  }
}
