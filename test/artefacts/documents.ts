// What the engines are given to judge: every Kubernetes document of an example, as it stands in the files, as kustomize builds it, and as
// `plan --render` shows it, with the values put in that Flux, the admin machine or the stacks would put in. Of rows that are alike, a few.

import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { promisify } from 'node:util'
import { parse, parseDocument } from 'yaml'
import type { KubernetesObject } from '../../src/artefacts/artefact.ts'
import type { Bundle } from '../../src/artefacts/bundle.ts'
import { fleetValues, isFleetVariable } from '../../src/artefacts/fleet-values.ts'
import { repositoryOf, topFolder } from '../../src/artefacts/flux/layout.ts'
import { render } from '../../src/artefacts/flux/render.ts'
import { bundlesOf } from '../../src/artefacts/index.ts'
import type { Fleet } from '../../src/model/fleet.ts'
import type { Plan } from '../../src/model/plan.ts'

export interface Document {
  /** Where it comes from: `files/…`, `built/…` or `rendered/…`. */
  readonly source: string
  readonly text: string
  readonly object: KubernetesObject
}

export interface Documents {
  readonly documents: readonly Document[]
  /** The folders that were built; all others with a kustomization are included by these. */
  readonly built: readonly string[]
  /** Of those, the ones that neither a cluster's Flux comes to nor anybody who applies them by hand. */
  readonly unreached: readonly string[]
  /** YAML files that are no Kubernetes objects of their own, by what they are instead. */
  readonly others: Readonly<Record<'kustomization' | 'part' | 'chart values' | 'SOPS rules', readonly string[]>>
}

type Values = Readonly<Record<string, string>>
/** By folder, each with the values of a few of those who apply it. */
type Sets = ReadonlyMap<string, readonly (Values | undefined)[]>

/** A plan and its files; of a class with many rows a few may do. */
export interface Written {
  readonly plan: Plan
  readonly files: ReadonlyMap<string, string>
}

/** Rows of one shape that are judged. */
const rowsJudged = 3

export async function documentsOf({ plan: made, files }: Written, kustomize: string, root: string): Promise<Documents> {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const bundles = bundlesOf(made)
  const others = othersOf(files)
  const built = await buildAll(outermost(files, others.kustomization), root, kustomize)
  const values = new Map([...valuesWithoutFlux(made, bundles), ...valuesOfFlux(built)])
  const samples = Object.assign({}, adminMachine, classRow(made.fleet), ...[...values.values()].flat()) as Values

  const filled = (text: string): string => envsubst(text, (name) => sampleOf(name, samples))

  const documents = new Map<string, Document>()
  const add = (source: string, text: string): void => {
    for (const [index, one] of documentsIn(text).entries())
      if (!documents.has(one.text)) documents.set(one.text, { source: `${source}-${index}`, ...one })
  }
  const apart = new Set(Object.values(others).flat())
  for (const [path, text] of files) if (isYaml(path) && !apart.has(path)) add(`files/${path}`, filled(text))
  for (const [folder, text] of built) {
    const sets = values.get(folder)
    if (sets === undefined) add(`built/${folder}`, filled(text))
    // what Flux finds no value for becomes nothing: it must find one for each
    for (const [index, set] of (sets ?? []).entries())
      add(`built/${folder}/${index}`, set === undefined ? text : envsubst(text, (name) => known(name, set, folder)))
  }
  for (const site of sitesOf(made.fleet))
    for (const { path, text } of render(made, bundles, site)) add(`rendered/${path}`, filled(text))
  const unreached = [...built.keys()].filter((folder) => !values.has(folder))
  return { documents: [...documents.values()], built: [...built.keys()], unreached, others }
}

/** The folders that no other includes: to build these builds all. */
function outermost(files: ReadonlyMap<string, string>, kustomizations: readonly string[]): readonly string[] {
  const included = kustomizations.flatMap((path) => {
    const { resources = [] } = parse(files.get(path) ?? '') as { readonly resources?: readonly string[] }
    return resources.filter((name) => !isYaml(name)).map((name) => normalize(join(dirname(path), name)))
  })
  const inner = new Set(included)
  return kustomizations.map(dirname).filter((folder) => !inner.has(folder))
}

/** By the files themselves: what a kustomization patches with, and what it completes by a patch, is whole only when built. */
function othersOf(files: ReadonlyMap<string, string>): Documents['others'] {
  const kustomization = [...files.keys()].filter((path) => path.endsWith('/kustomization.yaml'))
  const part = kustomization.flatMap((path) => {
    const { patches = [], resources = [] } = parse(files.get(path) ?? '') as {
      readonly patches?: readonly { readonly path: string; readonly target?: object }[]
      readonly resources?: readonly string[]
    }
    const completed = patches.some(({ target }) => target !== undefined) ? resources.filter(isYaml) : []
    return [...patches.map((patch) => patch.path), ...completed].map((name) => normalize(join(dirname(path), name)))
  })
  return {
    kustomization,
    part,
    'chart values': [...files.keys()].filter((path) => path.startsWith('charts/') && path.endsWith('.values.yaml')),
    'SOPS rules': [...files.keys()].filter((path) => path.endsWith('/.sops.yaml')),
  }
}

async function buildAll(
  folders: readonly string[],
  root: string,
  kustomize: string,
): Promise<ReadonlyMap<string, string>> {
  const built = new Map<string, string>()
  const waiting = [...folders]
  const work = async (): Promise<void> => {
    for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
      const { stdout } = await promisify(execFile)(kustomize, ['build', join(root, folder)], { maxBuffer: 1 << 28 })
      built.set(folder, fewRows(stdout))
    }
  }
  await Promise.all([work(), work()])
  return new Map([...built].sort())
}

/** Of what Flux applies from one path, the first rows. There may be thousands, so they are not parsed for that. */
function fewRows(text: string): string {
  const times = new Map<string, number>()
  return text
    .split(between)
    .filter((one) => {
      const path = /^kind: Kustomization$/m.test(one) ? /^ {2}path: (.+)$/m.exec(one)?.[1] : undefined
      if (path === undefined) return true
      times.set(path, (times.get(path) ?? 0) + 1)
      return (times.get(path) ?? 0) <= rowsJudged
    })
    .join('---\n')
}

const between = /^---\n/m

interface FluxSpec {
  readonly path?: string
  readonly postBuild?: {
    readonly substitute?: Values
    readonly substituteFrom?: readonly { readonly kind: string; readonly name: string }[]
  }
}

const isFlux = ({ apiVersion, kind }: KubernetesObject): boolean =>
  apiVersion.startsWith('kustomize.toolkit.fluxcd.io/') && kind === 'Kustomization'

/** As Flux would, from the folder of each cluster on: what it applies, and with which values. Undefined: it puts in none. */
function valuesOfFlux(built: ReadonlyMap<string, string>): Sets {
  const starts = [...built.keys()].filter((folder) => folder.endsWith('/flux-system'))
  const sets = new Map<string, (Values | undefined)[]>(starts.map((folder) => [folder, [undefined]]))
  // a map goes on with what is added to it meanwhile
  for (const [folder] of sets) {
    const there = documentsIn(built.get(folder) ?? '').map(({ object }) => object)
    for (const { metadata, spec } of there.filter(isFlux)) {
      const { path = '', postBuild } = spec as FluxSpec
      const target = join('gitops', path)
      if (!built.has(target)) throw new Error(`${folder}: ${metadata.name} applies ${path}, where nothing can be built`)
      const from = (postBuild?.substituteFrom ?? []).map(({ kind, name }) => {
        if (name === fleetValues.name) return fromStacks
        const found = there.find((one) => one.kind === kind && one.metadata.name === name)
        if (found === undefined)
          throw new Error(`${folder}: ${metadata.name} takes values from ${name}, which is not there`)
        return found.data as Values
      })
      const set =
        postBuild === undefined ? undefined : (Object.assign({}, ...from, postBuild.substitute ?? {}) as Values)
      const all = sets.get(target) ?? []
      if (!all.some((one) => JSON.stringify(one) === JSON.stringify(set))) sets.set(target, [...all, set])
    }
  }
  return sets
}

/** On clusters that no Flux serves: as whoever applies their folders would. */
function valuesWithoutFlux(made: Plan, bundles: readonly Bundle[]): Sets {
  const repository = repositoryOf(made, bundles)
  const sets = new Map<string, (Values | undefined)[]>()
  for (const bundle of bundles)
    for (const target of bundle.targets) {
      if (repository.starts.has(target.cluster)) continue
      const folder = join('gitops', repository.within(topFolder(bundle), repository.overlayFolder(bundle, target)))
      const set = repository.variablesOf(bundle).used ? { ...target.values, ...fromStacks } : undefined
      const all = sets.get(folder) ?? []
      if (all.length < rowsJudged) sets.set(folder, [...all, set])
    }
  return sets
}

/** Stands for every value of the ConfigMap that `up` writes. */
const fromStacks = { [fleetValues.name]: 'given' }

/** What only stacks know, in the form in which they give it. */
const stackValues: readonly (readonly [start: string, value: string])[] = [
  ['fleet_vpc', 'vpc-0a1b2c3d4e5f60718'],
  ['fleet_subnet_', 'subnet-0a1b2c3d4e5f60718'],
  ['fleet_account_', '111122223333'],
  ['fleet_endpoint_', 'https://0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com'],
  ['fleet_federation_', 'karmada-0123456789abcdef.elb.us-east-1.amazonaws.com'],
]

/** What is filled in on the admin machine, from where the fleet keeps its secrets. */
const adminMachine = { LICENSE_TOKEN: 'eyJsaWNlbnNlIjoic2FtcGxlIn0', HARBOR_SECRET_KEY: 'sample-of-16-char' }

/** The source of a class is made for each of its clusters by whoever starts Flux there. */
function classRow({ clusters }: Fleet): Values {
  const row = clusters.find((cluster) => cluster.class !== undefined)
  return row === undefined ? {} : { cluster: row.name }
}

function sampleOf(name: string, values: Values): string | undefined {
  if (!isFleetVariable(name)) return values[name]
  const found = stackValues.find(([start]) => name.startsWith(start))
  if (found === undefined) throw new Error(`no sample for ${name}`)
  return found[1]
}

function known(name: string, values: Values, folder: string): string {
  const found = isFleetVariable(name) && values[fleetValues.name] === undefined ? undefined : sampleOf(name, values)
  if (found === undefined) throw new Error(`${folder}: nobody gives \${${name}} a value`)
  return found
}

/** As fluxcd/pkg/envsubst: two dollars are one, a variable is its value. */
const envsubst = (text: string, give: (name: string) => string | undefined): string =>
  text.replaceAll(/\$\$|\$\{([A-Za-z_]\w*)\}/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (give(name) ?? all),
  )

const isYaml = (path: string): boolean => path.endsWith('.yaml')

const documentsIn = (text: string): readonly { readonly text: string; readonly object: KubernetesObject }[] =>
  text
    .split(between)
    .filter((one) => one.trim() !== '')
    .map((one) => ({ text: one, object: parseDocument(one).toJS() as KubernetesObject }))

/** Every site, and of a class the first rows. */
function sitesOf({ sites }: Fleet): readonly string[] {
  const times = new Map<string, number>()
  return sites
    .filter(({ class: of }) => {
      if (of === undefined) return true
      times.set(of, (times.get(of) ?? 0) + 1)
      return (times.get(of) ?? 0) <= rowsJudged
    })
    .map(({ name }) => name)
}
