// What shall run on clusters, before anybody says in which file it stands: objects that are the same wherever the bundle runs (the
// base), and what is different (overlays, few, one for each shape; and per target the values of one row). So output grows with
// shapes: 2,500 alike stores are one base, one overlay and 2,500 sets of values. flux/ lays bundles out as a repository, and
// `plan --render` puts them together again for one site.

import type { KubernetesObject } from './artefact.ts'

export interface Bundle {
  /** Its folder, and its Kustomization: `game-2048`, `aws-load-balancer-controller`. */
  readonly name: string
  /** The folder of its base, where that has another name: `ingress-controller`. */
  readonly folder?: string
  /** In this order on a cluster: an infrastructure bundle is ready before any app is applied. */
  readonly layer: 'infrastructure' | 'clusters' | 'apps'
  readonly base: readonly BundleFile[]
  readonly overlays: readonly Overlay[]
  readonly targets: readonly Target[]
  /** Bundles that must be ready first on the same target. */
  readonly needs: readonly string[]
  /** Namespace of the kustomization, where all of its objects share one. */
  readonly namespace?: string
  /** Kinds whose health is not what Flux takes for it, judged by an expression (Flux: healthCheckExprs). */
  readonly health?: readonly { readonly apiVersion: string; readonly kind: string; readonly current: string }[]
}

/** A file of a base or an overlay, such as `deployment.yaml`. */
export interface BundleFile {
  readonly file: string
  readonly objects: readonly KubernetesObject[]
}

export interface Overlay {
  /** Its folder: the site's name, or the class's. */
  readonly name: string
  /** Strategic merge patches; each names the object that it changes. */
  readonly patches: readonly BundleFile[]
  /** What only this overlay has. */
  readonly extra: readonly BundleFile[]
}

export interface Target {
  /** The cluster whose Flux applies it. */
  readonly cluster: string
  /** The site that it is for; undefined where it is for the cluster as a whole. */
  readonly site?: string
  /** Applied by the cluster's Flux to the Karmada control plane of this federation, which that cluster hosts. */
  readonly federation?: string
  /** The class of which the site is a row. */
  readonly class?: string
  /** The name of an overlay; undefined: the base as it is. */
  readonly overlay?: string
  /** Stands for `${key}` in base and overlay (Flux: postBuild.substitute). */
  readonly values: Readonly<Record<string, string>>
}
