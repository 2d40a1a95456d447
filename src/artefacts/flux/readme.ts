// What a person finds beside the clusters: how the repository is laid out, and how Flux gets on a cluster.

import type { GitOps } from '../../model/fleet.ts'
import type { Repository } from './layout.ts'
import { goDuration, withoutPassword } from './objects.ts'

/** The controllers that the repository needs; nothing is notified, nothing is scanned for images. */
export const components = ['source-controller', 'kustomize-controller', 'helm-controller'] as const

/** Above so many Kustomizations the defaults of the controller (4 at a time, 1 CPU) need a thought. */
const manyKustomizations = 200

/** CPU time of kustomize-controller 1.9.5 for the first apply of a row, seen with 3,172 of them on two busy cores; it held 230 MiB. Not measured at rest. */
const secondsEach = 0.15

export function readme(repository: Repository, gitops: GitOps): string {
  const { fleet, starts } = repository
  const version = gitops.version === undefined ? '' : ` --version=${gitops.version.replace(/^v?/, 'v')}`
  const classes = [...new Set([...starts.values()].flatMap(({ cluster }) => cluster.class ?? []))]
  const root = repository.within('clusters')
  const busy = [...starts.values()].filter(
    ({ cluster }) => repository.targetsOn(cluster.name).length > manyKustomizations,
  )
  const secret =
    gitops.secretRef === undefined
      ? ''
      : `    flux create secret git flux-system --url=${withoutPassword(gitops.url)}    # asks for what it needs; none of it is in here\n`
  const lines = [
    `# ${fleet.name}: what Flux follows`,
    '',
    `Written by skerry from the fleet file; the list of its files is in \`.skerry.json\`. Flux looks at ${withoutPassword(gitops.url)}, branch`,
    `${gitops.branch}, every ${goDuration(gitops.sourceInterval)}, and puts right what differs on a cluster every ${goDuration(gitops.interval)}.`,
    '',
    '- `clusters/NAME/flux-system` is what the Flux of a cluster does; `gotk-sync.yaml` is its source and its root.',
    '- `infrastructure` is ready before any of `apps` is applied (`dependsOn`). Both have bases, and a folder for each site.',
    ...(repository.bundles.some(({ layer }) => layer === 'clusters')
      ? [
          '- `workload-clusters` are made by the management cluster whose folder names them; taking a file away deletes no cluster.',
        ]
      : []),
    ...classes.map(
      (name) =>
        `- \`clusters/classes/${name}\` is what all rows of the class ${name} do; a row is one file, with its ring and its values.`,
    ),
    ...(gitops.rings === undefined
      ? []
      : [
          '- A ring follows its own revision. Moving it is one line of the fleet file under `gitops.rings`; until then no merge reaches it:',
          ...Object.entries(gitops.rings).map(([ring, revision]) => `  - \`${ring}\` at \`${revision}\``),
        ]),
    '',
    '## Flux on a cluster',
    '',
    `    flux install${version} --components=${components.join(',')}`,
    ...(secret === '' ? [] : [secret.trimEnd()]),
    ...(gitops.secrets === undefined
      ? []
      : [
          `    kubectl --namespace flux-system create secret generic ${gitops.secrets.keySecret} --from-file=age.agekey    # the private key, by hand`,
        ]),
    `    kubectl apply --server-side --filename ${root}/NAME/flux-system/gotk-sync.yaml`,
    ...classes.map(
      (name) =>
        `    cluster=NAME flux envsubst --strict < ${root}/classes/${name}/gotk-sync.yaml | kubectl apply --server-side --filename -    # a row of ${name}`,
    ),
    '',
    'The controllers are installed by server-side apply and not from here, so that a broken commit cannot take Flux away.',
    ...(busy.length === 0
      ? []
      : [
          '',
          `## Many Kustomizations on ${busy.map(({ cluster }) => cluster.name).join(' and ')}`,
          '',
          ...busy.map(({ cluster }) => {
            const count = repository.targetsOn(cluster.name).length
            const cores = (count * secondsEach) / gitops.interval
            return `${cluster.name} has ${count}, each looked at every ${goDuration(gitops.interval)}: about ${cores.toFixed(1)} of a core all the time.`
          }),
          'A longer `gitops.interval` makes it less, and delays no commit. Give kustomize-controller `--concurrent=20`, 2 CPUs and 2Gi of',
          'memory there, and `/tmp` in memory:',
          'https://fluxcd.io/flux/installation/configuration/vertical-scaling/',
        ]),
    '',
  ]
  return lines.join('\n')
}
