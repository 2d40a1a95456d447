// What sites ask of the link to their Region: those whose machines are one's own, and the zones of AWS with small packets on the way.

import type { Hit, Rule } from '../../model/finding.ts'
import { source, yaml } from '../../places/index.ts'
import type { SiteSubject } from '../subjects.ts'
import { subjects } from '../subjects.ts'
import { lawsOn } from '../topic.ts'

const farControlled = ({ traits }: SiteSubject): boolean =>
  traits.locale === 'none' && traits.controlPlaneAt.value === 'region'

const ownControlPlane: Rule = {
  code: 'EA019',
  severity: 'warning',
  title: 'A site that is cut off has its own control plane',
  why: 'With the control plane in a Region nothing is started, moved or mended while the link is down, and credentials last an hour: EKS Anywhere keeps everything at the site.',
  sources: [source.seedPortfolio, source.eksHybridDisconnects],
  seeds: [61, 65],
  example: {
    wrong: yaml`
      sites:
        - { name: ship, place: { hybrid: us-west-2 }, cluster: oregon, link: { kind: airgapped } }
    `,
    right: yaml`
      sites:
        - { name: ship, place: { hybrid: us-west-2 }, cluster: oregon, link: { kind: strong } }
    `,
  },
  check: (fleet) =>
    subjects(fleet).sites.flatMap((subject): Hit[] => {
      const { site } = subject
      return farControlled(subject) && site.link?.kind === 'airgapped'
        ? [
            {
              origin: site.origin,
              field: 'link/kind',
              found: 'is airgapped, with the control plane in a Region',
              fix: 'use EKS Anywhere there: place: { onPremises: … }',
            },
          ]
        : []
    }),
}

const linkIsEnough: Rule = {
  code: 'HN005',
  severity: 'warning',
  title: 'Hosts of a site reach their control plane in a Region reliably, with 100 Mbit/s and 200 ms',
  why: 'AWS asks for a private link of 100 Mbit/s and a round trip of 200 ms at most; it is not made for links that come and go.',
  sources: [source.eksHybrid, source.eksHybridDisconnects],
  seeds: [61],
  example: {
    wrong: yaml`
      sites:
        - { name: plant, place: { hybrid: us-west-2 }, cluster: oregon, link: { bandwidth: 20Mbps } }
    `,
    right: yaml`
      sites:
        - { name: plant, place: { hybrid: us-west-2 }, cluster: oregon, link: { bandwidth: 200Mbps, delay: 30ms } }
    `,
  },
  check: (fleet) =>
    subjects(fleet).sites.flatMap((subject): Hit[] => {
      const { site } = subject
      const { kind, bandwidth, delay } = site.link ?? {}
      if (!farControlled(subject)) return []
      const hit = (field: string, found: string, fix: string): Hit => ({
        origin: site.origin,
        field: `link/${field}`,
        found,
        fix,
      })
      return [
        ...(kind === 'intermittent'
          ? [hit('kind', 'is intermittent', 'have a link that lasts, or use EKS Anywhere')]
          : []),
        ...(bandwidth !== undefined && bandwidth < 100e6
          ? [hit('bandwidth', `is ${bandwidth / 1e6} Mbit/s`, 'have 100 Mbit/s or more')]
          : []),
        ...(delay !== undefined && delay > 0.2
          ? [hit('delay', `is ${Math.round(delay * 1000)} ms`, 'use a Region within 200 ms')]
          : []),
      ]
    }),
}

/** What is declared of the link is what its engineers set on the nodes. */
const packetSize = lawsOn('packetSize', (fleet, covers) =>
  subjects(fleet).sites.flatMap(({ site, traits }): Hit[] => {
    const { mtu } = site.link ?? {}
    const largest = traits.mtu
    if (mtu === undefined || largest === undefined || mtu <= largest.value || !covers(site.place)) return []
    return [
      {
        origin: site.origin,
        field: 'link/mtu',
        found: `is ${mtu} bytes, where the way to the Region takes ${largest.value}`,
        fix: `use ${largest.value}, for the nodes and their pods`,
        source: largest.source,
      },
    ]
  }),
)

export const linkRules: readonly Rule[] = [ownControlPlane, linkIsEnough, ...packetSize]
