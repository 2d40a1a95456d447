// What lets users in: an Ingress for a load balancer of the seventh layer, a Service of type LoadBalancer for one of the fourth, a binding
// to the target group of one that is a stack's. Where the
// app brings its own, it gets the annotations that it lacks; where it brings none, one is written.

import type { KubernetesObject } from '../artefact.ts'
import type { BundleFile } from '../bundle.ts'
import type { Front } from './asked.ts'
import type { Fields } from './fields.ts'
import { at, fieldsAt, fill, itemsAt, put, selects } from './fields.ts'

export function frontObjects(
  files: readonly BundleFile[],
  main: KubernetesObject | undefined,
  front: Front,
): readonly BundleFile[] {
  const objects = files.flatMap((file) => file.objects)
  if (front.kind === 'service') {
    const service = serviceOf(objects, main)
    return service === undefined ? files : changing(files, service, (one) => annotated(asBalancer(one), front))
  }
  if (front.kind === 'binding') return bound(files, objects, main, front)
  const ingresses = objects.filter((one) => one.kind === 'Ingress' && isAlb(one))
  if (ingresses.length > 0)
    return ingresses.reduce((all, ingress) => changing(all, ingress, (one) => annotated(one, front)), files)
  const service = serviceOf(objects, main)
  return service === undefined ? files : [...files, { file: 'ingress.yaml', objects: [ingressFor(service, front)] }]
}

/** An Ingress beside it would have the controller make a second load balancer. */
function bound(
  files: readonly BundleFile[],
  objects: readonly KubernetesObject[],
  main: KubernetesObject | undefined,
  { targetGroup = '', targetType = 'ip' }: Front,
): readonly BundleFile[] {
  const kept = files.map(({ file, objects: inside }) => ({
    file,
    objects: inside.filter((one) => one.kind !== 'Ingress' || !isAlb(one)),
  }))
  const service = serviceOf(objects, main)
  if (service === undefined) return kept
  const { name, namespace } = service.metadata
  const port = itemsAt(service.spec, 'ports')[0] as Fields | undefined
  const binding = {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    // by name: that is ours to choose, and known before the group is there
    spec: { serviceRef: { name, port: port?.port ?? 80 }, targetGroupName: targetGroup, targetType },
  }
  return [...kept, { file: 'target-group-binding.yaml', objects: [binding] }]
}

/** Other classes are served by controllers that skerry does not install. */
const isAlb = (ingress: KubernetesObject): boolean => {
  const said =
    at(ingress, 'spec', 'ingressClassName') ?? at(ingress, 'metadata', 'annotations', 'kubernetes.io/ingress.class')
  return said === undefined || said === 'alb'
}

/** The Service before the main workload; one that has no address of its own (headless) lets nobody in. */
function serviceOf(
  objects: readonly KubernetesObject[],
  main: KubernetesObject | undefined,
): KubernetesObject | undefined {
  const services = objects.filter((one) => one.kind === 'Service' && at(one, 'spec', 'clusterIP') !== 'None')
  return main === undefined ? services[0] : services.find((one) => selects(at(one, 'spec', 'selector'), main))
}

const asBalancer = (service: KubernetesObject): KubernetesObject =>
  at(service, 'spec', 'type') === 'LoadBalancer' ? service : put(service, ['spec', 'type'], 'LoadBalancer')

/** What skerry derives gives way to what the manifest says; what is declared for the copy does not. */
function annotated(object: KubernetesObject, { annotations, declared }: Front): KubernetesObject {
  const path = ['metadata', 'annotations']
  const filled = fill(object, path, annotations)
  return Object.keys(declared).length === 0 ? filled : put(filled, path, { ...fieldsAt(filled, ...path), ...declared })
}

function changing(
  files: readonly BundleFile[],
  wanted: KubernetesObject,
  change: (object: KubernetesObject) => KubernetesObject,
): readonly BundleFile[] {
  return files.map(({ file, objects }) => ({
    file,
    objects: objects.map((one) => (one === wanted ? change(one) : one)),
  }))
}

function ingressFor({ metadata, spec }: KubernetesObject, { annotations, declared }: Front): KubernetesObject {
  const port = itemsAt(spec, 'ports')[0] as Fields | undefined
  const backend = { service: { name: metadata.name, port: { number: port?.port ?? 80 } } }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      annotations: { ...annotations, ...declared },
    },
    spec: {
      ingressClassName: 'alb',
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  }
}
