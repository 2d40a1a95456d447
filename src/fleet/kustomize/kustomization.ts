// A kustomization read without kustomize: its resources and components, then what it does to them (patches, images, replicas, labels,
// prefix and suffix, namespace), in kustomize's order. What would run a program or fetch from a network is refused, with the way out.

import type { Manifest } from '../../model/fleet.ts'
import { brief } from '../../model/visible.ts'
import { limits } from '../limits.ts'
import { didYouMean, listed } from '../nearest.ts'
import type { Reader } from '../objects.ts'
import { manifestsIn } from '../objects.ts'
import type { Spot } from '../problems.ts'
import { generated } from './generators.ts'
import type { Entry, Here } from './here.ts'
import { spot, step, text, textsOf } from './here.ts'
import { patched } from './patches.ts'
import { renameAll } from './rename.ts'
import { imaged, inNamespace, labelled, scaled } from './transforms.ts'

/** In the order in which kustomize looks for them. */
export const kustomizationNames: readonly string[] = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

const carriedOut = [
  'apiVersion',
  'kind',
  'metadata',
  'resources',
  'bases',
  'components',
  'namespace',
  'namePrefix',
  'nameSuffix',
  'commonLabels',
  'labels',
  'commonAnnotations',
  'images',
  'replicas',
  'patches',
  'patchesStrategicMerge',
  'patchesJson6902',
  'configMapGenerator',
  'generatorOptions',
]
/** They change no object that skerry looks at; a Secret is made by whoever has what is in it. */
const withoutEffect = ['buildMetadata', 'sortOptions', 'configurations', 'crds', 'openapi', 'secretGenerator']
const refused = [
  'helmCharts',
  'helmGlobals',
  'helmChartInflationGenerator',
  'generators',
  'transformers',
  'validators',
  'replacements',
  'vars',
]

/** Undefined when it could not be read; that has been told then. */
export function buildKustomization(
  folder: string,
  at: Spot,
  where: string | undefined,
  reader: Reader,
  below: readonly Manifest[] = [],
  way: readonly string[] = [],
): readonly Manifest[] | undefined {
  const fail = (message: string, hint: string): undefined => void reader.problems.add(message, at, { where, hint })
  if (way.includes(folder))
    return fail(
      `${brief(reader.name(folder), 200)} names itself as a resource, by way of ${way.map((step) => brief(reader.name(step), 100)).join(', ')}`,
      'take one of the references out',
    )
  if (way.length > 20) return fail('the kustomizations are nested too deep', 'at most 20 may name each other')
  const names = reader.folder(folder)
  if (names === undefined)
    return fail(
      `there is no folder ${brief(reader.name(folder), 200)}`,
      'the path starts from the folder of the file that names it, and leads to a folder with a kustomization.yaml',
    )
  const name = kustomizationNames.find((candidate) => names.includes(candidate))
  if (name === undefined)
    return fail(
      `${brief(reader.name(folder), 200)} holds no kustomization.yaml`,
      'add one, or say manifests: instead of kustomize:',
    )
  const file = reader.yaml(join(folder, name), at, where)
  if (file === undefined || !file.whole) return undefined
  const [document, second] = file.documents
  if (
    document === undefined ||
    typeof document.value !== 'object' ||
    document.value === null ||
    Array.isArray(document.value)
  ) {
    return void reader.problems.add(
      'the kustomization is empty',
      { file: file.file, line: 1, column: 1 },
      { hint: 'list its resources' },
    )
  }
  const here: Here = { folder, file, index: document.index, raw: document.value, reader, way: [...way, folder] }
  if (second !== undefined)
    return void reader.problems.add('a kustomization is one document', spot(here, [], second.index), {
      hint: 'take the second document out',
    })
  if (!keysKnown(here)) return undefined
  return carryOut(here, below)
}

function carryOut(here: Here, below: readonly Manifest[]): readonly Manifest[] | undefined {
  const { reader, raw } = here
  const before = reader.problems.count()
  let objects: readonly Manifest[] = [...below, ...textsOf(here, 'resources'), ...textsOf(here, 'bases')].flatMap(
    (entry) => ('path' in entry ? (resource(entry, here) ?? []) : [entry]),
  )
  for (const component of textsOf(here, 'components')) {
    const inner = step(here, component)
    if (inner !== undefined)
      objects = buildKustomization(inner, component.at, undefined, reader, objects, here.way) ?? objects
  }
  objects = generated(objects, here)
  uniqueObjects(objects, here)
  if (reader.problems.count() > before) return undefined
  objects = patched(objects, here)
  objects = imaged(objects, here)
  objects = scaled(objects, here)
  objects = labelled(objects, raw)
  const prefix = text(raw, 'namePrefix') ?? ''
  const suffix = text(raw, 'nameSuffix') ?? ''
  if (prefix !== '' || suffix !== '') objects = renameAll(objects, (name) => `${prefix}${name}${suffix}`)
  const namespace = text(raw, 'namespace')
  if (namespace !== undefined) objects = objects.map((object) => inNamespace(object, namespace))
  return reader.problems.count() > before ? undefined : objects
}

/** As kustomize: one object may come in by one way only. It also ends bases that double at every level. */
function uniqueObjects(objects: readonly Manifest[], here: Here): void {
  const seen = new Set<string>()
  if (objects.length > limits.objects) {
    here.reader.problems.add(`the kustomization makes more than ${limits.objects} objects`, spot(here, ['resources']), {
      hint: 'name a smaller one',
    })
  }
  for (const { apiVersion, kind, namespace, name } of objects) {
    const id = `${apiVersion} ${kind} ${namespace ?? ''} ${name}`
    if (seen.has(id)) {
      here.reader.problems.add(`${brief(kind)} ${brief(name)} comes in twice`, spot(here, ['resources']), {
        hint: 'two of the resources bring it; name one of them',
      })
      return
    }
    seen.add(id)
  }
}

function keysKnown(here: Here): boolean {
  const { reader, raw } = here
  let known = true
  for (const key of Object.keys(raw as object)) {
    if (carriedOut.includes(key) || withoutEffect.includes(key)) continue
    known = false
    const at = spot(here, [key], undefined, true)
    if (refused.includes(key))
      reader.problems.add(`skerry does not carry out ${key} of a kustomization`, at, {
        hint: 'build it (kustomize build FOLDER > all.yaml) and name the result under manifests',
      })
    else
      reader.problems.add(`unknown key ${brief(key)} in a kustomization`, at, {
        hint: `${didYouMean(key, carriedOut)}known: ${listed(carriedOut, 40)}`,
      })
  }
  return known
}

function resource(entry: Entry, here: Here): readonly Manifest[] | undefined {
  const { reader } = here
  const inner = step(here, entry)
  if (inner === undefined) return undefined
  if (reader.folder(inner) !== undefined) return buildKustomization(inner, entry.at, undefined, reader, [], here.way)
  return manifestsIn(reader.yaml(inner, entry.at, undefined), reader.problems)
}

const join = (folder: string, name: string): string => (folder === '.' ? name : `${folder}/${name}`)
