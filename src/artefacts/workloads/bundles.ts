// Apps at sites, as bundles for Flux: one for each app, and more only where its sources have nothing in common. What all sites share is the
// base under the file names of the app's team; a site has an overlay where it differs, a row of a class has values only.

import type { App, Cluster, Placement, Site } from '../../model/fleet.ts'
import type { Plan } from '../../model/plan.ts'
import type { Ground } from '../../plan/ground.ts'
import { controllerName, groundOf } from '../../plan/ground.ts'
import type { KubernetesObject } from '../artefact.ts'
import type { Bundle, BundleFile, Overlay, Target } from '../bundle.ts'
import type { Asked } from './asked.ts'
import { askedAt, placeStep } from './asked.ts'
import { carried, intoNamespace, withoutNamespace } from './carry.ts'
import { factor } from './factor.ts'
import { isNamespaced, put } from './fields.ts'
import type { Homes } from './namespaces.ts'
import { homesOf, namespaceBundles } from './namespaces.ts'
import { sourceFiles } from './source.ts'

export function workloadBundles(plan: Plan): readonly Bundle[] {
  const ground = groundOf(plan.fleet)
  const homes = homesOf(plan, ground)
  const groups = plan.fleet.apps.flatMap((app) => groupsOf(copiesOf(plan, ground, homes, app)))
  const names = namesOf(groups)
  const made = groups.map((group, index) => ({ group, bundle: bundleOf(group, names[index] ?? '') }))
  return [
    ...namespaceBundles(plan, ground, homes),
    ...made.map(({ group, bundle }) => ({ ...bundle, needs: needsOf(ground, group, made) })),
  ]
}

interface Copy {
  readonly app: App
  readonly placement: Placement
  readonly site: Site
  readonly cluster: Cluster
  readonly asked: Asked
  /** What stands for `${key}` in a class, where `asked` has the variable. */
  readonly values: Readonly<Record<string, string>>
  readonly files: readonly BundleFile[]
  readonly namespace: KubernetesObject | undefined
}

function copiesOf(plan: Plan, ground: Ground, homes: Homes, app: App): readonly Copy[] {
  const sources = new Map<unknown, readonly BundleFile[]>()
  return app.placement.flatMap((placement) => {
    const site = ground.find.site(placement.site)
    const cluster = site === undefined ? undefined : ground.clusterAt(site)
    const step = placeStep(plan, app, placement)
    if (site === undefined || cluster === undefined || step === undefined) return []
    const source = placement.source ?? app.source
    const key = (source.manifests ?? source.kustomize) ? placement.manifests : source
    const files = sources.get(key) ?? sourceFiles(app, placement)
    sources.set(key, files)
    const home = homes(placement)
    const asked = askedAt(ground, step, app, placement, site, cluster)
    const copy = {
      app,
      placement,
      site,
      cluster,
      files,
      namespace: home?.shared === false && home.copies[0] === placement ? home.object : undefined,
    }
    return [{ ...copy, ...(site.class === undefined ? { asked, values: {} } : ofRow(asked)) }]
  })
}

/** The strings in which rows of one class differ become variables, so that ten thousand of them are one shape. */
function ofRow(asked: Asked): Pick<Copy, 'asked' | 'values'> {
  const { nodes, front } = asked
  const values: Record<string, string> = {}
  const [zone, ...more] = nodes?.values ?? []
  const oneZone = nodes !== undefined && zone !== undefined && more.length === 0
  if (oneZone) values[keys.zone] = zone
  const annotations = Object.fromEntries(
    Object.entries(front?.annotations ?? {}).map(([key, value]) => {
      if (!key.endsWith('subnets')) return [key, value]
      values[keys.subnets] = value
      return [key, variable(keys.subnets)]
    }),
  )
  if (front?.targetGroup !== undefined) values[keys.targetGroup] = front.targetGroup
  return {
    values,
    asked: {
      ...asked,
      ...(oneZone && { nodes: { key: nodes.key, values: [variable(keys.zone)] } }),
      ...(front !== undefined && {
        front: {
          ...front,
          annotations,
          ...(front.targetGroup !== undefined && { targetGroup: variable(keys.targetGroup) }),
        },
      }),
    },
  }
}

/** Said with `site_`, so that they are no words of somebody's script. */
const keys = {
  namespace: 'site_namespace',
  zone: 'site_zone',
  subnets: 'site_subnets',
  targetGroup: 'site_target_group',
} as const

const variable = (key: string): string => `\${${key}}`

/** Copies whose objects have the same names: those are the same app, however they were written down. */
function groupsOf(copies: readonly Copy[]): readonly (readonly Copy[])[] {
  const skeletons = new Map<readonly BundleFile[], string>()
  const groups = new Map<string, Copy[]>()
  for (const copy of copies) {
    const skeleton = skeletons.get(copy.files) ?? skeletonOf(copy)
    skeletons.set(copy.files, skeleton)
    const group = groups.get(skeleton)
    if (group === undefined) groups.set(skeleton, [copy])
    else group.push(copy)
  }
  return [...groups.values()]
}

const skeletonOf = ({ files, placement }: Copy): string =>
  files
    .flatMap(({ file, objects }) =>
      objects
        .filter(({ kind, metadata }) => kind !== 'Namespace' || metadata.name !== placement.namespace)
        .map(({ kind, metadata }) => `${file} ${kind} ${metadata.name}`),
    )
    .join('\n')

/** After the app; of several, after the namespace where that tells them apart and says the app, else after the first site. */
function namesOf(groups: readonly (readonly Copy[])[]): readonly string[] {
  const taken = new Set<string>()
  return groups.map((group) => {
    const [first] = group
    if (first === undefined) return ''
    const { app, placement, site } = first
    const siblings = groups.filter((other) => other[0]?.app === app)
    const namespaces = siblings.map((other) => new Set(other.map((copy) => copy.placement.namespace)))
    const apart = namespaces.filter((set) => set.has(placement.namespace)).length === 1
    const candidates = [
      ...(siblings.length === 1 ? [app.name] : []),
      ...(apart && placement.namespace.startsWith(`${app.name}-`) ? [placement.namespace] : []),
      `${app.name}-${site.name}`,
      `${app.name}-${placement.namespace}-${site.name}`,
    ]
    const name = candidates.find((one) => !taken.has(one)) ?? `${app.name}-${taken.size}`
    taken.add(name)
    return name
  })
}

function bundleOf(group: readonly Copy[], name: string): Bundle {
  const namespaces = new Set(group.map(({ placement }) => placement.namespace))
  const shared = namespaces.size === 1 ? [...namespaces][0] : undefined
  const home = shared ?? variable(keys.namespace)
  const shapes = shapesOf(group, home)
  const explicit = shared !== undefined && group.every(saysNamespace)
  const foreign = shapes.some(([copy]) => copy !== undefined && !explicit && hasForeign(copy))
  const files = shapes.map(([copy]) => (copy === undefined ? [] : filesOf(copy, { home, explicit, foreign })))
  const { base, overlays } = factor(files)
  const inHome = !explicit && !foreign
  // kustomize finds what a patch means by kind, namespace and name
  const named = overlaysOf(
    shapes,
    inHome ? overlays.map((one) => ({ ...one, patches: intoNamespace(one.patches, home) })) : overlays,
  )
  const targets = new Map(
    shapes.flatMap((copies, index) =>
      copies.map((copy) => [copy, targetOf(copy, named[index], shared === undefined)] as const),
    ),
  )
  return {
    name,
    layer: 'apps',
    base,
    overlays: named.flatMap((overlay) => overlay ?? []),
    targets: group.flatMap((copy) => targets.get(copy) ?? []),
    needs: [],
    ...(inHome && { namespace: home }),
  }
}

/** Copies of which the same is asked, in the order in which they come. */
function shapesOf(group: readonly Copy[], home: string): readonly (readonly Copy[])[] {
  const sources = new Map<readonly BundleFile[], number>()
  const shapes = new Map<string, Copy[]>()
  for (const copy of group) {
    if (!sources.has(copy.files)) sources.set(copy.files, sources.size)
    const { namespace: _, ...asked } = copy.asked
    const brings = copy.namespace === undefined ? null : put(copy.namespace, ['metadata', 'name'], home)
    const key = JSON.stringify([sources.get(copy.files), asked, brings])
    const shape = shapes.get(key)
    if (shape === undefined) shapes.set(key, [copy])
    else shape.push(copy)
  }
  return [...shapes.values()]
}

/** Whether each object says the namespace itself, as in files that are applied as they are. */
const saysNamespace = ({ app, files, placement }: Copy): boolean =>
  (placement.source ?? app.source).manifests !== undefined &&
  files.length > 0 &&
  files
    .flatMap(({ objects }) => objects)
    .filter(isNamespaced)
    .every(({ metadata }) => metadata.namespace === placement.namespace)

const hasForeign = ({ files, placement }: Copy): boolean =>
  files
    .flatMap(({ objects }) => objects)
    .some(({ metadata }) => metadata.namespace !== undefined && metadata.namespace !== placement.namespace)

interface Manner {
  readonly home: string
  readonly explicit: boolean
  readonly foreign: boolean
}

function filesOf({ files, asked, placement, namespace }: Copy, { home, explicit, foreign }: Manner) {
  const made = carried({
    files: explicit ? files : withoutNamespace(files, placement.namespace),
    asked: { ...asked, namespace: home },
    home: placement.namespace,
    namespace: namespace === undefined ? undefined : put(namespace, ['metadata', 'name'], home),
  })
  // a kustomization's own namespace would draw in those that lie elsewhere on purpose
  return foreign ? intoNamespace(made, home) : made
}

/** One for each shape that differs from the base, after its class or its first site. */
function overlaysOf(
  shapes: readonly (readonly Copy[])[],
  made: readonly Pick<Overlay, 'patches' | 'extra'>[],
): readonly (Overlay | undefined)[] {
  const taken = new Set<string>()
  return shapes.map((copies, index) => {
    const { patches = [], extra = [] } = made[index] ?? {}
    const [first] = copies
    if (first === undefined || (patches.length === 0 && extra.length === 0)) return undefined
    const ofClass = copies.every(({ site }) => site.class === first.site.class) ? first.site.class : undefined
    const name = ofClass !== undefined && !taken.has(ofClass) ? ofClass : first.site.name
    taken.add(name)
    return { name, patches, extra }
  })
}

function targetOf({ site, cluster, values, placement }: Copy, overlay: Overlay | undefined, named: boolean): Target {
  return {
    cluster: cluster.name,
    site: site.name,
    ...(site.class !== undefined && { class: site.class }),
    ...(overlay !== undefined && { overlay: overlay.name }),
    values: named ? { [keys.namespace]: placement.namespace, ...values } : values,
  }
}

interface Made {
  readonly group: readonly Copy[]
  readonly bundle: Bundle
}

/** On the same cluster: the controller whose webhook must answer first, and the apps that it depends on. */
function needsOf(ground: Ground, group: readonly Copy[], made: readonly Made[]): readonly string[] {
  const clusters = new Set(group.map(({ cluster }) => cluster))
  const near = (app: App): readonly Made[] =>
    made.filter((other) => other.group[0]?.app === app && other.group.some(({ cluster }) => clusters.has(cluster)))
  const controlled = group.some(
    ({ asked, cluster }) => asked.front !== undefined && ground.controller(cluster) !== undefined,
  )
  const depended = (group[0]?.app.dependsOn ?? []).flatMap((name) => {
    const app = ground.find.app(name)
    return app === undefined || app === group[0]?.app ? [] : near(app)
  })
  return [...new Set([...(controlled ? [controllerName] : []), ...depended.map((other) => other.bundle.name)])]
}
