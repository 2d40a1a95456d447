// What must be on the machine that the commands are typed at: which tool, of which version, and what for.

import semver from 'semver'
import type { Plan } from '../../model/plan.ts'

export interface Tool {
  readonly name: string
  /** Undefined: any current one. */
  readonly version: string | undefined
  readonly why: string
  /** A command that shows its version. */
  readonly look: string
}

/** @param commands all that is typed: a tool that none of them is, is none of these */
export function toolsFor({ fleet, steps }: Plan, commands: string): readonly Tool[] {
  const kinds = new Set(fleet.clusters.map(({ kind }) => kind))
  const onAws =
    steps.some(({ kind }) => kind === 'zone.optIn' || kind === 'network') || kinds.has('eks') || kinds.has('eksOutpost')
  const anywhere = [...new Set(fleet.clusters.flatMap(({ eksAnywhere }) => eksAnywhere?.release ?? []))].sort(
    semver.compare,
  )
  const helm = steps.some(
    ({ kind, intent }) => kind === 'federation.start' || (kind === 'addon' && intent.by === 'helm'),
  )
  const types = (words: string): boolean => commands.includes(words)
  return [
    {
      name: 'kubectl',
      version: kubectlRange(fleet),
      why: 'one minor version from each cluster at most',
      look: 'kubectl version --client',
    },
    ...(onAws ? [{ name: 'aws', version: '2', why: 'accounts, zones, EKS, Route 53', look: 'aws --version' }] : []),
    ...(helm ? [{ name: 'helm', version: '3', why: 'charts that Flux does not install', look: 'helm version' }] : []),
    ...(fleet.gitops === undefined
      ? types('flux envsubst')
        ? [{ name: 'flux', version: undefined, why: 'values put into manifests', look: 'flux --version' }]
        : []
      : [
          { name: 'git', version: undefined, why: 'the repository that clusters follow', look: 'git --version' },
          {
            name: 'flux',
            version: fleet.gitops.version,
            why: 'the first installation, and looking at it',
            look: 'flux --version',
          },
        ]),
    ...(fleet.gitops?.secrets === undefined
      ? []
      : [
          { name: 'sops', version: undefined, why: 'secrets in the repository', look: 'sops --version' },
          { name: 'age', version: undefined, why: 'the keys that they are encrypted for', look: 'age --version' },
        ]),
    ...(types('| envsubst ') || types("envsubst '$") || types('envsubst "$')
      ? [
          {
            name: 'envsubst',
            version: undefined,
            why: 'values put into files (GNU gettext)',
            look: 'envsubst --version',
          },
        ]
      : []),
    ...(anywhere.length === 0
      ? []
      : [
          {
            name: 'eksctl anywhere',
            version: anywhere.join(', '),
            why: 'EKS Anywhere, on its admin machine',
            look: 'eksctl anywhere version',
          },
        ]),
    ...(fleet.federations.length === 0
      ? []
      : [
          {
            name: 'karmadactl',
            version: fleet.federations.flatMap(({ version }) => version ?? [])[0],
            why: 'members join and leave',
            look: 'karmadactl version',
          },
        ]),
  ]
}

/** https://kubernetes.io/releases/version-skew-policy/: kubectl is within one minor version of the API server, older or newer. */
function kubectlRange(fleet: Plan['fleet']): string | undefined {
  const minors = fleet.clusters
    .flatMap(({ version }) => version ?? [])
    .flatMap((version) => Number(version.split('.')[1] ?? Number.NaN))
    .filter((minor) => Number.isInteger(minor))
  if (minors.length === 0) return undefined
  const least = Math.max(...minors) - 1
  const most = Math.min(...minors) + 1
  if (least > most) return `two of them: the clusters are of 1.${Math.min(...minors)} to 1.${Math.max(...minors)}`
  return least === most ? `1.${least}` : `1.${least} to 1.${most}`
}
