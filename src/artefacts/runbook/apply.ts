// Folders and charts, applied by hand where no Flux does it.

import type { Plan, PlannedStep } from '../../model/plan.ts'
import type { ChartInstall } from '../without-flux.ts'
import type { Written } from './instructions.ts'

export function applied(to: string, folder: string, written: Written): string {
  const filter = filterOf(folder, written)
  return filter === undefined
    ? `kubectl ${to} apply --server-side --kustomize ${folder}`
    : `kubectl kustomize ${folder} | ${filter} | kubectl ${to} apply --server-side --filename -`
}

/** The same objects taken away again, and nothing else of their namespace. */
export function withdrawn(to: string, folder: string, written: Written): string {
  const filter = filterOf(folder, written)
  return filter === undefined
    ? `kubectl ${to} delete --ignore-not-found --kustomize ${folder}`
    : `kubectl kustomize ${folder} | ${filter} | kubectl ${to} delete --ignore-not-found --filename -`
}

/** What a controller of Flux would substitute, its command does, escaped dollars of other people included. */
function filterOf(folder: string, { filledIn: valuesIn }: Written): string | undefined {
  const values = Object.entries(valuesIn(folder))
  if (values.length === 0) return undefined
  const set = values.map(([name, value]) => `${name}=${/^[\w./:-]*$/.test(value) ? value : `"${value}"`}`).join(' ')
  return `${set} flux envsubst --strict`
}

/** Namespaces that several apps share are a bundle of their own: applied before the first of them. */
export function namespacesBefore(step: PlannedStep, { steps }: Plan, { folderOfBundle }: Written): readonly string[] {
  const where = step.subject.federation ?? step.subject.cluster ?? ''
  const first = steps.find(
    (it) => it.kind === 'app.place' && (it.subject.federation ?? it.subject.cluster ?? '') === where,
  )
  const folder = folderOfBundle(step.subject.federation === undefined ? 'namespaces' : 'karmada-namespaces', where)
  return first !== step || folder === undefined ? [] : [folder]
}

export function chartCommands(install: ChartInstall): readonly string[] {
  const { cluster, release, namespace, repository, chart, version, values, patches } = install
  return [
    // variables that start with fleet_ exist only now
    `envsubst "$(compgen -e | sed -n 's/^fleet_.*/\${&}/p')" < ${values} | helm upgrade --install ${release} ${chart} --repo ${repository} --version ${version} --kube-context ${cluster} --namespace ${namespace} --create-namespace --values -`,
    ...patches.map(
      ({ kind, name, patch }) =>
        `kubectl --context ${cluster} --namespace ${namespace} patch ${kind.toLowerCase()} ${name} --type json --patch '${patch}'`,
    ),
  ]
}
