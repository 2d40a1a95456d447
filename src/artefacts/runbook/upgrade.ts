// How newer versions reach the fleet, ring by ring where it has rings: what is changed in the fleet file, and what is waited for before the
// next ring follows.

import type { Fleet } from '../../model/fleet.ts'
import { counted } from '../../model/words.ts'

export interface UpgradePart {
  readonly title: string
  readonly lines: readonly string[]
}

export function upgradeParts(fleet: Fleet): readonly UpgradePart[] {
  const rings = Object.entries(fleet.gitops?.rings ?? {})
  const kinds = new Set(fleet.clusters.map(({ kind }) => kind))
  const management = fleet.clusters.filter(({ eksAnywhere }) => eksAnywhere?.role === 'management')
  const selfMade = fleet.clusters.filter(
    ({ eksAnywhere }) => eksAnywhere !== undefined && eksAnywhere.managementCluster === undefined,
  )
  return [
    ...(rings.length === 0
      ? []
      : [
          {
            title: 'Apps and class bases, by rings',
            lines: [
              'Merge the change. No site follows it yet: each ring is pinned to a revision.',
              ...rings.map(
                ([ring]) =>
                  `Tag the commit, name the tag in \`gitops.rings.${ring}\`, write the files anew, merge; then wait until ${counted(sitesIn(fleet, ring), 'site')} of the ring ${ring} are Ready and have stayed so.`,
              ),
            ],
          },
        ]),
    ...(kinds.has('eks') || kinds.has('eksOutpost')
      ? [
          {
            title: 'EKS',
            lines: [
              'The control plane first, by one minor version; then its add-ons; then its nodes, which may be older by three minor versions at most, never newer.',
              'Raise `clusters[].eks.version`, look at `skerry check` and `skerry plan --against` the earlier output, and carry that out.',
            ],
          },
        ]
      : []),
    ...(management.length === 0
      ? []
      : [
          {
            title: 'EKS Anywhere, management clusters before what they manage',
            lines: [
              ...management.map(
                ({ name }) =>
                  `\`eksctl anywhere upgrade cluster --filename ${name}.yaml\` on the admin machine of ${name}, the file filled in as for its creation`,
              ),
              'Then the workload clusters: their files in the repository carry the version, and the management cluster rolls them.',
            ],
          },
        ]),
    ...(selfMade.filter((it) => !management.includes(it)).length === 0
      ? []
      : [
          {
            title: 'EKS Anywhere, clusters that manage themselves',
            lines: selfMade
              .filter((it) => !management.includes(it))
              .map(
                ({ name, eksAnywhere }) =>
                  `\`eksctl anywhere upgrade cluster --filename ${name}.yaml\` on the admin machine of ${name}, the file filled in as for its creation${eksAnywhere?.upgradeWindow === undefined ? '' : `; window: ${eksAnywhere.upgradeWindow}`}`,
              ),
          },
        ]),
    ...(fleet.federations.length === 0
      ? []
      : [
          {
            title: 'Karmada',
            lines: [
              'One minor version at a time; members go on by themselves while its control plane is away.',
              'Keep the deletion protection label on what is placed: a control plane that comes up without its CRDs has removed objects before (karmada-io/karmada#6098).',
            ],
          },
        ]),
  ]
}

const sitesIn = (fleet: Fleet, ring: string): number => fleet.sites.filter(({ labels }) => labels.ring === ring).length
