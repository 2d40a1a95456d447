// What is different on some members: as declared, and what lets users in there.

import type { KubernetesObject } from '../artefact.ts'
import { subnetRef } from '../workloads/asked.ts'
import { mainWorkload } from '../workloads/carry.ts'
import { at, itemsAt } from '../workloads/fields.ts'
import { imageOverriders } from './image.ts'
import { policyApi } from './names.ts'
import type { Propagated } from './policies.ts'
import { selectorOf } from './policies.ts'

export function overridePolicies(propagated: Propagated): readonly KubernetesObject[] {
  return [...declaredOverrides(propagated), ...frontOverrides(propagated)]
}

/** What is declared for some members, on the workloads of the app. */
function declaredOverrides({ app, placement, templates }: Propagated): readonly KubernetesObject[] {
  const main = mainWorkload(templates)
  if (main === undefined) return []
  return (placement.overrides ?? []).map(({ clusters, image, labels, annotations, patches = [] }, index) => ({
    apiVersion: policyApi,
    kind: 'OverridePolicy',
    metadata: { name: `${app.name}-${index + 1}`, namespace: placement.namespace },
    spec: {
      resourceSelectors: [selectorOf(main)],
      overrideRules: [
        {
          targetCluster: { clusterNames: clusters },
          overriders: {
            ...(image !== undefined && { imageOverrider: imageOverriders(main, image) }),
            // carried out as a JSON patch: add also replaces, where replace leaves out what is not there yet
            ...(labels !== undefined && { labelsOverrider: [{ operator: 'add', value: labels }] }),
            ...(annotations !== undefined && { annotationsOverrider: [{ operator: 'add', value: annotations }] }),
            ...(patches.length > 0 && { plaintext: patches.map((patch) => plaintext(main, patch)) }),
          },
        },
      ],
    },
  }))
}

/** As JSON patches: `replace` wants something there, `add` a place beside it, and null means gone. */
function plaintext(object: KubernetesObject, { path, value }: { readonly path: string; readonly value: unknown }) {
  if (value === null || value === undefined) return { path, operator: 'remove' }
  const steps = path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const there = steps.reduce<unknown>(
    (inner, step) => (Array.isArray(inner) ? (inner[Number(step)] as unknown) : at(inner, step)),
    object,
  )
  return { path, operator: there === undefined ? 'add' : 'replace', value }
}

/** What lets users in is that of the member: the subnets are of its own network, and where nothing serves an Ingress a Service does. */
function frontOverrides({ ground, app, placement, step, templates }: Propagated): readonly KubernetesObject[] {
  const fronts = itemsAt(step.intent, 'fronts').flatMap((front) => {
    const member = ground.find.site(String(at(front, 'site')))?.cluster
    const subnets = itemsAt(front, 'subnets').map((name) => subnetRef(ground, String(name)))
    return member === undefined ? [] : [{ member, subnets, kind: String(at(front, 'loadBalancer')) }]
  })
  const ingresses = templates.filter(({ kind }) => kind === 'Ingress')
  const services = templates.filter(({ kind, spec }) => kind === 'Service' && at(spec, 'clusterIP') !== 'None')
  const policy = (name: string, objects: readonly KubernetesObject[], rules: readonly object[]) =>
    rules.length === 0 || objects.length === 0
      ? []
      : [
          {
            apiVersion: policyApi,
            kind: 'OverridePolicy',
            metadata: { name: `${app.name}-${name}`, namespace: placement.namespace },
            spec: { resourceSelectors: objects.map(selectorOf), overrideRules: rules },
          },
        ]
  const rule = (member: string, overriders: object) => ({ targetCluster: { clusterNames: [member] }, overriders })
  const inSubnets = (prefix: string, subnets: readonly string[]) =>
    subnets.length === 0
      ? {}
      : { annotationsOverrider: [{ operator: 'add', value: { [`${prefix}subnets`]: subnets.join(', ') } }] }
  return [
    ...policy(
      'ingress',
      ingresses,
      fronts.flatMap(({ member, subnets, kind }) =>
        kind === 'alb' && subnets.length > 0 ? [rule(member, inSubnets(alb, subnets))] : [],
      ),
    ),
    ...policy(
      'service',
      services,
      fronts.flatMap(({ member, subnets, kind }) => {
        if (kind === 'alb' || kind === 'none') return []
        const balancer = services.every(({ spec }) => at(spec, 'type') === 'LoadBalancer')
          ? {}
          : { plaintext: [{ path: '/spec/type', operator: 'add', value: 'LoadBalancer' }] }
        const overriders = { ...inSubnets(nlb, subnets), ...balancer }
        return Object.keys(overriders).length === 0 ? [] : [rule(member, overriders)]
      }),
    ),
  ]
}

const alb = 'alb.ingress.kubernetes.io/'
const nlb = 'service.beta.kubernetes.io/aws-load-balancer-'
