// The literal objects of one site: bases, overlays and values put together as kustomize and Flux put them together, so that a person sees
// what a site gets, and whoever uses Argo CD has plain folders. Values that only stacks know stay variables.

import type { Plan } from '../../model/plan.ts'
import { isOwnKind, strategicMerge } from '../../model/strategic-merge.ts'
import { groundOf } from '../../plan/ground.ts'
import type { Artefact, KubernetesObject } from '../artefact.ts'
import { yamlOf } from '../artefact.ts'
import type { Bundle, BundleFile, Target } from '../bundle.ts'
import { repositoryOf, topFolder } from './layout.ts'
import { substituted, variablesOf } from './substitution.ts'

export function render(plan: Plan, bundles: readonly Bundle[], site: string): readonly Artefact[] {
  const ground = groundOf(plan.fleet)
  const found = ground.find.site(site)
  if (found === undefined) return []
  const cluster = ground.clusterAt(found)?.name
  const repository = repositoryOf(plan, bundles)
  const isHere = (target: Target): boolean =>
    target.site === undefined ? target.federation === undefined && target.cluster === cluster : target.site === site
  return bundles.flatMap((bundle) =>
    bundle.targets.filter(isHere).flatMap((target) => {
      const folder = [site, topFolder(bundle), repository.kustomizationName({ bundle, target })].join('/')
      return renderTarget(bundle, target).map(({ file, objects }) => ({
        path: `${folder}/${file}`,
        text: yamlOf(...objects),
      }))
    }),
  )
}

/** Under the names of the files from which they come. */
export function renderTarget(bundle: Bundle, target: Target): readonly BundleFile[] {
  const variables = variablesOf(bundle)
  const overlay = bundle.overlays.find(({ name }) => name === target.overlay)
  const patches = (overlay?.patches ?? []).flatMap(({ objects }) => objects)
  const inNamespace = ({ file, objects }: BundleFile): BundleFile => ({
    file,
    objects: bundle.namespace === undefined ? objects : objects.map((one) => moved(one, bundle.namespace ?? '')),
  })
  return [
    ...bundle.base.map(inNamespace).map(({ file, objects }) => ({
      file,
      objects: objects.flatMap((object) => patched(object, patches)),
    })),
    ...(overlay?.extra ?? []).map(inNamespace),
  ]
    .filter(({ objects }) => objects.length > 0)
    .map(({ file, objects }) => ({
      file,
      objects: objects.map((object) => substituted(object, variables, target.values)),
    }))
}

function patched(object: KubernetesObject, patches: readonly KubernetesObject[]): readonly KubernetesObject[] {
  let made = object
  for (const patch of patches) {
    if (!isMeant(object, patch)) continue
    if (patch.$patch === 'delete') return []
    made = strategicMerge(made, patch, isOwnKind(object.apiVersion)) as KubernetesObject
  }
  return [made]
}

const isMeant = (object: KubernetesObject, patch: KubernetesObject): boolean =>
  object.kind === patch.kind &&
  object.metadata.name === patch.metadata.name &&
  groupOf(object) === groupOf(patch) &&
  (patch.metadata.namespace === undefined || patch.metadata.namespace === object.metadata.namespace)

const groupOf = ({ apiVersion }: KubernetesObject): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''

/** Kinds of Kubernetes that have no namespace; kustomize takes all that it does not know to have one. */
const clusterScoped = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
])

function moved(object: KubernetesObject, namespace: string): KubernetesObject {
  if (object.kind === 'Namespace') return { ...object, metadata: { ...object.metadata, name: namespace } }
  return clusterScoped.has(object.kind) ? object : { ...object, metadata: { ...object.metadata, namespace } }
}
