// Federations, as bundles for Flux: Karmada on its host, the members, and each app as templates with their policies. What goes to the API
// of Karmada is applied by the Flux of the host, which reaches it wherever the host stands.

import type { App, Federation, Placement } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import { groundOf } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, BundleFile } from '../bundle.ts'
import { placeStep } from '../workloads/asked.ts'
import { mainWorkload } from '../workloads/carry.ts'
import { fill, put } from '../workloads/fields.ts'
import { homesOf } from '../workloads/namespaces.ts'
import { templateFiles } from '../workloads/templates.ts'
import { agentBundles } from './agent.ts'
import { hostBundle } from './host.ts'
import { joinBundles } from './join.ts'
import type { Member } from './members.ts'
import { membersBundles, membersOf } from './members.ts'
import { deletionProtected } from './names.ts'
import { overridePolicies } from './overrides.ts'
import { federatedAutoscaler, propagationPolicies } from './policies.ts'
import { tenantBundles } from './tenancy.ts'

export function karmadaBundles(plan: Plan): readonly Bundle[] {
  const { federations } = plan.fleet
  if (federations.length === 0) return []
  const ground = groundOf(plan.fleet)
  const homes = homesOf(plan, ground)
  return [
    ...federations.flatMap((federation) => [
      ...hostBundle(plan, ground, federation),
      ...membersBundles(plan, ground, federation),
      ...tenantBundles(plan, ground, homes, federation),
    ]),
    ...joinBundles(plan, ground),
    ...agentBundles(plan, ground),
    ...appBundles(plan, ground),
  ]
}

interface Copy {
  readonly app: App
  readonly placement: Placement
  readonly federation: Federation
  readonly members: readonly Member[]
  readonly name: string
}

function appBundles(plan: Plan, ground: Ground): readonly Bundle[] {
  const federations = new Map(
    plan.fleet.federations.map((federation) => {
      return [federation.name, { federation, members: membersOf(plan, ground, federation) }] as const
    }),
  )
  const copies = plan.fleet.apps.flatMap((app) =>
    app.placement.flatMap((placement): Copy[] => {
      const there = federations.get(placement.federation ?? '')
      return there === undefined ? [] : [{ app, placement, ...there, name: nameOf(app, placement) }]
    }),
  )
  return copies.flatMap((copy) => appBundle(plan, ground, copy, copies))
}

/** After the app; with the federation and the namespace where the app is placed more than once. */
function nameOf(app: App, { federation = '', namespace }: Placement): string {
  if (app.placement.length === 1) return app.name
  const there = app.placement.filter((other) => other.federation === federation)
  return there.length === 1 ? `${app.name}-${federation}` : `${app.name}-${federation}-${namespace}`
}

function appBundle(
  plan: Plan,
  ground: Ground,
  { app, placement, federation, members, name }: Copy,
  copies: readonly Copy[],
): readonly Bundle[] {
  const step = placeStep(plan, app, placement)
  if (step === undefined) return []
  const files = templateFiles(plan.fleet, app, placement, ground)
  const main = mainWorkload(files.flatMap(({ objects }) => objects))
  const templated = files.map(({ file, objects }) => ({
    file,
    objects: objects.map((one) => asTemplate(one, one === main, app, placement)),
  }))
  const templates = templated.flatMap(({ objects }) => objects)
  const propagated = { ground, federation, members, app, placement, step, templates }
  const base: readonly BundleFile[] = [
    ...templated,
    { file: 'override-policy.yaml', objects: overridePolicies(propagated) },
    { file: 'federated-hpa.yaml', objects: federatedAutoscaler(propagated) },
    { file: 'propagation-policy.yaml', objects: propagationPolicies(propagated) },
  ]
  const nearby = copies.filter((other) => other.federation === federation)
  const depended = nearby.filter((other) => app.dependsOn?.includes(other.app.name) === true)
  return [
    {
      name,
      layer: 'apps',
      base: base.filter(({ objects }) => objects.length > 0),
      overlays: [],
      targets: [{ cluster: federation.host, federation: federation.name, values: {} }],
      needs: [...new Set(depended.map((other) => other.name))].filter((other) => other !== name),
    },
  ]
}

/** What Karmada must know of a template, on the template itself. */
function asTemplate(
  object: KubernetesObject,
  isMain: boolean,
  app: App,
  { retainReplicas }: Placement,
): KubernetesObject {
  let out = object
  if (isMain && app.autoscale !== undefined) out = put(out, ['spec', 'replicas'], undefined)
  if (isMain && retainReplicas === true)
    out = fill(out, ['metadata', 'labels'], { 'resourcetemplate.karmada.io/retain-replicas': 'true' })
  const keepsData = app.stateful && (object.kind === 'StatefulSet' || object.kind === 'PersistentVolumeClaim')
  return keepsData ? fill(out, ['metadata', 'labels'], deletionProtected) : out
}
