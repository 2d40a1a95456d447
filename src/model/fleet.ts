// The fleet: everything declared, read, expanded and resolved. Plain data, read-only all the way. Most of it has the very shape of
// the declaration; what is resolved (places, clusters of pools, classes into rows) is said here.

import type { z } from 'zod'
import type { appDocument, placementEntry } from './declaration/app.ts'
import type { cluster, eks, eksAnywhere, eksOutpost, existingCluster } from './declaration/cluster.ts'
import type { drillDocument, expectation, fault } from './declaration/drill.ts'
import type {
  acceptance,
  audience,
  federation,
  fleetDocument,
  gitops,
  link,
  metadata,
  nodePool,
  site,
} from './declaration/fleet.ts'
import type { account, dnsZone, network, siteNetwork, subnet } from './declaration/network.ts'
import type { HardwareFile } from './hardware.ts'
import type { Origin, Sources } from './origin.ts'
import type { Location, NodeKind, Place } from './place.ts'

/** Read-only all the way down. */
export type Plain<T> = T extends (infer Item)[]
  ? readonly Plain<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Plain<T[Key]> }
    : T

type Declared<Schema extends z.ZodType> = Plain<z.output<Schema>>
type At = { readonly origin: Origin }

export type Metadata = Declared<typeof metadata>
export type Account = Declared<typeof account> & At
export type Subnet = Declared<typeof subnet> & At
export type Network = Omit<Declared<typeof network>, 'subnets'> & At & { readonly subnets: readonly Subnet[] }
export type DnsZone = Declared<typeof dnsZone> & At
export type Eks = Declared<typeof eks>
export type EksOutpost = Declared<typeof eksOutpost>
export type EksAnywhere = Declared<typeof eksAnywhere>
export type ExistingCluster = Declared<typeof existingCluster>
export type ClusterKind = 'eks' | 'eksOutpost' | 'eksAnywhere' | 'existing'

export type Cluster = Declared<typeof cluster> &
  At & {
    readonly kind: ClusterKind
    /** Kubernetes minor version, such as 1.35; undefined where an existing cluster does not say. */
    readonly version: string | undefined
    /** The Region of its control plane, where it has one. */
    readonly region: string | undefined
    /** The class that it was expanded from. */
    readonly class?: string
  }

export type Link = Declared<typeof link>
export type SiteNetwork = Declared<typeof siteNetwork>

export type Site = Omit<Declared<typeof site>, 'place' | 'nodePools' | 'location'> &
  At & {
    readonly place: Place
    /** Declared, or that of its zone. */
    readonly location: Location | undefined
    readonly class?: string
  }

export type NodePool = Omit<Declared<typeof nodePool>, 'kind' | 'cluster'> &
  At & {
    readonly site: string
    readonly cluster: string | undefined
    /** Declared, or the safe kind of the place. */
    readonly kind: NodeKind
    /** Whether the file says the kind. */
    readonly kindDeclared: boolean
  }

export type Federation = Declared<typeof federation> & At & { readonly memberClusters: readonly string[] }
export type GitOps = Declared<typeof gitops> & At
export type Audience = Declared<typeof audience> & At & { readonly location: Location | undefined }
export type Acceptance = Declared<typeof acceptance> & At
export type ZoneFacts = NonNullable<Declared<typeof fleetDocument>['facts']>['zones'][number]

/** A Kubernetes object that an app brings along, with the file it stands in. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace: string | undefined
  readonly object: Readonly<Record<string, unknown>>
  readonly origin: Origin
}

/** One copy of an app: at a site, or at all members of a federation. */
export type Placement = Omit<Declared<typeof placementEntry>, 'site' | 'matchLabels' | 'namespace'> &
  At & {
    /** The site; undefined for a federation's placement. */
    readonly site: string | undefined
    readonly namespace: string
    /** The manifests of this copy, already read; empty for a chart or an image. */
    readonly manifests: readonly Manifest[]
  }

export type App = Omit<Declared<typeof appDocument>, 'placement' | 'metadata' | 'kind' | 'apiVersion' | 'audiences'> &
  At & {
    readonly name: string
    readonly metadata: Metadata
    readonly placement: readonly Placement[]
    /** Names of the audiences that use it: those declared, or every one of the fleet. */
    readonly audiences: readonly string[]
  }

export type Fault = Declared<typeof fault> & At
export type Expectation = Declared<typeof expectation> & At
export type Drill = Omit<Declared<typeof drillDocument>, 'faults' | 'expect' | 'metadata' | 'kind' | 'apiVersion'> &
  At & {
    readonly name: string
    readonly metadata: Metadata
    readonly faults: readonly Fault[]
    readonly expect: readonly Expectation[]
  }

/** A class of sites: its rows are expanded already; this remembers what they share. */
export interface FleetClass extends At {
  readonly name: string
  readonly rows: number
  readonly retired: readonly string[]
}

export interface Fleet {
  readonly name: string
  readonly metadata: Metadata
  readonly accounts: readonly Account[]
  readonly networks: readonly Network[]
  readonly dnsZones: readonly DnsZone[]
  readonly clusters: readonly Cluster[]
  readonly sites: readonly Site[]
  readonly pools: readonly NodePool[]
  readonly classes: readonly FleetClass[]
  readonly federations: readonly Federation[]
  readonly gitops: GitOps | undefined
  /** Never empty: without any declared there is one, `users`, somewhere on the internet. */
  readonly audiences: readonly Audience[]
  readonly apps: readonly App[]
  readonly drills: readonly Drill[]
  readonly accept: readonly Acceptance[]
  readonly zoneFacts: readonly ZoneFacts[]
  readonly egressAllowList: readonly string[] | undefined
  /** Hardware files of clusters on bare metal, by the path that the cluster names; of those that are there. */
  readonly hardware?: Readonly<Record<string, HardwareFile>>
  /** Certificates of registry mirrors, likewise. */
  readonly certificates?: Readonly<Record<string, string>>
  readonly origin: Origin
  readonly sources: Sources
}
