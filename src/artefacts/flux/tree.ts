// Bases and overlays: for each bundle its objects once, and a folder for each shape of what is different. A person who knows kustomize
// finds nothing here that is not kustomize.

import type { Artefact } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle, BundleFile, Overlay } from '../bundle.ts'
import type { Repository } from './layout.ts'
import { topFolder } from './layout.ts'
import { buildApi } from './objects.ts'
import type { Variables } from './substitution.ts'
import { escaped } from './substitution.ts'

export const treeFiles = (repository: Repository): readonly Artefact[] =>
  repository.bundles.flatMap((bundle) => {
    const variables = repository.variablesOf(bundle)
    return [...baseFiles(repository, bundle, variables), ...overlayFiles(repository, bundle, variables)]
  })

const baseFolder = (bundle: Bundle): readonly string[] => [topFolder(bundle), 'base', bundle.folder ?? bundle.name]

function baseFiles({ within }: Repository, bundle: Bundle, variables: Variables): readonly Artefact[] {
  const folder = baseFolder(bundle)
  return [
    {
      path: within(...folder, 'kustomization.yaml'),
      text: yamlOf({
        apiVersion: buildApi,
        kind: 'Kustomization',
        ...(bundle.namespace !== undefined && { namespace: bundle.namespace }),
        resources: bundle.base.map(({ file }) => file),
      }),
    },
    ...bundle.base.map((file) => fileOf(within(...folder, file.file), file, variables)),
  ]
}

function overlayFiles(repository: Repository, bundle: Bundle, variables: Variables): readonly Artefact[] {
  const overlays = new Map(bundle.overlays.map((overlay) => [overlay.name, overlay]))
  const made = new Map<string, Overlay | undefined>()
  for (const target of bundle.targets) {
    const folder = repository.overlayFolder(bundle, target)
    if (!made.has(folder)) made.set(folder, overlays.get(target.overlay ?? ''))
  }
  return [...made].flatMap(([name, overlay]) => {
    const folder = [topFolder(bundle), ...name.split('/')]
    const up = '../'.repeat(folder.length - 1)
    const { patches = [], extra = [] } = overlay ?? {}
    const path = (file: string) => repository.within(...folder, file)
    return [
      {
        path: path('kustomization.yaml'),
        text: yamlOf({
          apiVersion: buildApi,
          kind: 'Kustomization',
          ...(extra.length > 0 && bundle.namespace !== undefined && { namespace: bundle.namespace }),
          resources: [`${up}${baseFolder(bundle).slice(1).join('/')}`, ...extra.map(({ file }) => file)],
          ...(patches.length > 0 && { patches: patches.map(({ file }) => ({ path: file })) }),
        }),
      },
      ...[...extra, ...patches].map((file) => fileOf(path(file.file), file, variables)),
    ]
  })
}

const fileOf = (path: string, { objects }: BundleFile, variables: Variables): Artefact => ({
  path,
  text: yamlOf(...objects.map((object) => escaped(object, variables))),
})
