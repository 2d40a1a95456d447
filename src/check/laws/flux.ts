// Flux: objects of versions that it serves, in an order that works, from a service that one can have.

import semver from 'semver'
import type { Hit, Rule } from '../../model/finding.ts'
import type { Fleet, Manifest } from '../../model/fleet.ts'
import { source, yaml } from '../../places/index.ts'
import { at, listAt, textAt } from '../manifest.ts'
import { subjects } from '../subjects.ts'
import { and } from '../words.ts'

const manifests = (fleet: Fleet): readonly Manifest[] => subjects(fleet).manifests.map(({ manifest }) => manifest)

/** API versions that Flux no longer serves, with the release that dropped them and what to write instead. */
const dropped: Readonly<Record<string, { readonly since: string; readonly now: string }>> = {
  'helm.toolkit.fluxcd.io/v2beta1': { since: '2.7.0', now: 'helm.toolkit.fluxcd.io/v2' },
  'helm.toolkit.fluxcd.io/v2beta2': { since: '2.8.0', now: 'helm.toolkit.fluxcd.io/v2' },
  'source.toolkit.fluxcd.io/v1beta1': { since: '2.7.0', now: 'source.toolkit.fluxcd.io/v1' },
  'source.toolkit.fluxcd.io/v1beta2': { since: '2.8.0', now: 'source.toolkit.fluxcd.io/v1' },
  'kustomize.toolkit.fluxcd.io/v1beta1': { since: '2.7.0', now: 'kustomize.toolkit.fluxcd.io/v1' },
  'kustomize.toolkit.fluxcd.io/v1beta2': { since: '2.8.0', now: 'kustomize.toolkit.fluxcd.io/v1' },
}

/** The Flux that is meant where the fleet does not say. */
const currentFlux = '2.8.0'

const servedVersions: Rule = {
  code: 'GIT001',
  severity: 'error',
  title: 'Flux objects have API versions that Flux serves',
  why: 'Flux 2.7 dropped v2beta1 and v1beta1, Flux 2.8 v2beta2 and v1beta2: objects of these versions are refused.',
  sources: [source.FLUX, source.seedRecovery],
  seeds: [100, 117, 118],
  example: {
    wrong: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2beta1
      kind: HelmRelease
      metadata: { name: game, namespace: game }
      spec:
        interval: 10m0s
        chart: { spec: { chart: game, version: 1.0.0, sourceRef: { kind: HelmRepository, name: games } } }
    `,
    right: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: game, namespace: game }
      spec:
        interval: 10m0s
        chart: { spec: { chart: game, version: 1.0.0, sourceRef: { kind: HelmRepository, name: games } } }
    `,
  },
  check: (fleet) => {
    const flux = semver.coerce(fleet.gitops?.version ?? currentFlux)?.version ?? currentFlux
    return manifests(fleet).flatMap((manifest): Hit[] => {
      const old = dropped[manifest.apiVersion]
      if (old === undefined || semver.lt(flux, old.since)) return []
      return [
        {
          origin: manifest.origin,
          field: 'apiVersion',
          found: `is ${manifest.apiVersion}, which Flux dropped in ${old.since}`,
          fix: `write ${old.now}`,
        },
      ]
    })
  },
}

const isFluxKustomization = (manifest: Manifest) =>
  manifest.kind === 'Kustomization' && manifest.apiVersion.startsWith('kustomize.toolkit.fluxcd.io/')

const orderAndPrune: Rule = {
  code: 'GIT002',
  severity: 'error',
  title: 'Flux prunes and waits, and apps come after the controller that they need',
  why: 'Without wait the next object starts before this one works; without prune what is taken out of Git stays; an Ingress before its controller fails.',
  sources: [source.seedRecovery],
  seeds: [118, 119],
  example: {
    wrong: yaml`
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: { name: game-2048, namespace: flux-system }
      spec: { interval: 10m0s, path: ./apps/localzone, prune: true, sourceRef: { kind: GitRepository, name: flux-system } }
    `,
    right: yaml`
      apiVersion: kustomize.toolkit.fluxcd.io/v1
      kind: Kustomization
      metadata: { name: game-2048, namespace: flux-system }
      spec: { interval: 10m0s, path: ./apps/localzone, prune: true, wait: true, sourceRef: { kind: GitRepository, name: flux-system } }
    `,
  },
  check: (fleet) => {
    const ours: Hit[] = (['prune', 'wait'] as const).flatMap((field) =>
      fleet.gitops === undefined || fleet.gitops[field]
        ? []
        : [{ origin: fleet.gitops.origin, field, found: 'is false', fix: 'leave it out: it is on by default' }],
    )
    const written = manifests(fleet).filter(isFluxKustomization)
    const controller = written.find(
      (manifest) => manifest.name.includes('load-balancer-controller') || manifest.name.includes('ingress'),
    )
    const theirs = written.flatMap((manifest): Hit[] => {
      const off = ['prune', 'wait'].filter((field) => at(manifest.object, 'spec', field) !== true)
      const needs = listAt(manifest.object, 'spec', 'dependsOn').map((entry) => textAt(entry, 'name'))
      const afterController =
        controller === undefined ||
        manifest === controller ||
        needs.includes(controller.name) ||
        textAt(manifest.object, 'spec', 'path')?.includes('infrastructure') === true
      return [
        ...(off.length === 0
          ? []
          : [
              {
                origin: manifest.origin,
                field: 'spec',
                found: `of ${manifest.name} has no ${and(off.map((field) => `${field}: true`))}`,
                fix: `add ${and(off.map((field) => `${field}: true`))}`,
              },
            ]),
        ...(afterController
          ? []
          : [
              {
                origin: manifest.origin,
                field: 'spec',
                found: `of ${manifest.name} does not depend on ${controller.name}`,
                fix: `add dependsOn: [{ name: ${controller.name} }]`,
              },
            ]),
      ]
    })
    return [...ours, ...theirs]
  },
}

const codeCommit: Rule = {
  code: 'GIT010',
  severity: 'info',
  title: 'The Git service is one that new accounts can have',
  why: 'AWS CodeCommit was closed to new customers in 2024, and its availability has changed since.',
  sources: [source.seedRecovery, 'announcements of AWS CodeCommit'],
  example: {
    wrong: yaml`
      gitops: { url: "https://git-codecommit.us-west-2.amazonaws.com/v1/repos/eks-outposts-lz-repo" }
    `,
    right: yaml`
      gitops: { url: "https://git.example.com/fleet/eks-outposts-lz-repo" }
    `,
  },
  check: ({ gitops }) =>
    gitops !== undefined && (gitops.provider === 'codecommit' || /git-codecommit\./.test(gitops.url))
      ? [
          {
            origin: gitops.origin,
            field: gitops.provider === 'codecommit' ? 'provider' : 'url',
            found: 'is AWS CodeCommit',
            fix: 'see that the account may use it; any other Git service will do',
          },
        ]
      : [],
}

const ownNamespace: Rule = {
  code: 'GIT011',
  severity: 'warning',
  title: 'A HelmRelease refers to a source in its own namespace',
  why: 'Where Flux is installed with --no-cross-namespace-refs, a reference into another namespace is refused.',
  sources: [source.seedRecovery],
  seeds: [102],
  example: {
    wrong: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: game, namespace: kube-system }
      spec:
        interval: 10m0s
        chart: { spec: { chart: game, version: 1.0.0, sourceRef: { kind: HelmRepository, name: games, namespace: flux-system } } }
    `,
    right: yaml`
      apiVersion: helm.toolkit.fluxcd.io/v2
      kind: HelmRelease
      metadata: { name: game, namespace: flux-system }
      spec:
        interval: 10m0s
        targetNamespace: kube-system
        chart: { spec: { chart: game, version: 1.0.0, sourceRef: { kind: HelmRepository, name: games, namespace: flux-system } } }
    `,
  },
  check: (fleet) =>
    manifests(fleet).flatMap((manifest): Hit[] => {
      const refers = textAt(manifest.object, 'spec', 'chart', 'spec', 'sourceRef', 'namespace')
      if (manifest.kind !== 'HelmRelease' || refers === undefined || refers === (manifest.namespace ?? 'default'))
        return []
      return [
        {
          origin: manifest.origin,
          field: 'spec/chart/spec/sourceRef/namespace',
          found: `is ${refers}, while ${manifest.name} is in ${manifest.namespace ?? 'default'}`,
          fix: `put the HelmRelease into ${refers} with targetNamespace, or accept this where Flux allows such references`,
        },
      ]
    }),
}

export const fluxRules: readonly Rule[] = [servedVersions, orderAndPrune, codeCommit, ownNamespace]
