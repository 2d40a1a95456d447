// Rows of a class that one cluster looks after, thousands perhaps: the stores of a management cluster, the sites of an extended one. Each
// has a Kustomization of its own, so that none waits for another; in the repository it says only what is its own, and all else is
// patched in from a file beside it. Rows of a bundle are one Kustomization above them: one that changes its ring moves inside it,
// and is never taken away and made again.

import type { GitOps } from '../../model/fleet.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import { deliveryOf, dependenciesOf } from './delivery.ts'
import type { Placed, Repository, Start } from './layout.ts'
import { buildApi, configMap, fluxNamespace, kustomization, kustomizationSpec, kustomizeApi } from './objects.ts'
import { commonValues, differing } from './values.ts'
import { rowDocument } from './yaml.ts'

interface Rows {
  readonly kustomizations: readonly KubernetesObject[]
  readonly files: readonly Artefact[]
}

export function rowFiles(repository: Repository, gitops: GitOps, start: Start, rows: readonly Placed[]): Rows {
  const groups = grouped(rows, ({ bundle }) => bundle.name)
  const made = [...groups].map(([name, group]) => bundleRows(repository, gitops, start, name, group))
  return {
    kustomizations: [...groups.keys()].map((name) =>
      kustomization(gitops, {
        name: `rows-${name}`,
        path: repository.pathTo('clusters', start.directory, 'rows', name),
        source: fluxNamespace,
        waits: false,
      }),
    ),
    files: made.flat(),
  }
}

function bundleRows(
  repository: Repository,
  gitops: GitOps,
  start: Start,
  name: string,
  rows: readonly Placed[],
): readonly Artefact[] {
  const path = (...parts: readonly string[]) => repository.within('clusters', start.directory, 'rows', name, ...parts)
  const common = commonValues(rows.map(({ target }) => target.values))
  const hasCommon = Object.keys(common).length > 0
  const overlays = new Set(rows.map(({ target }) => target.overlay))
  const shapes = grouped(rows, ({ target }) => {
    const ring = repository.pinnedRing(repository.siteOf(target)) ?? 'all'
    return overlays.size > 1 ? `${target.overlay ?? 'base'}-${ring}` : ring
  })
  const build = (folder: readonly string[], body: object): Artefact => ({
    path: path(...folder, 'kustomization.yaml'),
    text: yamlOf({ apiVersion: buildApi, kind: 'Kustomization', ...body }),
  })
  return [
    build([], { resources: [...(hasCommon ? ['values.yaml'] : []), ...[...shapes.keys()].sort()] }),
    ...(hasCommon ? [{ path: path('values.yaml'), text: yamlOf(configMap(`${name}-values`, common)) }] : []),
    ...[...shapes].flatMap(([shape, placed]) => [
      build([shape], {
        namespace: fluxNamespace,
        resources: ['rows.yaml'],
        patches: [{ path: 'every-row.yaml', target: { kind: 'Kustomization' } }],
      }),
      { path: path(shape, 'every-row.yaml'), text: everyRow(repository, gitops, start, placed, hasCommon) },
      {
        path: path(shape, 'rows.yaml'),
        text: placed
          .map((row) =>
            rowDocument(
              repository.kustomizationName(row),
              differing(row.target.values, common),
              row.bundle.needs.length === 0 ? [] : dependenciesOf(repository, row),
            ),
          )
          .join('---\n'),
      },
    ]),
  ]
}

/** A patch would replace the list of what a row needs, so where rows have one of their own it is left out here. */
function everyRow(
  repository: Repository,
  gitops: GitOps,
  start: Start,
  [first]: readonly Placed[],
  hasCommon: boolean,
): string {
  if (first === undefined) return ''
  const { name: _, values: __, dependsOn = [], valuesFrom = [], ...delivery } = deliveryOf(repository, start, first)
  return yamlOf({
    apiVersion: kustomizeApi,
    kind: 'Kustomization',
    metadata: { name: 'every-row' },
    spec: kustomizationSpec(gitops, {
      ...delivery,
      ...(first.bundle.needs.length === 0 && { dependsOn }),
      valuesFrom: [...(hasCommon ? [{ name: `${first.bundle.name}-values` }] : []), ...valuesFrom],
      // one that waits holds a worker: of a thousand rows some are always away, and would hold up all others
      waits: false,
    }),
  })
}

function grouped(rows: readonly Placed[], keyOf: (row: Placed) => string): ReadonlyMap<string, readonly Placed[]> {
  const groups = new Map<string, Placed[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return groups
}
