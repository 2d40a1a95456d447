// The repository of a fleet: which revision each ring of sites follows, and whether Flux can read what is encrypted in it.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { source, yaml } from '../../places/index.ts'
import { listAt, nameOf, textAt } from '../manifest.ts'
import { subjects } from '../subjects.ts'
import { and } from '../words.ts'

const gitRepository = 'https://fluxcd.io/flux/components/source/gitrepositories/#reference'
export const fluxSops = 'https://fluxcd.io/flux/guides/mozilla-sops/'

/** How many sites each ring has. */
function ringsOf({ sites }: Fleet): ReadonlyMap<string, number> {
  const rings = new Map<string, number>()
  for (const { labels } of sites)
    if (labels.ring !== undefined) rings.set(labels.ring, (rings.get(labels.ring) ?? 0) + 1)
  return rings
}

const ringOfSites: Rule = {
  code: 'GIT013',
  severity: 'error',
  title: 'A ring with a revision is the ring of some site',
  why: 'A revision of a ring that nobody is in reaches nobody, and the sites that were meant follow something else.',
  sources: [gitRepository, source.derived],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: canary }, nodePools: [{ name: workers }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { canary: main, canarry: v1.4.2 } }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: canary }, nodePools: [{ name: workers }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { canary: main } }
    `,
  },
  check: (fleet) => {
    const { gitops } = fleet
    const there = ringsOf(fleet)
    return Object.keys(gitops?.rings ?? {}).flatMap((ring): Hit[] =>
      gitops === undefined || there.has(ring)
        ? []
        : [
            {
              origin: gitops.origin,
              field: `rings/${ring}`,
              found: 'is the ring of no site',
              fix:
                there.size === 0
                  ? `give sites the label ring: ${ring}, or take it out`
                  : `use one of ${and([...there.keys()].sort())}, or take it out`,
            },
          ],
    )
  },
}

const ringIsPinned: Rule = {
  code: 'GIT014',
  severity: 'warning',
  title: 'Where rings follow revisions of their own, each of them has one',
  why: 'Sites of a ring without a revision follow the branch: every merge reaches them at once, before the rings that were meant to go first.',
  sources: [gitRepository, source.derived],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: canary }, nodePools: [{ name: workers }] }
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, labels: { ring: rest }, nodePools: [{ name: workers }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { canary: main } }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: canary }, nodePools: [{ name: workers }] }
        - { name: virginia, place: { region: us-east-1 }, cluster: virginia, labels: { ring: rest }, nodePools: [{ name: workers }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { canary: main, rest: v1.4.2 } }
    `,
  },
  check: (fleet) => {
    const { gitops } = fleet
    if (gitops?.rings === undefined) return []
    const pinned = gitops.rings
    return [...ringsOf(fleet)]
      .filter(([ring]) => !Object.hasOwn(pinned, ring))
      .map(([ring, count]) => ({
        origin: gitops.origin,
        field: 'rings',
        found: `say nothing of ${ring}, the ring of ${count} ${count === 1 ? 'site' : 'sites'}`,
        fix: `add ${ring}: and the tag, branch or commit that it follows`,
      }))
  },
}

const oneRing: Rule = {
  code: 'GIT015',
  severity: 'error',
  title: 'The sites of one cluster are in one ring',
  why: 'Flux of a cluster follows one revision, so that two sites of it cannot follow two.',
  sources: [gitRepository],
  example: {
    wrong: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: rest }, nodePools: [{ name: workers }] }
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, labels: { ring: canary }, nodePools: [{ name: edge }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { canary: main, rest: v1.4.2 } }
    `,
    right: yaml`
      sites:
        - { name: oregon, place: { region: us-west-2 }, cluster: oregon, labels: { ring: rest }, nodePools: [{ name: workers }] }
        - { name: los-angeles, place: { localZone: us-west-2-lax-1a }, cluster: oregon, labels: { ring: rest }, nodePools: [{ name: edge }] }
      gitops: { url: "https://git.example.com/fleet/site", rings: { rest: v1.4.2 } }
    `,
  },
  check: (fleet) => {
    if (fleet.gitops?.rings === undefined) return []
    const { sitesOf } = lookup(fleet)
    return fleet.clusters.flatMap((cluster): Hit[] => {
      const [first, ...others] = sitesOf(cluster.name)
      const ring = cluster.labels.ring ?? first?.labels.ring
      const other = [first, ...others].find(
        (site) => site?.labels.ring !== undefined && ring !== undefined && site.labels.ring !== ring,
      )
      return other === undefined
        ? []
        : [
            {
              origin: other.origin,
              field: 'labels/ring',
              found: `is ${other.labels.ring}, where its cluster is in ${ring}`,
              fix: `use ${ring}, or a cluster of its own`,
            },
          ]
    })
  },
}

const readable: Rule = {
  code: 'GIT016',
  severity: 'error',
  title: 'Flux can decrypt the Secrets that are encrypted in the repository',
  why: 'Without a key that opens it Flux fails on the whole Kustomization, and nothing of it arrives.',
  sources: [fluxSops],
  example: {
    wrong: yaml`
      gitops: { url: "https://git.example.com/fleet/site" }
      ---
      apiVersion: v1
      kind: Secret
      metadata: { name: game }
      stringData: { password: "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=]" }
      sops: { age: [{ recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p }] }
    `,
    right: yaml`
      gitops:
        url: "https://git.example.com/fleet/site"
        secrets: { age: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p] }
      ---
      apiVersion: v1
      kind: Secret
      metadata: { name: game }
      stringData: { password: "ENC[AES256_GCM,data:p673w==,iv:YY=,aad:UQ=,tag:A=]" }
      sops: { age: [{ recipient: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p }] }
    `,
  },
  check: (fleet) => {
    const { gitops } = fleet
    if (gitops === undefined) return []
    const known = gitops.secrets?.age ?? []
    return subjects(fleet).manifests.flatMap(({ manifest }): Hit[] => {
      const recipients = listAt(manifest.object, 'sops', 'age').flatMap((each) => textAt(each, 'recipient') ?? [])
      // encrypted by a key service instead: Flux opens it by the role of its pods, which no file shows
      if (recipients.length === 0 || recipients.some((recipient) => known.includes(recipient))) return []
      return [
        {
          origin: manifest.origin,
          field: 'sops',
          found:
            gitops.secrets === undefined
              ? `of ${nameOf(manifest)} is for age, and gitops.secrets says no recipient`
              : `of ${nameOf(manifest)} is for ${and(recipients.map(short))}, and none of them is in gitops.secrets.age`,
          fix:
            gitops.secrets === undefined
              ? `say gitops.secrets: { age: [${recipients[0]}] }`
              : 'encrypt it again for a recipient of gitops.secrets.age: sops updatekeys',
        },
      ]
    })
  },
}

const short = (recipient: string): string => `${recipient.slice(0, 12)}…`

export const repositoryRules: readonly Rule[] = [ringOfSites, ringIsPinned, oneRing, readable]
