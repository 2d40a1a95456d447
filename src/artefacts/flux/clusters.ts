// What the Flux of a cluster does: its source and its root (gotk-sync.yaml, as flux bootstrap names them), the sources of rings, and a
// Kustomization for each bundle.

import type { GitOps } from '../../model/fleet.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import { deliveryOf, inOrder, sourceName } from './delivery.ts'
import type { Placed, Repository, Start } from './layout.ts'
import { topFolder } from './layout.ts'
import { buildApi, fluxNamespace, gitRepository, helmRepository, kustomization } from './objects.ts'
import { rowFiles } from './rows.ts'

export function clusterFiles(repository: Repository, gitops: GitOps, start: Start): readonly Artefact[] {
  const folder = ['clusters', start.directory, fluxNamespace]
  const path = (...parts: readonly string[]) => repository.within(...folder, ...parts)
  const all = inOrder(repository.targetsOn(start.cluster.name))
  const isRow = ({ target }: Placed) => target.class !== undefined
  const singles = all.filter((placed) => !isRow(placed))
  const rows = rowFiles(repository, gitops, start, all.filter(isRow))
  const rings = [...new Set(all.flatMap(({ target }) => repository.pinnedRing(repository.siteOf(target)) ?? []))].sort()
  const apps: readonly KubernetesObject[] = [
    ...start.helmRepositories.map(helmRepository),
    ...singles.map((placed) => kustomization(gitops, deliveryOf(repository, start, placed))),
    ...rows.kustomizations,
  ]
  const parts: readonly Artefact[] = [
    { path: path('gotk-sync.yaml'), text: yamlOf(...syncOf(repository, gitops, start)) },
    ...(rings.length === 0
      ? []
      : [
          {
            path: path('sources.yaml'),
            text: yamlOf(...rings.map((ring) => ringSource(repository, gitops, ring, all))),
          },
        ]),
    ...(apps.length === 0 ? [] : [{ path: path('apps.yaml'), text: yamlOf(...apps) }]),
  ]
  return [
    {
      path: path('kustomization.yaml'),
      text: yamlOf({
        apiVersion: buildApi,
        kind: 'Kustomization',
        resources: parts.map(({ path: name }) => name.slice(name.lastIndexOf('/') + 1)),
      }),
    },
    ...parts,
    ...rows.files,
  ]
}

/** What `up` applies once to start Flux on a cluster; from then on Flux looks after it itself. */
export function syncOf(
  repository: Repository,
  gitops: GitOps,
  { directory, class: ofClass }: { readonly directory: string; readonly class?: string | undefined },
): readonly KubernetesObject[] {
  const path = repository.pathTo('clusters', directory, fluxNamespace)
  const own = [repository.within('clusters', directory)]
  const only =
    ofClass === undefined
      ? undefined
      : gitops.rings === undefined
        ? [...runFolders(repository, ofClass), ...own]
        : [repository.within('clusters', 'classes', ofClass), ...own]
  return [
    gitRepository(gitops, {
      name: fluxNamespace,
      ...(only !== undefined && { only }),
    }),
    // it is among what it applies, and would wait for itself
    kustomization(gitops, { name: fluxNamespace, path, source: fluxNamespace, waits: false }),
  ]
}

/** Of the repository, all that a row of a class runs. */
export const runFolders = ({ within }: Repository, ofClass: string): readonly string[] => [
  within('apps'),
  within('clusters', 'classes', ofClass),
  within('infrastructure'),
  within('packages'),
]

const ringSource = (
  repository: Repository,
  gitops: GitOps,
  ring: string,
  placed: readonly Placed[],
): KubernetesObject => {
  const used = new Set(
    placed
      .filter(({ target }) => repository.pinnedRing(repository.siteOf(target)) === ring)
      .map(({ bundle }) => repository.within(topFolder(bundle))),
  )
  return gitRepository(gitops, {
    name: sourceName(ring),
    ring,
    only: [...used].sort(),
  })
}
