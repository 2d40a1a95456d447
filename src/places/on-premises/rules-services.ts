// What AWS has around a cluster and a site of one's own has not: a registry within reach, load balancers, an autoscaler's figures.

import type { Hit, Rule } from '../../model/finding.ts'
import type { App, Placement } from '../../model/fleet.ts'
import { lookup } from '../../model/lookup.ts'
import { yaml } from '../fragment.ts'
import { source } from '../sources.ts'
import type { AnywhereCluster } from './clusters.ts'
import { anywhereClusters, hitAt } from './clusters.ts'

const isPublic = (text: string): boolean =>
  /(?:^|\/\/|\.)(?:amazonaws\.com|cloudfront\.net|ecr\.aws|docker\.io|ghcr\.io|quay\.io|registry\.k8s\.io)(?:[:/]|$)/.test(
    text,
  )

const mirrorWhereCutOff: Rule = {
  code: 'EA014',
  severity: 'error',
  title: 'What is cut off from the internet has its images and systems on the LAN',
  why: 'Without a mirror nothing is ever pulled: neither the images of EKS Anywhere, nor the system of a bare machine, nor those of the apps.',
  sources: [`${source.EKSA}getting-started/airgapped/`, source.seedPortfolio],
  seeds: [65],
  example: {
    wrong: yaml`
      clusters: [{ name: ship, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, airGapped: true } }]
      sites:
        - { name: ship, place: { onPremises: vsphere }, cluster: ship, nodePools: [{ name: hold }] }
    `,
    right: yaml`
      clusters:
        - name: ship
          eksAnywhere:
            provider: vsphere
            version: "1.35"
            endpoint: 10.1.0.10
            airGapped: true
            registryMirror: { endpoint: harbor.ship.example.com, namespaces: { public.ecr.aws: eks-anywhere } }
      sites:
        - { name: ship, place: { onPremises: vsphere }, cluster: ship, nodePools: [{ name: hold }] }
    `,
  },
  check: (fleet) => {
    const { placementsAt } = lookup(fleet)
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const { spec } = one
      const cutOff = one.sites.some(({ link }) => link?.kind === 'airgapped')
      if (!spec.airGapped)
        return cutOff
          ? [
              hitAt(
                one,
                'airGapped',
                'is not said, and the link of its site is airgapped',
                'say airGapped: true, and name a registryMirror',
              ),
            ]
          : []
      const mirror = spec.registryMirror
      const urls =
        spec.provider === 'bareMetal'
          ? (['osImageURL', 'hookImagesURL'] as const).flatMap((field): Hit[] => {
              const url = spec[field]
              if (url !== undefined && !isPublic(url)) return []
              const found = url === undefined ? 'is not given' : 'is an address on the internet'
              return [hitAt(one, field, found, 'serve it on the LAN, and name it here')]
            })
          : []
      if (mirror === undefined)
        return [hitAt(one, 'registryMirror', 'is not given', 'name a registry on the LAN, such as Harbor'), ...urls]
      const hits = [...urls]
      if (isPublic(mirror.endpoint))
        hits.push(
          hitAt(one, 'registryMirror/endpoint', `is ${mirror.endpoint}, on the internet`, 'name a registry on the LAN'),
        )
      const apps = homesOf(one).flatMap((site) => placementsAt(site.name))
      for (const { app, registry } of apps.flatMap(registryOf)) {
        if (registry === mirror.endpoint || registry.startsWith(`${mirror.endpoint}:`)) continue
        if (Object.hasOwn(mirror.namespaces, registry)) continue
        hits.push(
          hitAt(
            one,
            'registryMirror/namespaces',
            `has nothing for ${registry}, from which ${app} comes`,
            `add ${registry}, and import the images`,
            { severity: 'warning' },
          ),
        )
      }
      return hits
    })
  },
}

function registryOf({ app, placement }: { readonly app: App; readonly placement: Placement }) {
  const image = (placement.source ?? app.source).image
  if (image === undefined) return []
  const [host = '', ...rest] = image.split('/')
  const registry = rest.length > 0 && /[.:]/.test(host) ? host : 'docker.io'
  return [{ app: app.name, registry }]
}

const mirrorIsAHost: Rule = {
  code: 'EAS15',
  severity: 'error',
  title: 'A registry mirror is named by its host',
  why: 'EKS Anywhere puts the port behind it and the names of images behind that: a scheme or a path makes an address that nothing answers at.',
  sources: [`${source.eksaCluster}, validateMirrorConfig`],
  example: {
    wrong: yaml`
      clusters:
        - { name: ship, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, registryMirror: { endpoint: "https://harbor.example.com/eks" } } }
      sites:
        - { name: ship, place: { onPremises: vsphere }, cluster: ship, nodePools: [{ name: hold }] }
    `,
    right: yaml`
      clusters:
        - { name: ship, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, registryMirror: { endpoint: harbor.example.com } } }
      sites:
        - { name: ship, place: { onPremises: vsphere }, cluster: ship, nodePools: [{ name: hold }] }
    `,
  },
  check: (fleet) =>
    anywhereClusters(fleet).flatMap((one): Hit[] => {
      const endpoint = one.spec.registryMirror?.endpoint
      if (endpoint === undefined || /^[A-Za-z0-9.-]+$/.test(endpoint)) return []
      return [
        hitAt(
          one,
          'registryMirror/endpoint',
          'is more than a host',
          'write the host alone; its port has a field of its own',
        ),
      ]
    }),
}

/** The sites whose apps run on it: a management cluster may share a site with the cluster that they run on. */
const homesOf = ({ cluster, sites }: AnywhereCluster) => sites.filter((site) => site.cluster === cluster.name)

/** What each need of an app is met by on premises. */
const stands = {
  metallb: { need: 'an address', instead: 'a Network Load Balancer' },
  emissary: { need: 'an Ingress', instead: 'an Application Load Balancer' },
  'metrics-server': { need: 'the figures of its autoscaler', instead: 'nothing: EKS has it as an add-on' },
} as const

const replacements: Rule = {
  code: 'EA015',
  severity: 'warning',
  title: 'What AWS would bring to an app is there on premises as well',
  why: 'No load balancer of AWS stands in a shop: MetalLB hands out addresses there, Emissary serves an Ingress, metrics-server feeds an autoscaler.',
  sources: [source.eksaPackages, source.seedPortfolio],
  seeds: [66, 67],
  example: {
    wrong: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
      ---
      kind: App
      metadata: { name: till }
      source: { image: registry.example.com/till:1.0.0 }
      placement: [{ site: shop }]
      expose: { host: till.example.com, routing: { simple: shop } }
    `,
    right: yaml`
      clusters: [{ name: shop, eksAnywhere: { provider: vsphere, version: "1.35", endpoint: 10.1.0.10, packages: [metallb], metallbPool: 10.1.0.16/28 } }]
      sites:
        - { name: shop, place: { onPremises: vsphere }, cluster: shop, nodePools: [{ name: floor }] }
      ---
      kind: App
      metadata: { name: till }
      source: { image: registry.example.com/till:1.0.0 }
      placement: [{ site: shop }]
      expose: { host: till.example.com, routing: { simple: shop } }
    `,
  },
  check: (fleet) => {
    const { placementsAt } = lookup(fleet)
    return anywhereClusters(fleet).flatMap((one): Hit[] => {
      const needs = new Map<keyof typeof stands, string>()
      for (const site of homesOf(one))
        for (const { app, placement } of placementsAt(site.name))
          for (const need of needsOf(app, placement)) if (!needs.has(need)) needs.set(need, app.name)
      return [...needs]
        .filter(([name]) => !has(one, name))
        .map(([name, app]) =>
          hitAt(
            one,
            'packages',
            `lack ${name}, for ${stands[name].need} of ${app}`,
            `add ${name}${name === 'metallb' ? ' and a metallbPool' : ''}, or bring a replacement of your own and accept this`,
          ),
        )
    })
  },
}

function needsOf(app: App, { manifests }: Placement): readonly (keyof typeof stands)[] {
  const kinds = new Set(manifests.map(({ kind }) => kind))
  const byService = manifests.some(
    ({ kind, object }) =>
      kind === 'Service' && (object.spec as { type?: unknown } | undefined)?.type === 'LoadBalancer',
  )
  const exposed = app.expose !== undefined && app.expose.loadBalancer !== 'none'
  return [
    ...(exposed || byService ? (['metallb'] as const) : []),
    ...(kinds.has('Ingress') ? (['emissary'] as const) : []),
    ...(kinds.has('HorizontalPodAutoscaler') ? (['metrics-server'] as const) : []),
  ]
}

function has({ spec }: AnywhereCluster, name: string): boolean {
  return spec.packages.includes(name) || (name === 'metallb' && spec.metallbPool !== undefined)
}

export const serviceRules: readonly Rule[] = [mirrorWhereCutOff, mirrorIsAHost, replacements]
