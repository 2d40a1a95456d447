// The repository that Flux follows, as one tree of files under gitops/: bases and overlays, what each cluster's Flux does, and how secrets
// are kept in it. Nothing in it is a secret, and nothing in it is made by a program of ours when it is applied: kustomize and Flux do all.

import type { Plan } from '../../model/plan.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { isFleetVariable } from '../fleet-values.ts'
import { classFiles } from './classes.ts'
import { clusterFiles, syncOf } from './clusters.ts'
import type { Repository } from './layout.ts'
import { repositoryOf } from './layout.ts'
import { readme } from './readme.ts'
import { namesIn } from './substitution.ts'
import { treeFiles } from './tree.ts'

const output = 'gitops'

/** Without GitOps only bases and overlays, for whoever applies them. */
export function fluxFiles(plan: Plan, bundles: readonly Bundle[]): readonly Artefact[] {
  const repository = repositoryOf(plan, bundles)
  const { gitops } = repository
  const files: Artefact[] = [...treeFiles(repository)]
  if (gitops !== undefined) {
    for (const start of repository.starts.values())
      if (start.cluster.class === undefined) files.push(...clusterFiles(repository, gitops, start))
    files.push(...classFiles(repository, gitops))
    if (gitops.secrets !== undefined)
      files.push({ path: repository.within('.sops.yaml'), text: sopsRules(gitops.secrets.age) })
    files.push({ path: repository.within('clusters', 'README.md'), text: readme(repository, gitops) })
  }
  return files.map(({ path, text }) => ({ path: `${output}/${path}`, text }))
}

/** The source and the root Kustomization of a cluster: what a world applies, after the controllers and the Secret for Git. */
export function fluxSync(plan: Plan, cluster: string): readonly KubernetesObject[] {
  const repository = bare.get(plan) ?? repositoryOf(plan, [])
  bare.set(plan, repository)
  const start = repository.starts.get(cluster)
  if (start === undefined || repository.gitops === undefined) return []
  return syncOf(repository, repository.gitops, { directory: start.directory, class: start.cluster.class })
}

/** Asked for thousands of clusters of one plan. */
const bare = new WeakMap<Plan, Repository>()

/** Keys that the ConfigMap `fleet-values` of a cluster must hold before its Kustomizations can be ready. */
export function fleetValuesOf(bundles: readonly Bundle[], cluster: string): readonly string[] {
  const names = bundles
    .filter(({ targets }) => targets.some((target) => target.cluster === cluster))
    .flatMap((bundle) => [
      ...namesIn({
        base: bundle.base,
        overlays: bundle.overlays.filter(({ name }) =>
          bundle.targets.some((target) => target.cluster === cluster && target.overlay === name),
        ),
      }),
    ])
  return [...new Set(names.filter(isFleetVariable))].sort()
}

const sopsRules = (recipients: readonly string[]): string =>
  yamlOf({
    creation_rules: [{ path_regex: '\\.ya?ml$', encrypted_regex: '^(data|stringData)$', age: recipients.join(',') }],
  })
