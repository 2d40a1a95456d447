// Fleets and their repositories for the tests of flux/.

import { parse, parseAllDocuments } from 'yaml'
import { fleetFrom } from '../../fleet/from.ts'
import { readFleet } from '../../fleet/read.ts'
import { gitops } from '../../model/declaration/fleet.ts'
import type { Fleet } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import { plan } from '../../plan/index.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import type { Bundle } from '../bundle.ts'
import { eksAnywhereBundles } from '../eks-anywhere/index.ts'
import { infrastructureBundles } from '../infrastructure/infrastructure.ts'
import { karmadaBundles } from '../karmada/index.ts'
import { workloadBundles } from '../workloads/index.ts'
import { fluxFiles } from './flux.ts'

export const allBundles = (made: Plan): readonly Bundle[] => [
  ...infrastructureBundles(made),
  ...eksAnywhereBundles(made),
  ...karmadaBundles(made),
  ...workloadBundles(made),
]

export interface Made {
  readonly plan: Plan
  readonly bundles: readonly Bundle[]
  readonly files: ReadonlyMap<string, string>
}

export function madeOf(fleet: Fleet, bundlesOf = allBundles): Made {
  const made = plan(fleet)
  const bundles = bundlesOf(made)
  return { plan: made, bundles, files: byPath(fluxFiles(made, bundles)) }
}

export function byPath(files: readonly Artefact[]): ReadonlyMap<string, string> {
  const map = new Map(files.map(({ path, text }) => [path, text]))
  if (map.size !== files.length) throw new Error('two files of one path')
  return map
}

export const examples = ['federation', 'local-zone', 'recovery', 'stores', 'wavelength'] as const

const known = new Map<string, Made>()

export async function exampleOf(name: (typeof examples)[number]): Promise<Made> {
  const before = known.get(name) ?? madeOf(await readFleet([`examples/${name}`]))
  known.set(name, before)
  return before
}

/** An example whose fleet says nothing of GitOps, as if it did. */
export async function byFlux(name: (typeof examples)[number]): Promise<Made> {
  const { plan: made } = await exampleOf(name)
  const { fleet } = made
  return madeOf({
    ...fleet,
    gitops: { ...gitops.parse({ url: 'https://git.example.com/fleet' }), origin: fleet.origin },
  })
}

export const objectsIn = (text: string | undefined): readonly KubernetesObject[] =>
  parseAllDocuments(text ?? '').map((document) => document.toJS() as KubernetesObject)

export const objectIn = (text: string | undefined): KubernetesObject => parse(text ?? '') as KubernetesObject

/** Shops of three rings below one management cluster, and an app in each of them. */
export const shops = (count: number, change: (text: string) => string = (text) => text): Fleet =>
  fleetFrom(
    change(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: shops }
clusters: [{ name: hq, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }]
sites: [{ name: hq, place: { onPremises: vsphere }, cluster: hq, nodePools: [{ name: md, replicas: 1 }] }]
classes:
  - name: shop
    rows:
      csv: shops.csv
      key: id
      columns: { id: string, ring: [canary, early, rest], vip: ip }
    site: { name: "shop-{id}", place: { onPremises: vsphere }, labels: { role: shop, ring: "{ring}" }, nodePools: [{ name: md, replicas: 1 }] }
    cluster: { eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: hq, endpoint: "{vip}", packages: [metallb, cert-manager] } }
gitops:
  url: https://git.example.com/fleet
  rings: { canary: main, early: v1.5.0, rest: 4f2c9d1e8b7a6053421fedcba9876543210fedcb }
  secrets: { age: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p] }
---
kind: App
metadata: { name: till }
source: { image: "registry.example.com/till:1" }
placement: [{ matchLabels: { role: shop }, replicas: 2 }]
expose: { host: till.example.com, routing: { simple: shop-00000 }, loadBalancer: metallb, scheme: internal }
`),
    {
      'shops.csv': `id,ring,vip\n${Array.from({ length: count }, (_, index) => {
        const id = String(index).padStart(5, '0')
        const ring = index % 50 === 0 ? 'canary' : index % 10 === 0 ? 'early' : 'rest'
        return `${id},${ring},10.${Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`
      }).join('\n')}\n`,
    },
  )
