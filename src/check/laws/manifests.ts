// What apps bring along for the cluster: nothing left to fill in, nothing secret, nothing that changes by itself.

import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet, Manifest } from '../../model/fleet.ts'
import { source, yaml } from '../../places/index.ts'
import { at, containersOf, nameOf, textsOf } from '../manifest.ts'
import { subjects } from '../subjects.ts'
import { fluxSops } from './repository.ts'

const manifests = (fleet: Fleet): readonly Manifest[] => subjects(fleet).manifests.map(({ manifest }) => manifest)

const nothingUnrendered: Rule = {
  code: 'GIT007',
  severity: 'error',
  title: 'No shell variable is left in a manifest',
  why: 'Nothing replaces $name on the way to the cluster: the text goes there as it is, and the load balancer looks for a subnet of that name.',
  sources: [source.seedRecovery],
  seeds: [120],
  example: {
    wrong: yaml`
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: ingress-2048
        namespace: game-2048
        annotations: { alb.ingress.kubernetes.io/subnets: $localzone_subnets }
    `,
    right: yaml`
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata:
        name: ingress-2048
        namespace: game-2048
        annotations: { alb.ingress.kubernetes.io/subnets: subnet-0a1b2c3d4e5f60718 }
    `,
  },
  check: (fleet) =>
    manifests(fleet).flatMap((manifest) =>
      textsOf(manifest).flatMap(({ value, field }): Hit[] => {
        // ${name} is what Flux replaces after it has built; $(NAME) is Kubernetes' own
        const left = (fleet.gitops === undefined ? /\$(?:\{[A-Za-z_]\w*\}|[a-z_]\w*)/ : /\$[a-z_]\w*/).exec(value)?.[0]
        return left === undefined
          ? []
          : [{ origin: manifest.origin, field, found: `holds ${left}`, fix: `write the value that ${left} stands for` }]
      }),
    ),
}

const noSecrets: Rule = {
  code: 'GIT008',
  severity: 'error',
  title: 'No credentials are written into files',
  why: 'What is in a repository is known to everyone who ever reads it, and stays in its history.',
  sources: [source.seedRecovery, fluxSops],
  seeds: [122],
  example: {
    wrong: yaml`
      apiVersion: v1
      kind: Secret
      metadata: { name: flux-system, namespace: flux-system }
      stringData: { username: git, password: example }
    `,
    right: yaml`
      apiVersion: external-secrets.io/v1
      kind: ExternalSecret
      metadata: { name: flux-system, namespace: flux-system }
      spec: { secretStoreRef: { name: aws, kind: ClusterSecretStore }, target: { name: flux-system } }
    `,
  },
  check: (fleet) => {
    const age = fleet.gitops?.secrets?.age.join(',')
    const inUrl = fleet.gitops !== undefined && /^[a-z+]+:\/\/[^/@:]+:[^/@]+@/.test(fleet.gitops.url)
    return [
      ...(inUrl
        ? [
            {
              origin: fleet.gitops.origin,
              field: 'url',
              found: 'holds a password',
              fix: 'take it out, and name a secret in secretRef',
            },
          ]
        : []),
      ...manifests(fleet).flatMap((manifest): Hit[] => {
        if (manifest.kind !== 'Secret' || 'sops' in manifest.object) return []
        const held = ['data', 'stringData'].find(
          (key) => Object.keys((at(manifest.object, key) as object | undefined) ?? {}).length > 0,
        )
        return held === undefined
          ? []
          : [
              {
                origin: manifest.origin,
                field: held,
                found: `of ${nameOf(manifest)} is written out`,
                fix:
                  age === undefined
                    ? 'create it outside the repository, or encrypt it with SOPS or an external secret'
                    : `encrypt it: sops encrypt --age ${age} --encrypted-regex '^(data|stringData)$' --in-place ${manifest.origin.file}`,
              },
            ]
      }),
    ]
  },
}

const fixedImage: Rule = {
  code: 'GIT012',
  severity: 'warning',
  title: 'Images have a fixed tag or a digest',
  why: 'latest is another image tomorrow, so that two sites differ; and it is always pulled, which fails where the registry is out of reach.',
  sources: [source.images, source.seedRecovery],
  seeds: [108],
  example: {
    wrong: yaml`
      kind: App
      metadata: { name: game }
      source: { image: public.ecr.aws/l6m2t8p7/docker-2048:latest }
      placement: [{ site: oregon }]
    `,
    right: yaml`
      kind: App
      metadata: { name: game }
      source: { image: public.ecr.aws/l6m2t8p7/docker-2048:1.0.2 }
      placement: [{ site: oregon }]
    `,
  },
  check: (fleet) => {
    const fix = 'name a version, or better a digest'
    return [
      ...fleet.apps.flatMap((app): Hit[] => {
        const image = app.source.image
        return image !== undefined && isLatest(image)
          ? [{ origin: app.origin, field: 'source/image', found: `is ${image}`, fix }]
          : []
      }),
      ...manifests(fleet).flatMap((manifest) =>
        containersOf(manifest).flatMap(({ image, field }): Hit[] =>
          image !== undefined && isLatest(image) ? [{ origin: manifest.origin, field, found: `is ${image}`, fix }] : [],
        ),
      ),
    ]
  },
}

function isLatest(image: string): boolean {
  if (image.includes('@')) return false
  const tag = /:([^:/]+)$/.exec(image)?.[1]
  return tag === undefined || tag === 'latest'
}

export const manifestRules: readonly Rule[] = [nothingUnrendered, noSecrets, fixedImage]
