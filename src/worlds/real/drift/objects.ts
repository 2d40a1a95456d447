// Kubernetes objects: what skerry applies itself is tried again without effect, and what would come of it is held against what is there.
// What Flux applies, Flux itself holds against Git: its conditions are told.

import { isFields } from '../../../artefacts/workloads/fields.ts'
import type { Plan } from '../../../model/plan.ts'
import type { KubeObject } from '../../kube/client.ts'
import { KubeError } from '../../kube/client.ts'
import type { Api, Ground } from '../ground.ts'
import { filled } from '../kubernetes/apply.ts'
import type { Scope } from '../kubernetes/apps.ts'
import { scopesOf } from '../kubernetes/apps.ts'
import { withMark } from '../kubernetes/ownership.ts'
import type { FluxStatus } from '../status/flux.ts'
import type { Difference, Drift } from './port.ts'
import { textOf } from './templates.ts'

export const appliedScopes = (plan: Plan): readonly Scope[] => scopesOf(plan).filter(({ byFlux }) => !byFlux)

export async function objectDrift(ground: Ground, { api, objects }: Scope): Promise<readonly Drift[]> {
  const client = await ground.api(api)
  if (client === undefined) throw new Error(`${api.name} is not there`)
  const drifts: Drift[] = []
  for (const object of await filled({ ground }, objects)) {
    const found = await one(object)
    if (found !== undefined) drifts.push(found)
  }
  return drifts

  async function one(object: KubeObject): Promise<Drift | undefined> {
    const what = `${object.kind} ${[object.metadata.namespace, object.metadata.name].filter(Boolean).join('/')}`
    const base = { by: 'object', what, where: api.name, replaces: false } as const
    const commands = commandsFor(api, object)
    try {
      const there = await client?.get(await client.pathOf(object))
      if (there === undefined) return { ...base, kind: 'missing', differences: [], why: undefined, ...commands }
      const differences = differencesOf(await client?.tried(withMark(ground.plan, object)), there)
      return differences.length === 0
        ? undefined
        : { ...base, kind: 'changed', differences, why: undefined, ...commands }
    } catch (error) {
      if (!(error instanceof KubeError) || error.status === 0) throw error
      if (error.status === 404) return { ...base, kind: 'missing', differences: [], why: error.message, ...commands }
      return {
        ...base,
        kind: 'notHeardOf',
        differences: [],
        why: error.message,
        takeDeclaration: [],
        takeWhatIsThere: [],
      }
    }
  }
}

function commandsFor(api: Api, object: KubeObject): Pick<Drift, 'takeDeclaration' | 'takeWhatIsThere'> {
  const to = api.kind === 'federation' ? '--kubeconfig karmada.kubeconfig' : `--context ${api.name}`
  const namespace = object.metadata.namespace === undefined ? '' : ` --namespace ${object.metadata.namespace}`
  return {
    takeDeclaration: ['skerry up --on real'],
    takeWhatIsThere: [
      `kubectl ${to}${namespace} get ${object.kind.toLowerCase()} ${object.metadata.name} --output yaml # and take it over into the file that declares it`,
    ],
  }
}

/** What the server says of an object, and who manages it: no part of what is declared. */
const bookkeeping = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'])

/** Field by field, as an apply would change them; what is only there, others own. */
export function differencesOf(declared: unknown, there: unknown, path = ''): readonly Difference[] {
  if (isFields(declared) && isFields(there))
    return [...new Set([...Object.keys(declared), ...Object.keys(there)])]
      .sort()
      .flatMap((key) =>
        path === '' && key === 'status'
          ? []
          : path === '.metadata' && bookkeeping.has(key)
            ? []
            : differencesOf(declared[key], there[key], `${path}.${key}`),
      )
  if (Array.isArray(declared) && Array.isArray(there) && declared.length === there.length)
    return declared.flatMap((item, index) => differencesOf(item, there[index], `${path}[${index}]`))
  if (JSON.stringify(declared) === JSON.stringify(there)) return []
  return [{ path: path.replace(/^\./, ''), declared: textOf(declared), there: textOf(there) }]
}

// ---------------------------------------------------------------------------------------------- Flux

export const fluxDrift = ({ cluster, objects, state, why }: FluxStatus): readonly Drift[] => {
  const base = { by: 'flux', where: cluster, differences: [], replaces: false } as const
  if (state === 'notHeardOf' || objects.length === 0)
    return [
      {
        ...base,
        ...{ kind: state === 'notHeardOf' ? 'notHeardOf' : 'missing', what: `Flux of ${cluster}`, why },
        takeDeclaration: state === 'notHeardOf' ? [] : ['skerry up --on real'],
        takeWhatIsThere: [],
      },
    ]
  return objects
    .filter(({ ready, suspended }) => suspended || !ready)
    .map(({ kind, namespace, name, suspended, message }): Drift => {
      const of = `flux --context ${cluster} --namespace ${namespace}`
      const called = fluxWords[kind as keyof typeof fluxWords] ?? kind.toLowerCase()
      return {
        ...base,
        kind: suspended ? 'suspended' : 'failing',
        what: `${kind} ${namespace}/${name}`,
        why: suspended ? 'it is suspended: what is changed by hand stays' : message,
        takeDeclaration: [`${of} ${suspended ? 'resume' : 'reconcile'} ${called} ${name}`],
        takeWhatIsThere: suspended ? [] : [`${of} suspend ${called} ${name}`],
      }
    })
}

const fluxWords = {
  GitRepository: 'source git',
  HelmRepository: 'source helm',
  Kustomization: 'kustomization',
  HelmRelease: 'helmrelease',
} as const
