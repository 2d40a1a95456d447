// Classes whose rows are clusters of their own, such as 2,500 stores. What every row's Flux does is one folder. The repository's branch
// only says which revision a ring follows and which row is in which ring; all else a row takes from the revision of its ring. So a
// merge reaches no row until its ring is moved, and moving it is one line.
//
//   clusters/classes/store/gotk-sync.yaml    what starts Flux on a row, with its cluster's name put in
//   clusters/classes/store/base/             what every row runs, at the revision of its ring
//   clusters/classes/store/rings/canary/     the revision
//   clusters/store-0417/flux-system/         one file: its ring, its values

import type { GitOps } from '../../model/fleet.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import { runFolders, syncOf } from './clusters.ts'
import { deliveryOf, inOrder } from './delivery.ts'
import type { Placed, Repository, Start } from './layout.ts'
import { buildApi, configMap, fluxNamespace, gitRepository, helmRepository, kustomization } from './objects.ts'
import { commonValues, differing } from './values.ts'
import { rowKustomization } from './yaml.ts'

/** The source of what a row runs, by the same name in every ring: the base does not know which one it is in. */
const sourceOf = (gitops: GitOps): string => (gitops.rings === undefined ? fluxNamespace : 'ring')

interface Row {
  readonly start: Start
  readonly placed: readonly Placed[]
  readonly ring: string
  /** What it runs, and how: rows of one signature have one base. */
  readonly signature: string
  /** By the ConfigMap that holds them. */
  readonly values: ReadonlyMap<string, Readonly<Record<string, string>>>
}

export function classFiles(repository: Repository, gitops: GitOps): readonly Artefact[] {
  const byClass = new Map<string, Start[]>()
  for (const start of repository.starts.values()) {
    if (start.cluster.class === undefined) continue
    const starts = byClass.get(start.cluster.class)
    if (starts === undefined) byClass.set(start.cluster.class, [start])
    else starts.push(start)
  }
  return [...byClass].flatMap(([name, starts]) => filesOf(repository, gitops, name, starts))
}

function filesOf(repository: Repository, gitops: GitOps, name: string, starts: readonly Start[]): readonly Artefact[] {
  const apart = bundlesApart(repository, starts)
  const rows = starts.map((start) => rowOf(repository, start, apart))
  const common = new Map<string, Readonly<Record<string, string>>>()
  for (const map of new Set(rows.flatMap(({ values }) => [...values.keys()])))
    common.set(map, commonValues(rows.map(({ values }) => values.get(map)).filter((values) => values !== undefined)))
  const shapes = shapesOf(rows)
  const rings = [...new Set(rows.map(({ ring }) => ring))].sort()
  const folder = ['clusters', 'classes', name]
  const path = (...parts: readonly string[]) => repository.within(...folder, ...parts)
  const kustomizationOfClass = `class-${name}`
  const started = syncOf(repository, gitops, { directory: clusterVariable, class: name })

  return [
    { path: path('gotk-sync.yaml'), text: yamlOf(...started) },
    ...[...shapes.values()].flatMap(({ shape, row }) =>
      baseFiles(repository, gitops, row, { name, common, apart }).map(({ path: file, text }) => ({
        path: path(shape, file),
        text,
      })),
    ),
    ...rings.flatMap((ring) => [
      {
        path: path('rings', ring, 'kustomization.yaml'),
        text: yamlOf({ apiVersion: buildApi, kind: 'Kustomization', resources: ['sync.yaml'] }),
      },
      {
        path: path('rings', ring, 'sync.yaml'),
        text: yamlOf(
          ...(gitops.rings === undefined ? [] : [ringSource(repository, gitops, ring, name)]),
          kustomization(gitops, {
            name: kustomizationOfClass,
            path: repository.pathTo(...folder, 'base'),
            source: sourceOf(gitops),
          }),
        ),
      },
    ]),
    ...rows.map((row): Artefact => {
      const own: { name: string; values: Readonly<Record<string, string>> }[] = []
      for (const [map, values] of row.values) {
        const left = differing(values, common.get(map) ?? {})
        if (Object.keys(left).length > 0) own.push({ name: siteMap(map), values: left })
      }
      const shape = shapes.get(row.signature)?.shape ?? 'base'
      const elsewhere =
        shape === 'base' ? undefined : { name: kustomizationOfClass, to: repository.pathTo(...folder, shape) }
      return {
        path: repository.within('clusters', row.start.directory, fluxNamespace, 'kustomization.yaml'),
        text: rowKustomization(`../../classes/${name}/rings/${row.ring}`, own, elsewhere),
      }
    }),
  ]
}

/** What most rows run is the base; the folder of the others has the names of what they run. */
function shapesOf(rows: readonly Row[]): ReadonlyMap<string, { readonly shape: string; readonly row: Row }> {
  const counts = new Map<string, { row: Row; count: number }>()
  for (const row of rows) {
    const known = counts.get(row.signature)
    if (known === undefined) counts.set(row.signature, { row, count: 1 })
    else known.count += 1
  }
  const shapes = new Map<string, { readonly shape: string; readonly row: Row }>()
  const taken = new Set(['rings'])
  for (const [signature, { row }] of [...counts].sort(([, a], [, b]) => b.count - a.count)) {
    const names = row.placed.map(({ bundle }) => bundle.name).join('-')
    const candidates = [...(shapes.size === 0 ? ['base'] : []), ...(names === '' ? ['nothing'] : [names])]
    const shape = candidates.find((one) => one.length <= 60 && !taken.has(one)) ?? row.start.directory
    taken.add(shape)
    shapes.set(signature, { shape, row })
  }
  return shapes
}

interface Shared {
  readonly name: string
  readonly common: ReadonlyMap<string, Readonly<Record<string, string>>>
  readonly apart: ReadonlySet<string>
}

/** Made from one row, and true of all of its shape: what is theirs comes from ConfigMaps of one name on every cluster. */
function baseFiles(
  repository: Repository,
  gitops: GitOps,
  { start, placed }: Row,
  { name, common, apart }: Shared,
): readonly Artefact[] {
  const deliveries = placed.map((one) => {
    const { values: _, valuesFrom = [], ...delivery } = deliveryOf(repository, start, one)
    const map = apart.has(one.bundle.name) ? one.bundle.name : ''
    const { used } = repository.variablesOf(one.bundle)
    return kustomization(gitops, {
      ...delivery,
      source: sourceOf(gitops),
      ...(used && {
        valuesFrom: [{ name: classMap(map) }, { name: siteMap(map), optional: true }, ...valuesFrom],
      }),
    })
  })
  const maps: readonly KubernetesObject[] = [
    configMap(classMap(''), { class: name, ...common.get('') }),
    ...[...apart].sort().map((map) => configMap(classMap(map), common.get(map) ?? {})),
  ]
  const apps: readonly KubernetesObject[] = [...start.helmRepositories.map(helmRepository), ...deliveries]
  return [
    {
      path: 'kustomization.yaml',
      text: yamlOf({
        apiVersion: buildApi,
        kind: 'Kustomization',
        resources: ['values.yaml', ...(apps.length === 0 ? [] : ['apps.yaml'])],
      }),
    },
    { path: 'values.yaml', text: yamlOf(...maps) },
    ...(apps.length === 0 ? [] : [{ path: 'apps.yaml', text: yamlOf(...apps) }]),
  ]
}

/** A ring that has no revision of its own follows the branch. */
const ringSource = (repository: Repository, gitops: GitOps, ring: string, name: string): KubernetesObject =>
  gitRepository(gitops, {
    name: sourceOf(gitops),
    ring,
    only: runFolders(repository, name),
  })

/** For `flux envsubst`, or whatever else puts the name of the row's cluster in. */
const clusterVariable = `\${cluster}`

const siteMap = (map: string): string => (map === '' ? 'site-values' : `site-values-${map}`)
const classMap = (map: string): string => (map === '' ? 'class-values' : `class-values-${map}`)

function rowOf(repository: Repository, start: Start, apart: ReadonlySet<string>): Row {
  const placed = inOrder(repository.targetsOn(start.cluster.name))
  const values = new Map<string, Readonly<Record<string, string>>>()
  for (const { bundle, target } of placed) {
    if (Object.keys(target.values).length === 0) continue
    const map = apart.has(bundle.name) ? bundle.name : ''
    const known = values.get(map)
    values.set(map, known === undefined ? target.values : { ...known, ...target.values })
  }
  return {
    start,
    placed,
    ring: start.ring ?? 'all',
    signature: placed.map(({ bundle, target }) => `${bundle.layer} ${bundle.name} ${target.overlay ?? ''}`).join('\n'),
    values,
  }
}

/** Bundles that mean different things by one name get ConfigMaps of their own. */
function bundlesApart(repository: Repository, starts: readonly Start[]): ReadonlySet<string> {
  const apart = new Set<string>()
  for (const { cluster } of starts) {
    const seen = new Map<string, { readonly bundle: string; readonly value: string }>()
    const placed = repository.targetsOn(cluster.name)
    if (placed.length < 2) continue
    for (const { bundle, target } of placed) {
      for (const [key, value] of Object.entries(target.values)) {
        const before = seen.get(key)
        if (before === undefined) seen.set(key, { bundle: bundle.name, value })
        else if (before.value !== value) apart.add(before.bundle).add(bundle.name)
      }
    }
  }
  return apart
}
