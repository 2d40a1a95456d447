// What `status` found on this machine, for people: whom users reach, apps, what carries them, what is bad, and the engines, of which each
// that is not well has a line of its own.

import { secondsText } from '../model/duration.ts'
import { counted, listed } from '../model/words.ts'
import type {
  CopyStatus,
  DoorStatus,
  EngineStatus,
  FluxStatus,
  LocalStatus,
  NameStatus,
} from '../worlds/local/status.ts'

export const sizeText = (mebibytes: number): string =>
  mebibytes < 1000 ? `${mebibytes} MiB` : `${(mebibytes / 1024).toFixed(2)} GiB`

export function localStatusText(status: LocalStatus): string {
  const { fleet, speed, engines, mebibytes } = status
  return [
    `${fleet} on this machine: ${counted(engines.length, 'engine')}, ${sizeText(mebibytes)} of memory${speed === 1 ? '' : `, constants shortened by ${speed}`}`,
    ...runs(status),
    ...section('In force', inForce(status)),
    ...section(status.nameServer === undefined ? 'Names' : `Names (${status.nameServer})`, names(status)),
    ...section('Apps', apps(status)),
    ...section('Front doors', doors(status)),
    ...section('Failures of skerry’s own', failed(status)),
    ...section('Clusters', clusters(status)),
    ...section('Federations', federations(status)),
    ...section('Flux', status.flux.map(fluxLine)),
    ...section('Engines', engineLines(engines)),
  ].join('\n')
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines]

const mark = (well: boolean): string => (well ? '✓' : '✗')

function runs({
  up,
  cutOffAt,
  holder,
  changed,
}: Pick<LocalStatus, 'up' | 'cutOffAt' | 'holder' | 'changed'>): readonly string[] {
  if (changed === true) {
    const before = runs({ up, cutOffAt, holder, changed: undefined })
    return [
      '  the fleet changed since up: what runs is the one from before',
      ...(before.length > 0 ? before : ['  next  skerry up']),
    ]
  }
  if (holder !== undefined) return [`  skerry ${holder.verb} is at work on it (process ${holder.pid})`]
  const goOn = '  next  skerry up, to go on, or skerry down'
  if (cutOffAt.length > 0) return [`  a run was cut off at ${listed(cutOffAt.slice(0, 3))}`, goOn]
  return up === 'begun' ? ['  the last up did not come to its end', goOn] : []
}

/** Of the process that stands for the world outside: it goes on, and what it tells is to be doubted. */
function failed({ failures, engines }: Pick<LocalStatus, 'failures' | 'engines'>): readonly string[] {
  if (failures === undefined || failures === 0) return []
  const owner = engines.find(({ engine }) => engine === 'outside')?.of.name ?? 'FLEET'
  return [
    `  ✗ ${counted(failures, 'failure')} in the process that stands for the world outside: a bug of ours`,
    `  next  skerry logs ${owner} outside, and report what it says`,
  ]
}

/** Faults, and what is bad outside, whoever did it. */
function inForce({ faults, bad = [], links = [] }: LocalStatus): readonly string[] {
  const cut = links.filter(({ way }) => way !== 'free')
  return [
    ...faults.map(({ text, seconds }) => `  ✗ ${text}${seconds === undefined ? '' : `, for ${secondsText(seconds)}`}`),
    ...bad.map(({ what, how }) => `  ✗ ${what} ${how}`),
    ...(cut.length === 0 ? [] : [`  ✗ ${counted(cut.length, 'link')} not free: ${listed(cut.map(({ id }) => id))}`]),
  ]
}

function names({ names: all, engines }: LocalStatus): readonly string[] {
  if (all === undefined)
    return engines.some(({ engine }) => engine === 'outside') ? ['  ✗ the world outside does not answer'] : []
  const width = Math.max(...all.map(({ host }) => host.length))
  return all.map((name) => `  ${mark(isServed(name))} ${name.host.padEnd(width)}  ${answersText(name)}`)
}

const isServed = ({ answers }: NameStatus): boolean =>
  answers.length > 0 && answers.every(({ heard }) => typeof heard === 'number' && heard < 500)

const heardWords = { refused: 'refused', silent: 'no answer' } as const

function answersText({ answers, audiences }: NameStatus): string {
  const own = Object.entries(audiences).map(
    ([audience, answer]) => `${audience} to ${answer === '' ? 'nobody' : answer}`,
  )
  if (answers.length === 0) return 'the name server gives no address'
  const text = answers
    .map(({ address, port, site, heard }) => {
      const where = port === undefined ? address : `${address}:${port}`
      return `${site ?? 'somebody'} (${where}: ${typeof heard === 'number' ? heard : heardWords[heard]})`
    })
    .join(', ')
  return own.length === 0 ? text : `${text}; ${own.join(', ')}`
}

function doors(status: LocalStatus): readonly string[] {
  const { doors: all = [] } = status
  const width = Math.max(...all.map(({ app, site }) => `${app} at ${site}`.length))
  return all
    .filter(
      (door) =>
        (door.public !== undefined || door.lan !== undefined) &&
        // where a federation could place it and does not, nobody stands behind the door
        (door.targets > 0 ||
          !all.some(({ app, targets }) => app === door.app && targets > 0) ||
          isPlacedAt(door, status)),
    )
    .map(({ app, site, public: open, lan, targets, healthy, answers, lanAnswers }) => {
      const ways = [
        ...(open === undefined
          ? []
          : [`${open} answers ${share(answers)}, ${healthy} of ${counted(targets, 'target')} healthy`]),
        ...(lan === undefined ? [] : [`on the LAN ${lan} ${share(lanAnswers)}`]),
      ]
      return `  ${mark(answers >= 1 || open === undefined)} ${`${app} at ${site}`.padEnd(width)}  ${ways.join('; ')}`
    })
}

/** By the fleet, or by a federation, whether or not anything of it is there now. */
function isPlacedAt(
  { app, site }: Pick<DoorStatus, 'app' | 'site'>,
  { apps: all, clusters: every, doors: others = [] }: LocalStatus,
): boolean {
  return all
    .filter((it) => it.app === app)
    .flatMap(({ copies }) => copies)
    .some((copy) => {
      if (copy.site !== undefined) return copy.site === site
      // a federation divides over clusters: at which of the sites of one it runs, the doors say
      const sites = new Set(every.find(({ name }) => name === copy.cluster)?.sites.map(({ name }) => name))
      return sites.has(site) && !others.some((it) => it.app === app && it.targets > 0 && sites.has(it.site))
    })
}

const share = (of: number): string => `${Math.round(of * 100)} %`

function apps({ apps: all }: LocalStatus): readonly string[] {
  const width = Math.max(...all.map(({ app }) => app.length))
  return all.flatMap(({ app, state, wanted, ready, copies, held }) => [
    `  ${mark(state === 'asWanted')} ${app.padEnd(width)}  ${ready} of ${wanted} ready${copies.length === 0 ? ', placed nowhere' : `: ${copies.map(copyText).join(', ')}`}`,
    ...(held ? [`      a failback was cut off: skerry failback ${app}`] : []),
  ])
}

function copyText({ site, cluster, ready, wanted, state, seconds }: CopyStatus): string {
  const count = ready === wanted ? `${ready}` : `${ready} of ${wanted}`
  const where = `${site ?? cluster} ${count}`
  if (state !== 'notHeardOf') return state === 'behind' ? `${where}, behind` : where
  return seconds === undefined ? `${where}, never heard of` : `${where} when last heard of, ${secondsText(seconds)} ago`
}

function clusters({ clusters: all }: LocalStatus): readonly string[] {
  return all.map(({ name, ready, expected, sites, seconds }) => {
    if (ready === undefined)
      return `  ✗ ${name}: its API does not answer, ${seconds === undefined ? 'and never did' : `last heard of ${secondsText(seconds)} ago`}`
    const lost = sites
      .filter((site) => site.notHeardOf > 0)
      .map(
        (site) =>
          `, ${site.notHeardOf} at ${site.name} not heard of${site.seconds === undefined ? '' : ` for ${secondsText(site.seconds)}`}`,
      )
    return `  ${mark(ready >= expected)} ${name}: ${ready} of ${counted(expected, 'node')} ready${lost.join('')}`
  })
}

function federations({ federations: all }: LocalStatus): readonly string[] {
  return all.map(({ name, members, seconds }) => {
    if (members === undefined)
      return `  ✗ ${name}: the API of Karmada does not answer, ${seconds === undefined ? 'and never did' : `last heard of ${secondsText(seconds)} ago`}`
    const text = members.map((member) =>
      member.ready
        ? `${member.name} ready`
        : `${member.name} not ready${member.seconds === undefined ? '' : ` for ${secondsText(member.seconds)}`}`,
    )
    return `  ${mark(members.every(({ ready }) => ready))} ${name}: ${members.length === 0 ? 'no members' : text.join(', ')}`
  })
}

function fluxLine({ of, objects, seconds }: FluxStatus): string {
  if (objects === undefined)
    return `  ✗ ${of.name}: not heard of${seconds === undefined ? '' : ` for ${secondsText(seconds)}`}`
  const unwell = objects.filter(({ ready, suspended }) => !ready && !suspended)
  const revision = objects.find(({ kind, revision: at }) => kind === 'Kustomization' && at !== undefined)?.revision
  const suspended = objects.filter((it) => it.suspended).length
  return [
    `  ${mark(unwell.length === 0)} ${of.name}: ${objects.length - unwell.length} of ${objects.length} ready`,
    ...(revision === undefined ? [] : [`at ${shortRevision(revision)}`]),
    ...(suspended === 0 ? [] : [`${suspended} suspended`]),
    ...unwell.slice(0, 3).map(({ kind, name, message }) => `${kind} ${name}: ${message ?? 'not ready yet'}`),
  ].join(', ')
}

/** `main@sha1:0123456789abcdef...` as people say it. */
const shortRevision = (revision: string): string => revision.replace(/sha\d+:([0-9a-f]{8})[0-9a-f]*/, '$1')

const stateWords = {
  running: 'running',
  dead: 'dead',
  notHeardOf: 'not heard of',
  notStarted: 'not started',
} satisfies Record<EngineStatus['state'], string>

function engineLines(engines: readonly EngineStatus[]): readonly string[] {
  const owners = new Map<string, EngineStatus[]>()
  for (const engine of engines) {
    const name = `${engine.of.kind}/${engine.of.name}`
    owners.set(name, [...(owners.get(name) ?? []), engine])
  }
  return [...owners].flatMap(([owner, own]) => {
    const well = own.filter(({ state }) => state === 'running')
    const size = own.reduce((sum, { mebibytes }) => sum + mebibytes, 0)
    return [
      `  ${mark(well.length === own.length)} ${owner}: ${well.length} of ${own.length} running${size > 0 ? `, ${sizeText(size)}` : ''}`,
      ...own
        .filter(({ state }) => state !== 'running')
        .map(
          ({ id, state, seconds }) =>
            `      ${id.slice(owner.length + 1)}: ${stateWords[state]}${state === 'notStarted' ? '' : seconds === undefined ? ', never answered' : `, last heard of ${secondsText(seconds)} ago`}`,
        ),
    ]
  })
}

/** As schema/local-status.json says; where nothing runs there is no engine. */
export const localStatusJson = (status: LocalStatus | undefined): string =>
  JSON.stringify({ version: 1, world: 'local', ...(status ?? { engines: [] }) }, null, 2)

/** The same on one line, for those who read a stream of them. */
export const localStatusLine = (status: LocalStatus | undefined): string =>
  JSON.stringify({ version: 1, world: 'local', ...(status ?? { engines: [] }) })

/** One line for each look, for a log: the time, the counts, and what is not as wanted. */
export function localStatusBrief(status: LocalStatus): string {
  const { asked, engines, federations, apps: all, names: hosts = [], faults, failures = 0 } = status
  const running = engines.filter(({ state }) => state === 'running').length
  const members = federations.flatMap(({ members: own }) => own ?? [])
  const wanted = all.reduce((sum, { wanted: of }) => sum + of, 0)
  const ready = all.reduce((sum, { ready: of }) => sum + of, 0)
  const wrong = [
    ...faults.map(({ text }) => text),
    ...engines.filter(({ state }) => state !== 'running').map(({ id, state }) => `${id} ${stateWords[state]}`),
    ...status.clusters.filter(({ ready: of }) => of === undefined).map(({ name }) => `${name} does not answer`),
    ...members.filter(({ ready: is }) => !is).map(({ name }) => `${name} not ready`),
    ...all.filter(({ state }) => state !== 'asWanted').map(({ app, state }) => `${app} ${standingWords[state]}`),
    ...hosts.filter((name) => !isServed(name)).map(({ host }) => `${host} not served`),
    ...(failures > 0 ? [`${counted(failures, 'failure')} in the process outside`] : []),
  ]
  const counts = [
    `${running} of ${counted(engines.length, 'engine')}`,
    ...(members.length === 0
      ? []
      : [`${members.filter(({ ready: is }) => is).length} of ${counted(members.length, 'member')}`]),
    ...(all.length === 0 ? [] : [`${ready} of ${counted(wanted, 'replica')} ready`]),
  ]
  return `${asked}  ${counts.join(', ')}${wrong.length === 0 ? '; all as wanted' : `; ${wrong.join('; ')}`}`
}

const standingWords = { asWanted: 'as wanted', behind: 'behind', notHeardOf: 'not heard of' } as const
