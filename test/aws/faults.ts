// What goes wrong on purpose: by API action, as the network and the service fail, and by resource, as the cloud fails to make or to delete it.

/** An action is `cloudformation:CreateStack`, `CreateStack`, `ec2:*` or `*`. */
interface OfAction {
  readonly action: string
  /** Only calls of this Region. */
  readonly region?: string
}

interface OfResource {
  /** Name of the stack; any when absent. */
  readonly stack?: string
  readonly logicalId?: string
  /** `AWS::EC2::Subnet`. */
  readonly type?: string
}

interface HowOften {
  /** So many times, then no more; without it and without a probability, always. */
  readonly times?: number
  /** Of each call, from the seed of the fake. */
  readonly probability?: number
}

export type ActionFault = HowOften &
  OfAction &
  (
    | { readonly kind: 'throttle' }
    | { readonly kind: 'serverError' }
    /** The connection is reset before the call is heard. */
    | { readonly kind: 'reset' }
    /** It is done, and the connection is reset before the answer. */
    | { readonly kind: 'answerLost' }
    | { readonly kind: 'denied' }
    | { readonly kind: 'expired' }
    | { readonly kind: 'slow'; readonly milliseconds: number }
  )

export type ResourceFault = HowOften &
  OfResource &
  (
    | { readonly kind: 'resourceFailed'; readonly message?: string }
    | { readonly kind: 'deleteFailed'; readonly message?: string }
    | { readonly kind: 'resourceSlow'; readonly milliseconds: number }
    /** No machines of a type, or none at all, in a zone. */
    | { readonly kind: 'noCapacity'; readonly zone?: string; readonly instanceType?: string }
  )

export type Fault = ActionFault | ResourceFault

export interface Planted {
  readonly fault: Fault
  /** How often it struck. */
  hits: number
  readonly lift: () => void
}

export class Faults {
  readonly planted: Planted[] = []
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1
  }

  plant(fault: Fault): Planted {
    const planted: Planted = {
      fault,
      hits: 0,
      lift: () => {
        const at = this.planted.indexOf(planted)
        if (at >= 0) this.planted.splice(at, 1)
      },
    }
    this.planted.push(planted)
    return planted
  }

  /** Each kind that strikes this call. */
  ofAction(service: string, action: string, region: string): readonly ActionFault[] {
    return this.#strike((fault): fault is ActionFault => {
      if (!('action' in fault) || (fault.region !== undefined && fault.region !== region)) return false
      return [action, `${service}:${action}`, `${service}:*`, '*'].includes(fault.action)
    })
  }

  ofResource<Kind extends ResourceFault['kind']>(
    kind: Kind,
    at: {
      readonly stack?: string
      readonly logicalId?: string
      readonly type: string
      readonly zone?: string
      readonly instanceType?: string
    },
  ): Extract<ResourceFault, { kind: Kind }> | undefined {
    type Wanted = Extract<ResourceFault, { kind: Kind }>
    const fits = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is
    const [struck] = this.#strike((fault): fault is Wanted => {
      if (fault.kind !== kind || 'action' in fault) return false
      if (fault.kind === 'noCapacity' && !(fits(fault.zone, at.zone) && fits(fault.instanceType, at.instanceType)))
        return false
      return fits(fault.stack, at.stack) && fits(fault.logicalId, at.logicalId) && fits(fault.type, at.type)
    }, 1)
    return struck
  }

  #strike<Wanted extends Fault>(wanted: (fault: Fault) => fault is Wanted, most = 10): readonly Wanted[] {
    const struck: Wanted[] = []
    for (const planted of this.planted) {
      const { fault } = planted
      if (struck.length >= most || !wanted(fault)) continue
      if (fault.times !== undefined && planted.hits >= fault.times) continue
      if (fault.probability !== undefined && this.#chance() >= fault.probability) continue
      planted.hits += 1
      struck.push(fault)
    }
    return struck
  }

  /** mulberry32: small, and the same everywhere. */
  #chance(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let it = this.#state
    it = Math.imul(it ^ (it >>> 15), it | 1)
    it ^= it + Math.imul(it ^ (it >>> 7), it | 61)
    return ((it ^ (it >>> 14)) >>> 0) / 4_294_967_296
  }
}
