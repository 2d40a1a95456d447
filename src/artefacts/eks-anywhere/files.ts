// Files for the admin machine, under eks-anywhere/<cluster>/: the whole specification of each cluster that no Flux makes, its packages, and
// for bare metal the list of its machines, which the admin machine of the managing cluster turns into objects before the cluster is made
// (eksctl anywhere generate hardware): passwords are in them, so they never lie in Git.

import type { Plan } from '../../model/plan.ts'
import type { Artefact } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import { documentsOf } from './documents.ts'
import { filledOf } from './filled.ts'
import { hardwareCsv } from './hardware.ts'
import { packageNamespaces, packagesOf } from './packages.ts'
import type { Planned } from './view.ts'
import { plannedClusters } from './view.ts'

export function eksAnywhereFiles(plan: Plan): readonly Artefact[] {
  const followed = followedBy(plan)
  const uses = new Map<string, number>()
  for (const { eksAnywhere } of plan.fleet.clusters) {
    const csv = eksAnywhere?.hardware?.csv
    if (csv !== undefined) uses.set(csv, (uses.get(csv) ?? 0) + 1)
  }
  return plannedClusters(plan).flatMap((one): Artefact[] => {
    const { cluster, view, by } = one
    const folder = `eks-anywhere/${cluster.name}`
    const hardware = plan.fleet.hardware?.[view.spec.hardware?.csv ?? '']
    // what Flux delivers is in no second file
    const written = by !== 'flux'
    const byHand = written && !(view.selfManaged && followed(cluster.name))
    const packages = packagesOf(view, byHand ? 'all' : 'filled')
    const namespaces = followed(cluster.name) ? [] : packageNamespaces(view)
    return [
      ...(written
        ? [{ path: `${folder}/cluster.yaml`, text: `${heading(plan, one)}${yamlOf(...documentsOf(view))}` }]
        : []),
      ...(namespaces.length > 0 ? [{ path: `${folder}/namespaces.yaml`, text: yamlOf(...namespaces) }] : []),
      ...(packages.length > 0 ? [{ path: `${folder}/packages.yaml`, text: yamlOf(...packages) }] : []),
      ...(hardware === undefined || view.spec.provider !== 'bareMetal'
        ? []
        : [
            {
              path: `${folder}/hardware.csv`,
              text: hardwareCsv(view, hardware, (uses.get(view.spec.hardware?.csv ?? '') ?? 0) > 1),
            },
          ]),
    ]
  })
}

/** Whether Flux, installed by skerry, delivers to a cluster. */
export function followedBy({ steps }: Plan): (cluster: string) => boolean {
  const names = new Set(
    steps.flatMap(({ kind, change, subject }) =>
      kind === 'gitops.start' && change !== 'remove' && subject.cluster !== undefined ? [subject.cluster] : [],
    ),
  )
  return (cluster) => names.has(cluster)
}

/** What a person must know who has only this file. */
function heading(plan: Plan, one: Planned): string {
  const { inCluster, environment } = filledOf(plan, one)
  const variables = [...inCluster.map(({ name, from }) => `${name} from ${from}`), ...environment]
  return [
    `# ${one.view.name}: ${one.view.selfManaged ? 'made by eksctl anywhere on an admin machine' : `made by its management cluster ${one.view.manager}`}.`,
    ...(variables.length > 0 ? [`# Filled in or set when it is used, never before: ${variables.join(', ')}.`] : []),
    '',
  ].join('\n')
}
