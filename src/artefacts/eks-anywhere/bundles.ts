// Workload clusters, for the Flux of the cluster that makes them: a declared one as it is, a class as one base with variables. Packages are
// bundles of their own, since the controller refuses a Package of a cluster that it does not know yet
// (eks-anywhere-packages, pkg/webhook/package_webhook.go), and would hold up the cluster itself.

import type { Plan } from '../../model/plan.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, Overlay, Target } from '../bundle.ts'
import { documentsOf } from './documents.ts'
import { followedBy } from './files.ts'
import { packageNamespaces, packagesOf } from './packages.ts'
import { differenceOf } from './patch.ts'
import type { Tokenized } from './tokens.ts'
import { tokenized } from './tokens.ts'
import type { Planned, View } from './view.ts'
import { plannedClusters } from './view.ts'

interface Row extends Planned {
  readonly site: string | undefined
}

interface Kind {
  readonly name: string
  readonly folder: string
  readonly layer: Bundle['layer']
  readonly needs: readonly string[]
  readonly file: string
  readonly documents: (view: View) => readonly KubernetesObject[]
  /** The cluster whose Flux applies it. */
  readonly on: (row: Row) => string
}

export function eksAnywhereBundles(plan: Plan): readonly Bundle[] {
  const followed = followedBy(plan)
  const siteAt = new Map<string, string>()
  for (const { name, cluster } of plan.fleet.sites)
    if (cluster !== undefined && !siteAt.has(cluster)) siteAt.set(cluster, name)
  const groups = new Map<string, Row[]>()
  for (const planned of plannedClusters(plan)) {
    const { cluster, by } = planned
    if (by !== 'flux' && !followed(cluster.name)) continue
    const key = cluster.class === undefined ? `cluster ${cluster.name}` : `class ${cluster.class}`
    const row = { ...planned, site: cluster.at ?? siteAt.get(cluster.name) }
    const rows = groups.get(key)
    if (rows === undefined) groups.set(key, [row])
    else rows.push(row)
  }
  return [...groups.values()].flatMap((rows) => bundlesOf(rows, followed))
}

function bundlesOf(rows: readonly Row[], followed: (cluster: string) => boolean): readonly Bundle[] {
  const [first] = rows
  if (first === undefined) return []
  const { name, class: fromClass } = first.cluster
  const what = fromClass ?? name
  const clusters = `${what}-${fromClass === undefined ? 'cluster' : 'clusters'}`
  // a declared cluster is written as it is; only its licence stays behind
  const placed: readonly Tokenized<Row>[] =
    fromClass === undefined ? rows.map((row) => ({ row, view: withoutLicence(row.view), values: {} })) : tokenized(rows)
  const made = placed.filter(({ row }) => row.by === 'flux')
  return [
    bundleOf(
      placed.filter(({ row }) => followed(row.cluster.name)),
      {
        name: `${what}-package-namespaces`,
        folder: `${what}-package-namespaces`,
        layer: 'infrastructure',
        needs: [],
        file: 'namespaces.yaml',
        documents: packageNamespaces,
        on: ({ cluster }) => cluster.name,
      },
    ),
    bundleOf(made, {
      name: clusters,
      folder: what,
      layer: 'clusters',
      needs: [],
      file: 'cluster.yaml',
      documents: documentsOf,
      on: ({ view }) => view.manager,
    }),
    bundleOf(
      placed.filter(({ row }) => row.by === 'flux' || (row.view.selfManaged && followed(row.cluster.name))),
      {
        name: `${what}-packages`,
        folder: `${what}-packages`,
        layer: 'apps',
        needs: made.length > 0 ? [clusters] : [],
        file: 'packages.yaml',
        // what holds a secret is filled in on the admin machine
        documents: (view) => packagesOf(view, 'plain'),
        on: ({ view }) => view.manager,
      },
    ),
  ].filter((bundle) => bundle !== undefined)
}

function bundleOf(rows: readonly Tokenized<Row>[], kind: Kind): Bundle | undefined {
  const first = rows[0]?.row
  if (first === undefined) return undefined
  const shapes = new Map<string, Shape>()
  const byView = new Map<View, Shape>()
  const placed = rows.map(({ row, view, values }) => {
    let shape = byView.get(view)
    if (shape === undefined) {
      const documents = kind.documents(view)
      const text = JSON.stringify(documents)
      const fresh = { documents, rows: 0, manager: view.manager, version: view.spec.version, used: usedIn(text) }
      shape = shapes.get(text) ?? fresh
      shapes.set(text, shape)
      byView.set(view, shape)
    }
    shape.rows += 1
    return { row, shape, values }
  })
  const [base, ...others] = [...shapes.values()].sort((a, b) => b.rows - a.rows)
  if (base === undefined || base.documents.length + others.length === 0) return undefined
  const overlays = named(others, first.cluster.class ?? first.cluster.name, (shape, name) =>
    overlayOf(name, kind.file, base, shape),
  )
  return {
    name: kind.name,
    folder: kind.folder,
    layer: kind.layer,
    base: [{ file: kind.file, objects: base.documents }],
    overlays: [...overlays.values()],
    targets: placed.map(({ row, shape, values }): Target => {
      const overlay = overlays.get(shape)
      return {
        cluster: kind.on(row),
        ...(row.site !== undefined && { site: row.site }),
        ...(row.cluster.class !== undefined && { class: row.cluster.class }),
        ...(overlay !== undefined && { overlay: overlay.name }),
        values: Object.fromEntries(Object.entries(values).filter(([key]) => shape.used.has(key))),
      }
    }),
    needs: kind.needs,
  }
}

/** Documents that rows share. */
interface Shape {
  readonly documents: readonly KubernetesObject[]
  rows: number
  readonly manager: string
  readonly version: string
  /** The variables in them. */
  readonly used: ReadonlySet<string>
}

const usedIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name))

/** A token is never in Git, not even as a variable: it is added to the Cluster once that is there, and Flux leaves alone what it did not write. */
export function withoutLicence(view: View): View {
  const { licenseToken: _, ...spec } = view.spec
  return { ...view, spec }
}

/** By what they differ in, as a rule: the cluster that makes them, their version. */
function named(
  shapes: readonly Shape[],
  what: string,
  make: (shape: Shape, name: string) => Overlay,
): ReadonlyMap<Shape, Overlay> {
  const taken = new Set<string>()
  return new Map(
    shapes.map((shape) => {
      const short = `${what}-${shape.manager}`
      const long = `${short}-${shape.version.replace('.', '-')}`
      let name = shapes.filter(({ manager }) => manager === shape.manager).length === 1 ? short : long
      for (let count = 2; taken.has(name); count += 1) name = `${long}-${count}`
      taken.add(name)
      return [shape, make(shape, name)]
    }),
  )
}

function overlayOf(name: string, file: string, base: Shape, shape: Shape): Overlay {
  const idOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`
  const inBase = new Map(base.documents.map((one) => [idOf(one), one]))
  const inShape = new Map(shape.documents.map((one) => [idOf(one), one]))
  const head = ({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject): KubernetesObject => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }) },
  })
  const patches = [...inBase].flatMap(([id, before]): KubernetesObject[] => {
    const after = inShape.get(id)
    if (after === undefined) return [{ $patch: 'delete', ...head(before) }]
    const { metadata, ...rest } = (differenceOf(before, after) ?? {}) as { readonly metadata?: object }
    if (metadata === undefined && Object.keys(rest).length === 0) return []
    const whose = head(before)
    return [{ ...whose, metadata: { ...whose.metadata, ...metadata }, ...rest }]
  })
  const extra = [...inShape].flatMap(([id, one]) => (inBase.has(id) ? [] : [one]))
  return {
    name,
    patches: patches.length === 0 ? [] : [{ file, objects: patches }],
    extra: extra.length === 0 ? [] : [{ file: `more-${file}`, objects: extra }],
  }
}
