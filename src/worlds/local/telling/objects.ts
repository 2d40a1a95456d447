// What of the engines' objects the telling reads, and no more.

export interface Meta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[]
}

export interface Seen {
  readonly metadata: Meta
}

export interface Condition {
  readonly type: string
  readonly status: string
  readonly reason?: string
}

export interface Taint {
  readonly key: string
  readonly effect: string
}

export interface NodeObject extends Seen {
  readonly spec?: { readonly taints?: readonly Taint[] }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export interface PodObject extends Seen {
  readonly spec?: { readonly nodeName?: string }
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] }
}

export interface WorkloadObject extends Seen {
  readonly spec?: {
    readonly replicas?: number
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } }
  }
}

export interface EndpointSliceObject extends Seen {
  readonly endpoints?: readonly { readonly conditions?: { readonly ready?: boolean } }[] | null
}

export interface MemberObject extends Seen {
  readonly spec?: { readonly taints?: readonly Taint[] }
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export interface BindingObject extends Seen {
  readonly spec?: {
    readonly resource?: { readonly kind: string; readonly name: string; readonly namespace?: string }
    readonly clusters?: readonly { readonly name: string; readonly replicas?: number }[]
    readonly gracefulEvictionTasks?: readonly { readonly fromCluster: string; readonly replicas?: number }[]
  }
  readonly status?: {
    readonly aggregatedStatus?: readonly { readonly clusterName: string; readonly health?: string }[]
  }
}

export interface SourceObject extends Seen {
  readonly status?: { readonly conditions?: readonly Condition[] }
}

export const statusOf = (conditions: readonly Condition[] | undefined, type: string): string =>
  conditions?.find((condition) => condition.type === type)?.status ?? 'Unknown'

export const hasTaint = (taints: readonly Taint[] | undefined, effect: string, keys: RegExp): boolean =>
  taints?.some((taint) => taint.effect === effect && keys.test(taint.key)) === true
