// The versions of EKS and the days on which their support ends. Today's date is an argument: without one nothing has ended.

import type { Hit, Rule } from '../../model/finding.ts'
import { eksVersions, newestVersion, source, yaml } from '../../places/index.ts'

const supported: Rule = {
  code: 'RG015',
  severity: 'warning',
  title: 'The Kubernetes version is in standard support',
  why: 'After standard support a version costs more; after extended support EKS upgrades the control plane by itself.',
  sources: [source.eksVersions, source.UG26],
  example: {
    wrong: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.32" } }]
    `,
    right: yaml`
      clusters: [{ name: oregon, network: main, eks: { version: "1.35" } }]
    `,
  },
  check: (fleet, today) =>
    fleet.clusters.flatMap((cluster): Hit[] => {
      if (cluster.version === undefined || (cluster.eks === undefined && cluster.eksOutpost === undefined)) return []
      const at = { origin: cluster.origin, field: `${cluster.kind}/version` }
      if (minorOf(cluster.version) > minorOf(newestVersion)) {
        return [
          {
            ...at,
            found: `is ${cluster.version}, later than ${newestVersion}, the newest known here`,
            fix: `use ${newestVersion} or earlier, or accept this where EKS offers it by now`,
          },
        ]
      }
      if (today === undefined) return []
      const fix = `upgrade to ${latestInSupport(today)}, one minor version at a time`
      const row = eksVersions.find(({ version }) => version === cluster.version)
      const beforeAll = minorOf(cluster.version) < minorOf(eksVersions[0]?.version)
      if (beforeAll || (row !== undefined && today > row.extendedUntil)) {
        const since = row === undefined ? 'is no longer supported' : `has had no support since ${row.extendedUntil}`
        return [{ ...at, found: `is ${cluster.version}, which ${since}`, fix, severity: 'error' }]
      }
      if (row === undefined || today <= row.standardUntil) return []
      const byItself = cluster.eks?.support === 'standard'
      return [
        {
          ...at,
          found: `is ${cluster.version}, whose standard support ended on ${row.standardUntil}${byItself ? ': without extended support EKS upgrades it by itself' : `; extended support until ${row.extendedUntil} costs more`}`,
          fix,
        },
      ]
    }),
}

function latestInSupport(today: string): string {
  return eksVersions.findLast((row) => row.standardUntil >= today)?.version ?? newestVersion
}

export function minorOf(version: string | undefined): number {
  return Number(version?.split('.')[1] ?? Number.NaN)
}

export const versionRules: readonly Rule[] = [supported]
