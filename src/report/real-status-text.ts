// What `status --on real` found, for people: whom users reach, apps and their front doors, what carries them, why nodes are missing, and the
// stacks, of which only those that are not as wanted have a line of their own.

import { secondsText } from '../model/duration.ts'
import { counted, listed } from '../model/words.ts'
import type { Drift } from '../worlds/real/drift/port.ts'
import type { RealStatus } from '../worlds/real/status/status.ts'

type Standing = RealStatus['stacks'][number]['state']
type Aged = { readonly seconds: number | undefined }

export function realStatusText(status: RealStatus): string {
  const parts = partsOf(status)
  const behind = parts.filter((state) => state === 'behind').length
  const silent = parts.filter((state) => state === 'notHeardOf').length
  const counts = [
    `${parts.length - behind - silent} of ${counted(parts.length, 'part')} as wanted`,
    ...(behind > 0 ? [`${behind} behind`] : []),
    ...(silent > 0 ? [`${silent} not heard of`] : []),
  ]
  return [
    `${status.fleet} on real: ${counts.join(', ')}`,
    ...(status.drill === undefined
      ? []
      : [
          `  a drill is at work, or was cut off: ${status.drill.name}, since ${status.drill.since}`,
          ...status.drill.away.map((text) => `      ${text}`),
          '  next  skerry drill NAME --on real, or skerry up --on real, gives back what is left',
        ]),
    ...section('Names', names(status)),
    ...section('Apps', apps(status)),
    ...section('Front doors', fronts(status)),
    ...section('Nodes', pools(status)),
    ...section('Clusters', clusters(status)),
    ...section('Controllers', controllers(status)),
    ...section('Federations', federations(status)),
    ...section('Flux', flux(status)),
    ...section('Stacks', stacks(status)),
    ...(status.drift === undefined ? [] : section('Drift', driftLines(status.drift))),
  ].join('\n')
}

/** One for each that has a state. */
export const partsOf = (status: RealStatus): readonly Standing[] =>
  [
    ...[status.stacks, status.clusters, status.pools, status.controllers, status.flux],
    ...[status.federations, status.apps, status.fronts, status.names],
  ].flatMap((all) => all.map(({ state }) => state))

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines]

const marks = { asWanted: '✓', behind: '✗', notHeardOf: '?' } as const satisfies Record<Standing, string>
const mark = (state: Standing): string => marks[state]

const ago = ({ seconds }: Aged): string =>
  seconds === undefined ? 'never heard of' : `last heard of ${secondsText(seconds)} ago`
const because = (why: string | undefined): string => (why === undefined ? '' : `: ${why}`)

const widthOf = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length))

// ---------------------------------------------------------------------------------------------- users

function names({ names: all }: RealStatus): readonly string[] {
  const width = widthOf(all.map(({ host }) => host))
  return [...all.flatMap((name) => nameLines(name, width)), ...unheard(all)]
}

/** Name servers that did not answer, once for all names. */
const unheard = (all: RealStatus['names']): readonly string[] =>
  [
    ...new Map(all.flatMap(({ asked }) => (asked?.why === undefined ? [] : [[asked.nameServer, asked.why]]))).entries(),
  ].map(([nameServer, why]) => `      ${nameServer} did not say who is answered${because(why)}`)

function nameLines(name: RealStatus['names'][number], width: number): readonly string[] {
  return [
    `  ${mark(name.state)} ${name.host.padEnd(width)}  ${whoText(name)}${name.state === 'notHeardOf' ? `; ${ago(name)}${because(name.why)}` : because(name.why)}`,
    ...name.checks
      .filter(({ state }) => state !== 'asWanted')
      .map(
        (check) =>
          `      ${mark(check.state)} health check of ${check.site}: ${check.healthy === undefined ? ago(check) : check.healthy ? 'healthy' : 'unhealthy'}${check.checkers === 0 ? '' : `, ${check.agree} of ${counted(check.checkers, 'checker')} say so`}${because(check.why)}`,
      ),
    ...(name.asked === undefined || name.asked.why !== undefined
      ? []
      : [
          `      ${name.asked.nameServer} says ${name.asked.addresses.length === 0 ? 'that it has no address' : listed(name.asked.addresses)}`,
        ]),
  ]
}

function whoText({ computed }: RealStatus['names'][number]): string {
  if (computed === undefined) return 'who answers is not known'
  if (computed.answers.length === 0) return 'nobody answers: it has no records'
  const who = computed.answers.map(({ id, site, share }) => {
    const where = site ?? id
    return share === undefined
      ? `${where} for those nearest to it`
      : share === 1
        ? where
        : `${where} ${Math.round(share * 100)} %`
  })
  return `${listed(who)} by its records${computed.certain ? '' : ', where what is not heard of counts as healthy'}${computed.allUnhealthy ? '; all are unhealthy, so Route 53 answers as though all were well' : ''}`
}

function apps({ apps: all }: RealStatus): readonly string[] {
  const width = widthOf(all.map(({ app }) => app))
  return all.map(
    ({ app, state, wanted, ready, copies }) =>
      `  ${mark(state)} ${app.padEnd(width)}  ${ready} of ${wanted} ready${copies.length === 0 ? ', placed nowhere' : `: ${copies.map(copyText).join(', ')}`}`,
  )
}

function copyText(copy: RealStatus['apps'][number]['copies'][number]): string {
  const { site, cluster, ready, wanted, state, seconds } = copy
  const where = `${site ?? cluster} ${ready === wanted ? `${ready}` : `${ready} of ${wanted}`}`
  if (state !== 'notHeardOf') return state === 'behind' ? `${where}, behind` : where
  return seconds === undefined ? `${where}, never heard of` : `${where} when last heard of, ${secondsText(seconds)} ago`
}

function fronts({ fronts: all }: RealStatus): readonly string[] {
  const width = widthOf(all.map(({ app, site }) => `${app} at ${site}`))
  return all.map((front) => {
    const { app, site, state, targets, healthy, why } = front
    const said = state === 'notHeardOf' ? ago(front) : `${healthy} of ${counted(targets, 'target')} healthy`
    return `  ${mark(state)} ${`${app} at ${site}`.padEnd(width)}  ${said}${because(why)}`
  })
}

// ---------------------------------------------------------------------------------------------- what carries them

function pools({ pools: all }: RealStatus): readonly string[] {
  const width = widthOf(all.map(({ site, pool }) => `${site}/${pool}`))
  return all.flatMap((one) => {
    const { site, pool, state, wanted, joined, ready, notHeardOf, causes, seconds } = one
    const counts = [
      `${joined} of ${counted(wanted, 'node')} joined`,
      `${ready} ready`,
      ...(notHeardOf > 0
        ? [`${notHeardOf} not heard of${seconds === undefined ? '' : ` for ${secondsText(seconds)}`}`]
        : []),
    ].join(', ')
    const line = `  ${mark(state)} ${`${site}/${pool}`.padEnd(width)}  ${counts}${state === 'notHeardOf' && notHeardOf === 0 ? `, ${ago(one)}` : ''}`
    return [line, ...causeLines(causes)]
  })
}

function causeLines(causes: RealStatus['pools'][number]['causes']): readonly string[] {
  if (causes.length === 0) return []
  const found = causes.filter(({ verdict }) => verdict === 'found')
  const unseen = causes.filter(({ verdict }) => verdict === 'notLooked')
  return [
    ...found.flatMap(({ text, settle }) => [`      why: ${text}`, ...settle.map((command) => `        ${command}`)]),
    ...(found.length === 0 && unseen.length < causes.length
      ? [
          `      none of the ${causes.length - unseen.length} causes that could be looked at: see what a machine says of itself, aws ec2 get-console-output --latest --instance-id ID`,
        ]
      : []),
    ...[...new Set(unseen.map(({ text }) => text))].map((text) => `      not looked at: ${text}`),
  ]
}

function clusters({ clusters: all }: RealStatus): readonly string[] {
  const width = widthOf(all.map(({ name }) => name))
  return all.map((cluster) => {
    const { name, state, eks, version, wantedVersion, api, why } = cluster
    const parts = [
      ...(eks === undefined ? [] : [eks]),
      ...(version === undefined
        ? []
        : [
            `Kubernetes ${version}${wantedVersion === undefined || wantedVersion === version ? '' : `, ${wantedVersion} is declared`}`,
          ]),
      api === 'answers' ? 'its API answers' : api === 'notThere' ? 'it is not there' : `its API does not answer`,
    ]
    return `  ${mark(state)} ${name.padEnd(width)}  ${parts.join(', ')}${state === 'notHeardOf' ? `, ${ago(cluster)}` : ''}${because(why)}`
  })
}

const controllers = ({ controllers: all }: RealStatus): readonly string[] =>
  all.map(
    (one) =>
      `  ${mark(one.state)} ${one.name} of ${one.cluster}: ${one.state === 'notHeardOf' ? ago(one) : `${one.ready} of ${one.wanted} ready`}`,
  )

const federations = ({ federations: all }: RealStatus): readonly string[] =>
  all.map((one) => {
    const members = one.members.map(
      ({ name, ready }) => `${name} ${ready === undefined ? 'has not joined' : ready ? 'ready' : 'not ready'}`,
    )
    const text = members.length === 0 ? 'no members' : members.join(', ')
    return `  ${mark(one.state)} ${one.name}: ${text}${one.state === 'notHeardOf' ? `, ${ago(one)}` : ''}${because(one.why)}`
  })

const flux = ({ flux: all }: RealStatus): readonly string[] =>
  all.map((one) => {
    const { cluster, objects, state, why } = one
    const unwell = objects.filter(({ ready, suspended }) => !ready && !suspended)
    const suspended = objects.filter((it) => it.suspended)
    const text = [
      `${objects.length - unwell.length} of ${objects.length} ready`,
      ...(suspended.length === 0 ? [] : [`${suspended.length} suspended`]),
      ...unwell.slice(0, 3).map(({ kind, name, message }) => `${kind} ${name}: ${message ?? 'not ready yet'}`),
    ].join(', ')
    return `  ${mark(state)} ${cluster}: ${text}${state === 'notHeardOf' ? `, ${ago(one)}` : ''}${because(why)}`
  })

function stacks({ stacks: all }: RealStatus): readonly string[] {
  const well = all.filter(({ state }) => state === 'asWanted')
  const others = all.filter(({ state }) => state !== 'asWanted')
  return [
    ...(well.length === 0 ? [] : [`  ✓ ${well.length} of ${counted(all.length, 'stack')} there`]),
    ...others.flatMap((stack) => [
      `  ${mark(stack.state)} ${stack.name}: ${stack.state === 'notHeardOf' ? ago(stack) : `${stack.status ?? 'not there'}${stack.seconds === undefined ? '' : ` for ${secondsText(stack.seconds)}`}`}${because(stack.reason)}`,
      ...stack.settle.map((command) => `      ${command}`),
    ]),
  ]
}

// ---------------------------------------------------------------------------------------------- drift

export function driftLines(drifts: readonly Drift[]): readonly string[] {
  if (drifts.length === 0)
    return ['  ✓ what is there is what is declared, as far as CloudFormation and the clusters tell']
  const known = drifts.filter(({ kind }) => kind !== 'notHeardOf')
  // a stack has one change set for all that somebody changed in it
  const told = new Map<string, string>()
  return [
    ...known.flatMap((drift) => {
      const { kind, what, where, differences, replaces, why, takeDeclaration, takeWhatIsThere } = drift
      const same = told.get(takeDeclaration.join('\n'))
      if (takeDeclaration.length > 1) told.set(takeDeclaration.join('\n'), what)
      return [
        `  ✗ ${what} (${where}) ${driftWords[kind]}${replaces ? '; to take the declaration, it is made anew' : ''}${because(why)}`,
        ...differences
          .slice(0, 8)
          .map(
            ({ path, declared, there }) =>
              `      ${path}: declared ${declared ?? 'not at all'}, there ${there ?? 'not at all'}`,
          ),
        ...(differences.length > 8 ? [`      and ${differences.length - 8} more`] : []),
        ...ways('to take the declaration', same === undefined ? takeDeclaration : [`with ${same}`]),
        ...ways('to take what is there', takeWhatIsThere),
      ]
    }),
    ...unlooked(drifts.filter(({ kind }) => kind === 'notHeardOf')),
  ]
}

function ways(title: string, commands: readonly string[]): readonly string[] {
  const [only] = commands
  if (only === undefined) return []
  return commands.length === 1
    ? [`      ${title}: ${only}`]
    : [`      ${title}:`, ...commands.map((command) => `        ${command}`)]
}

/** One line for each reason: a role that may not look may not look anywhere. */
function unlooked(drifts: readonly Drift[]): readonly string[] {
  const reasons = new Map<string | undefined, Drift[]>()
  for (const drift of drifts) reasons.set(drift.why, [...(reasons.get(drift.why) ?? []), drift])
  return [...reasons].map(([why, all]) => {
    const [first, ...more] = all
    const others = more.length === 0 ? '' : `, and ${more.length} more,`
    return `  ? ${first?.what} (${first?.where})${others} ${driftWords.notHeardOf}${because(why)}`
  })
}

const driftWords = {
  changed: 'differs',
  missing: 'is missing',
  extra: 'is there and nobody declares it',
  suspended: 'is suspended',
  failing: 'is not reconciled',
  notHeardOf: 'could not be looked at',
} as const satisfies Record<Drift['kind'], string>

// ---------------------------------------------------------------------------------------------- for machines

/** As schema/real-status.json says. */
export const realStatusJson = (status: RealStatus): string =>
  JSON.stringify({ version: 1, world: 'real', ...status }, null, 2)

/** The same on one line, for those who read a stream of them. */
export const realStatusLine = (status: RealStatus): string => JSON.stringify({ version: 1, world: 'real', ...status })

/** One line for each look, for a log: the time, the counts, and what is not as wanted. */
export function realStatusBrief(status: RealStatus): string {
  const wrong = [
    ...status.names.map(({ host, state }) => [host, state] as const),
    ...status.apps.map(({ app, state }) => [app, state] as const),
    ...status.fronts.map(({ app, site, state }) => [`the front door of ${app} at ${site}`, state] as const),
    ...status.pools.map(({ site, pool, state }) => [`nodes ${site}/${pool}`, state] as const),
    ...status.clusters.map(({ name, state }) => [name, state] as const),
    ...status.controllers.map(({ name, cluster, state }) => [`${name} of ${cluster}`, state] as const),
    ...status.federations.map(({ name, state }) => [`federation ${name}`, state] as const),
    ...status.flux.map(({ cluster, state }) => [`Flux of ${cluster}`, state] as const),
    ...status.stacks.map(({ name, state }) => [`stack ${name}`, state] as const),
  ].flatMap(([what, state]) =>
    state === 'asWanted' ? [] : [`${what} ${state === 'behind' ? 'behind' : 'not heard of'}`],
  )
  const all = partsOf(status)
  const well = all.filter((state) => state === 'asWanted').length
  return `${status.asked}  ${well} of ${counted(all.length, 'part')} as wanted${wrong.length === 0 ? '' : `; ${wrong.join('; ')}`}`
}
