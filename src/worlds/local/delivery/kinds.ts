// Kinds that the repository of a cluster has objects of, and that no engine here brings: those of EKS Anywhere come from its own module,
// whole and strict; those of curated packages, whose module is nowhere to be had, are open ones of ours. No controller of either looks at
// them here.

import { join } from 'node:path'
import type { Bundle } from '../../../artefacts/bundle.ts'
import { renderTarget } from '../../../artefacts/flux/render.ts'
import { at } from '../../../artefacts/workloads/fields.ts'
import { Refusal } from '../../../model/refusal.ts'
import type { KubeClient, KubeObject } from '../../kube/client.ts'
import type { Crd } from '../kube/crds.ts'
import { crdFiles } from '../kube/crds.ts'

const anywhere = 'anywhere.eks.amazonaws.com'
const packages = 'packages.eks.amazonaws.com'
const balancing = 'elbv2.k8s.aws'

/** For what is applied to that cluster. */
export function kindsFor(
  bundles: readonly Bundle[],
  cluster: string,
  files: (family: string) => string,
): readonly Crd[] {
  const used = new Set(
    bundles
      .filter(({ targets }) => targets.some((target) => target.cluster === cluster))
      .flatMap(({ base, overlays }) => [...base, ...overlays.flatMap(({ extra }) => extra)])
      .flatMap(({ objects }) => objects.map(({ apiVersion, kind }) => `${apiVersion.split('/')[0]} ${kind}`)),
  )
  const needed = (crd: Crd, kind: string | undefined): boolean =>
    used.has(`${crd.name.replace(/^[^.]+\./, '')} ${kind}`)
  const own = [...used].some((it) => it.startsWith(`${anywhere} `)) ? anywhereKinds(files('eks-anywhere')) : []
  return [
    ...own.filter((crd) => needed(crd, /^ {4}kind: (\S+)$/m.exec(crd.text)?.[1])),
    ...(used.has(`${packages} Package`) ? [packageKind] : []),
    ...(used.has(`${balancing} TargetGroupBinding`) ? [bindingKind] : []),
  ]
}

function anywhereKinds(folder: string): readonly Crd[] {
  if (folder !== '') return crdFiles(join(folder, 'crds'))
  throw new Refusal(
    'refused',
    'the kinds of EKS Anywhere are not installed, and clusters of this fleet are described by them',
    'skerry engines install eks-anywhere',
  )
}

const packageKind: Crd = {
  name: `packages.${packages}`,
  text: `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    skerry.dev/stands-in-for: the package controller of EKS Anywhere
  name: packages.${packages}
spec:
  group: ${packages}
  names: { kind: Package, listKind: PackageList, plural: packages, singular: package }
  scope: Namespaced
  versions:
    - name: v1alpha1
      served: true
      storage: true
      subresources: { status: {} }
      schema:
        openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true }
`,
}

/** Nobody fills a target group here: front doors follow the Service itself. */
const bindingKind: Crd = {
  name: `targetgroupbindings.${balancing}`,
  text: packageKind.text
    .replaceAll('the package controller of EKS Anywhere', 'the AWS Load Balancer Controller')
    .replaceAll(`packages.${packages}`, `targetgroupbindings.${balancing}`)
    .replaceAll(packages, balancing)
    .replace(
      'kind: Package, listKind: PackageList, plural: packages, singular: package',
      'kind: TargetGroupBinding, listKind: TargetGroupBindingList, plural: targetgroupbindings, singular: targetgroupbinding',
    )
    .replace('v1alpha1', 'v1beta1'),
}

/** Where packages lie: EKS Anywhere makes a namespace for each cluster that it makes. */
export function packageNamespaces(bundles: readonly Bundle[], cluster: string): readonly KubeObject[] {
  const names = bundles.flatMap((bundle) =>
    bundle.targets
      .filter((target) => target.cluster === cluster)
      .flatMap((target) => renderTarget(bundle, target).flatMap(({ objects }) => objects))
      .flatMap(({ apiVersion, metadata }) => (apiVersion.startsWith(`${packages}/`) ? (metadata.namespace ?? []) : [])),
  )
  return [...new Set(names)].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
}

/** Says of each package that it is installed, as its controller would: what waits for it goes on. */
export async function installPackages(client: KubeClient): Promise<void> {
  const list = await client.get<{ items: KubeObject[] }>(`/apis/${packages}/v1alpha1/packages`)
  for (const { metadata, status } of list?.items ?? []) {
    if (at(status, 'state') !== undefined) continue
    const path = `/apis/${packages}/v1alpha1/namespaces/${metadata.namespace}/packages/${metadata.name}`
    await client.merge(`${path}/status`, { status: { state: 'installed', detail: 'by skerry: nothing was installed' } })
  }
}
