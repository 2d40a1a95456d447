// Many that are alike, told as one: 2,500 shops of a class undergo the same, so a reader sees one line with a number, from which to which,
// and in which rings. What is alike is decided by what happens to it and to which class it belongs, never by its text.

import type { Assignment, InverseKind, Plan, PlannedStep, StepSubject, UndoStep } from '../model/plan.ts'
import { amount } from '../model/words.ts'

/** More lines than this in one stretch, and those that are alike are told as one. */
export const mostLines = 24
/** Two are as quickly read as one and "1 more". */
const fewest = 3

interface Belonging {
  readonly class: string | undefined
  readonly ring: string | undefined
}

export type Belongings = (subject: StepSubject) => Belonging

const alone: Belonging = { class: undefined, ring: undefined }

export function belongingsOf({ fleet }: Plan): Belongings {
  const bySite = new Map<string, Belonging>()
  const byCluster = new Map<string, Belonging>()
  for (const site of fleet.sites) {
    if (site.class === undefined) continue
    const belonging = { class: site.class, ring: site.labels.ring }
    bySite.set(site.name, belonging)
    if (site.cluster !== undefined && site.labels.ring !== undefined) byCluster.set(site.cluster, belonging)
  }
  for (const cluster of fleet.clusters) {
    const known = byCluster.get(cluster.name)
    // a cluster that many sites of a class share is itself none of them
    if (cluster.class === undefined) byCluster.delete(cluster.name)
    else byCluster.set(cluster.name, { class: cluster.class, ring: cluster.labels.ring ?? known?.ring })
  }
  return ({ site, cluster }) => bySite.get(site ?? '') ?? byCluster.get(cluster ?? '') ?? alone
}

/** In the order in which the first of each group stands. `mostAlone`: how many that belong to no class are still told one by one. */
export function stepGroups(
  steps: readonly PlannedStep[],
  of: Belongings,
  mostAlone = mostLines,
): readonly (readonly [PlannedStep, ...PlannedStep[]])[] {
  return grouped(
    steps,
    (step) => of(step.subject).class,
    (step, name) =>
      [
        step.kind,
        step.change,
        step.existing,
        name,
        step.subject.app ?? '',
        step.subject.addon ?? '',
        step.subject.pool ?? '',
        step.subject.federation ?? '',
        step.intent.part ?? '',
        step.kind === 'verify' ? step.intent.claim : '',
        step.differences.map(({ path }) => path),
      ].join('|'),
    mostAlone,
  )
}

export function undoGroups(
  steps: readonly UndoStep[],
  of: Belongings,
  // its order is what a reader of a clean-up looks for
  mostAlone = 2 * mostLines,
): readonly (readonly [UndoStep, ...UndoStep[]])[] {
  return grouped(
    steps,
    (step) => of(step.subject).class,
    (step, name) =>
      [step.kind, step.protected, name, step.subject.app ?? '', step.subject.addon ?? '', step.subject.pool ?? ''].join(
        '|',
      ),
    mostAlone,
  )
}

/**
 * Those of classes where there is more than a screen of them; what is left only where it alone is still too much to read. A group stands
 * where its first member stood; what is no group stays where it was.
 */
function grouped<T>(
  items: readonly T[],
  classOf: (item: T) => string | undefined,
  keyOf: (item: T, name: string) => string,
  mostAlone = mostLines,
): readonly (readonly [T, ...T[]])[] {
  if (items.length <= mostLines) return items.map((item): [T] => [item])
  const left = items.reduce((sum, item) => sum + (classOf(item) === undefined ? 1 : 0), 0)
  const keys = items.map((item) => {
    const name = classOf(item)
    return name === undefined && left <= mostAlone ? undefined : keyOf(item, name ?? '')
  })
  const counts = new Map<string, number>()
  for (const key of keys) if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1)
  const groups = new Map<string, [T, ...T[]]>()
  const all: [T, ...T[]][] = []
  for (const [index, item] of items.entries()) {
    const key = keys[index]
    const group = key === undefined ? undefined : groups.get(key)
    if (group !== undefined) {
      group.push(item)
      continue
    }
    const fresh: [T, ...T[]] = [item]
    if (key !== undefined && (counts.get(key) ?? 0) >= fewest) groups.set(key, fresh)
    all.push(fresh)
  }
  return all
}

/** What happens to all of a group, in one line. */
export function groupTitle(group: readonly [PlannedStep, ...PlannedStep[]], of: Belongings): string {
  const [first] = group
  const name = of(first.subject).class
  if (group.length === 1) return first.title
  if (name === undefined || first.existing) return likeIt(first.title, group)
  if (first.change === 'remove') return removalTitle(first.inverse.kind, group, name)
  const [sites, clusters] = ['sites', 'clusters'].map((what) => `${amount(group.length)} ${what} of the class ${name}`)
  const range = rangeText(group)
  const { app, addon, federation, pool, host } = first.subject
  const alters = first.change === 'change' ? 'Change' : first.change === 'replace' ? 'Replace' : undefined
  if (alters !== undefined && first.kind !== 'verify') return alteredTitle(alters, first, { sites, clusters, range })
  switch (first.kind) {
    case 'cluster.create':
      return `Create ${amount(group.length)} ${shapeText(group)}clusters of the class ${name}${versionText(group)}${range}${ringsText(group, of)}`
    case 'pool.join':
      return `Join the pool ${pool} at ${sites}${eachText(group, 'machine')}${range}`
    case 'addon':
      return `Install ${addon} on ${clusters}${range}`
    case 'gitops.start':
      return `Start Flux on ${clusters}${range}`
    case 'member.join':
      return `Join ${clusters} to the federation ${federation}${range}`
    case 'app.place':
      return `Place ${app} at ${sites}${eachText(group, 'replica')}${range}${ringsText(group, of)}`
    case 'route.point':
      return `Point ${host} at ${sites}${range}`
    case 'verify':
      return lookText(first, `at ${first.subject.site === undefined && app === undefined ? clusters : sites}${range}`)
    case 'zone.optIn':
    case 'network':
    case 'federation.start':
      return likeIt(first.title, group)
  }
}

type Words = Readonly<Record<'sites' | 'clusters' | 'range', string | undefined>>

/** What there is becomes another: the same things by the same words, with another verb. */
function alteredTitle(verb: string, { kind, subject, title }: PlannedStep, { sites, clusters, range }: Words): string {
  switch (kind) {
    case 'cluster.create':
      return `${verb} ${clusters}${range}`
    case 'pool.join':
      return `${verb} the pool ${subject.pool} at ${sites}${range}`
    case 'addon':
      return `${verb} ${subject.addon} on ${clusters}${range}`
    case 'gitops.start':
      return `${verb} Flux on ${clusters}${range}`
    case 'member.join':
      return `${verb} ${clusters} in the federation ${subject.federation}${range}`
    case 'app.place':
      return `${verb} ${subject.app} at ${sites}${range}`
    case 'route.point':
      return `${verb} the records of ${subject.host} for ${sites}${range}`
    case 'zone.optIn':
    case 'network':
    case 'federation.start':
    case 'verify':
      return title
  }
}

export function undoTitle(group: readonly [UndoStep, ...UndoStep[]], of: Belongings): string {
  const [first] = group
  const name = of(first.subject).class
  if (group.length === 1) return first.title
  return name === undefined ? likeIt(first.title, group) : removalTitle(first.kind, group, name)
}

type Told = { readonly title: string; readonly subject: StepSubject; readonly id: string }

function removalTitle(kind: InverseKind | 'gitops.suspend', group: readonly [Told, ...Told[]], name: string): string {
  const [first] = group
  const many = (what: string) => `${amount(group.length)} ${what} of the class ${name}${rangeText(group)}`
  switch (kind) {
    case 'cluster.delete':
      return `Delete ${many('clusters')}`
    case 'pool.drain':
      return `Drain the pool ${first.subject.pool} at ${many('sites')}, delete its nodes`
    case 'app.remove':
      return `Remove ${first.subject.app} from ${many('sites')}`
    case 'addon.remove':
      return `Remove ${first.subject.addon} from ${many('clusters')}`
    case 'gitops.stop':
      return `Uninstall Flux from ${many('clusters')}`
    case 'gitops.suspend':
      return `Suspend the Kustomizations of Flux on ${many('clusters')}, so that nothing that is removed comes back`
    case 'member.leave':
      return `Take ${many('clusters')} out of the federation ${first.subject.federation}`
    case 'route.withdraw':
    case 'network.delete':
    case 'federation.stop':
    case 'zone.keep':
    case 'keep':
      return likeIt(first.title, group)
  }
}

const likeIt = (title: string, group: readonly Told[]): string => {
  const last = group.at(-1)
  return last === undefined || group.length === 1
    ? title
    : `${title}, and ${amount(group.length - 1)} more like it, to ${nameOf(last)}`
}

const nameOf = ({ subject, id }: Told): string => subject.site ?? subject.cluster ?? subject.host ?? id

/** From which to which, in the order of the names: rows of a CSV need not be sorted. */
function rangeText(group: readonly Told[]): string {
  const [first = '', ...names] = new Set(group.map(nameOf))
  const least = names.reduce((a, b) => (byNumber.compare(b, a) < 0 ? b : a), first)
  const most = names.reduce((a, b) => (byNumber.compare(b, a) > 0 ? b : a), first)
  return least === most ? '' : ` (${least} … ${most})`
}

// not the machine's own language: the same plan reads the same everywhere
const byNumber = new Intl.Collator('en', { numeric: true })

function ringsText(group: readonly PlannedStep[], of: Belongings): string {
  const rings = new Map<string, number>()
  for (const { subject } of group) {
    const { ring } = of(subject)
    if (ring !== undefined) rings.set(ring, (rings.get(ring) ?? 0) + 1)
  }
  if (rings.size < 2) return ''
  const ordered = [...rings].sort(([a, m], [b, n]) => m - n || (a < b ? -1 : 1))
  return `, in rings ${ordered.map(([ring, count]) => `${ring} ${amount(count)}`).join(', ')}`
}

function shapeText(group: readonly PlannedStep[]): string {
  const all = (key: string, value: unknown) => group.every(({ intent }) => intent[key] === value)
  const kind = all('kind', 'eksAnywhere') ? 'EKS Anywhere ' : ''
  return `${all('singleNode', true) ? 'single-node ' : ''}${kind}`
}

function versionText(group: readonly PlannedStep[]): string {
  const versions = [...new Set(group.map(({ intent }) => String(intent.version ?? '')))].sort()
  return versions.length === 1 && versions[0] !== '' ? `, Kubernetes ${versions[0]}` : ''
}

function eachText(group: readonly PlannedStep[], what: string): string {
  const counts = group.map(({ intent }) => Number(intent.replicas ?? 0))
  const [least, most] = counts.reduce(([a, b], count) => [Math.min(a, count), Math.max(b, count)], [
    counts[0] ?? 0,
    counts[0] ?? 0,
  ] as readonly [number, number])
  return least === most
    ? `, ${amount(most)} ${most === 1 ? what : `${what}s`} each`
    : `, ${amount(least)} to ${amount(most)} ${what}s each`
}

function lookText({ subject, intent, id }: PlannedStep, where: string): string {
  const claim = String(intent.claim ?? 'all is as it should be')
  const [main = '', ...more] = claim.split(', ')
  if (subject.app !== undefined) return [`${subject.app} is ${main} ${where}`, ...more].join(', ')
  if (id.startsWith('verify/reconciled/')) return `Flux has reconciled its source and every Kustomization ${where}`
  return `${claim.slice(0, 1).toUpperCase()}${claim.slice(1)} ${where}`
}

/** Rows of the table of copies: one for each, or one for all of an app in a class. */
export function copyRows(
  placement: readonly Assignment[],
  of: Belongings,
  most: number,
): readonly (readonly [app: string, site: string, cluster: string, replicas: string, why: string])[] {
  const single = (copy: Assignment) => [copy.app, copy.site, copy.cluster, replicasOf(copy), copy.why] as const
  if (placement.length <= most) return placement.map(single)
  const groups = new Map<string, Assignment[]>()
  placement.forEach((copy, index) => {
    const name = of({ site: copy.site, cluster: copy.cluster }).class
    const key = name === undefined ? String(index) : [copy.app, name, copy.federation ?? '', replicasOf(copy)].join('|')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [copy])
    else group.push(copy)
  })
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first === undefined || group.length < fewest) return group.map(single)
    const name = of({ site: first.site, cluster: first.cluster }).class
    return [
      [
        first.app,
        `${amount(group.length)} sites of ${name}`,
        'their own',
        `${replicasOf(first)} each`,
        // the line is the same for all, but for the name of the site in it
        first.why.replaceAll(first.site, 'each'),
      ] as const,
    ]
  })
}

const replicasOf = ({ replicas, alternatives }: Assignment): string => [replicas, ...(alternatives ?? [])].join(' or ')

/** Where a tie leaves more than one outcome, each of them whole: a row alone does not say what goes with what. */
export function tieTexts(placement: readonly Assignment[]): readonly string[] {
  const groups = new Map<string, Assignment[]>()
  for (const copy of placement) {
    if (copy.federation === undefined) continue
    const key = [copy.app, copy.federation, copy.namespace].join('|')
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [copy])
    else group.push(copy)
  }
  return [...groups.values()].flatMap((copies) => {
    const [first] = copies
    if (first === undefined || !copies.some(({ alternatives }) => alternatives !== undefined)) return []
    const most = Math.max(...copies.map(({ alternatives }) => alternatives?.length ?? 0))
    const outcomes = [...Array(most + 1).keys()].map((index) =>
      copies.map((copy) => (index === 0 ? copy.replicas : (copy.alternatives?.[index - 1] ?? copy.replicas))),
    )
    const total = outcomes[0]?.reduce((sum, each) => sum + each, 0) ?? 0
    return `${first.app} ${amount(total)} over ${copies.map(({ cluster }) => cluster).join(', ')}: ${outcomes.map((each) => each.join('+')).join(' or ')}, the template's UID decides`
  })
}
