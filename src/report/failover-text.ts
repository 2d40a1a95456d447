// `skerry explain failover APP` as a person reads it: the gates, then each loss with what stands between it and a served user.

import type { FailoverExplanation, Gate, LossStory } from '../failover/explain.ts'
import type { KubernetesChain } from '../failover/kubernetes.ts'
import type { Bounds, Chain, PathSegment, Stage } from '../failover/path.ts'
import { secondsText, shareText } from '../model/duration.ts'
import { amount, counted, listed } from '../model/words.ts'
import { table, wrapped } from './lines.ts'

import { rangeText } from './range.ts'

export function failoverText(explanation: FailoverExplanation, { columns = 100 } = {}): string {
  const { app, host, policy } = explanation
  const head =
    host === undefined
      ? `${app} has no public name: users reach a copy on its LAN, or not at all`
      : policy === undefined
        ? `${app} as ${host}, a name that leads to other sites`
        : `${app} as ${host}, ${policy} routing`
  return [
    wrapped(
      `${head}. Each loss below is taken to outlast the times beside it; a shorter one is over as soon as the copy answers again.`,
      columns,
    ),
    `What must be on and there\n${gatesText(explanation.gates, columns)}`,
    ...told(explanation.losses).map((story) => lossText(story, columns)),
    suppliesText(explanation, columns),
    tailText(explanation, columns),
    sourcesText(explanation, columns),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const mark: Readonly<Record<Gate['state'], string>> = { on: 'on', off: 'OFF', partly: 'partly' }

function gatesText(gates: readonly Gate[], columns: number): string {
  return table(
    [{ title: '' }, { title: '' }, { title: '', flexible: true }, { title: '', flexible: true }],
    gates.map((gate) => [
      mark[gate.state],
      gate.title,
      gate.text,
      `${gate.at.file.replace(/^.*\//, '')}:${gate.at.line}`,
    ]),
    columns,
  )
}

interface Told extends LossStory {
  readonly titles: readonly string[]
}

/** Losses that come to the same in every figure are told once; of sites of a class that do so for users of their own, the first. */
function told(losses: readonly LossStory[]): readonly Told[] {
  const groups = new Map<string, { story: LossStory; titles: string[]; others: number }>()
  for (const story of losses) {
    const key = story.one === undefined ? sameKey(story) : classKey(story, story.one)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { story, titles: [story.title], others: story.standsFor.count - 1 })
    else if (story.one === undefined) group.titles.push(story.title)
    else group.others += story.standsFor.count
  }
  const weight = (story: LossStory) =>
    Math.max(
      0,
      ...story.paths.map(
        (path) => ({ lost: 5, recovers: 4, heals: 3, moved: 2, unnoticed: 1, unserved: 0 })[path.outcome],
      ),
    )
  return [...groups.values()]
    .map(({ story, titles, others }) => ({
      ...story,
      titles: others === 0 ? titles : [`${titles.join(', or ')} (and ${amount(others)} like it)`],
    }))
    .sort((a, b) => weight(b) - weight(a))
}

const sameKey = (story: LossStory): string =>
  JSON.stringify([story.paths.map(({ loss: _, ...path }) => path), story.kubernetes, story.controlPlane])

/** Whatever the site is called, and whoever stands on its LAN. */
function classKey(story: LossStory, { name, class: of }: NonNullable<LossStory['one']>): string {
  const paths = story.paths
    .filter((path) => !(path.onLan && path.outcome === 'unnoticed'))
    .map(({ loss: _, audience: __, audiences, ...path }) => ({ ...path, audiences: path.onLan ? [] : audiences }))
  const text = JSON.stringify([story.kind, of, paths, story.kubernetes, story.controlPlane])
  return text.replaceAll(name, '*')
}

function lossText(story: Told, columns: number): string {
  const lines = [wrapped(`When ${story.titles.join(', or ')}`, columns)]
  for (const path of story.paths) {
    const { recovery, repair, failback, audiences, text, latencyMilliseconds, copiesLeft } = path
    const spare =
      path.onLan || path.outcome === 'lost' || path.outcome === 'unserved' || copiesLeft.length > 1
        ? ''
        : ' No spare is left.'
    lines.push(
      wrapped(
        `${listed(audiences)}: ${text.join(' ')}${spare}${latencyText(latencyMilliseconds)}`,
        columns,
        '  ',
        '    ',
      ),
    )
    if (recovery !== undefined) lines.push(chainText(recovery, columns))
    if (repair !== undefined)
      lines.push(
        wrapped(
          `Or, where that is earlier: ${repair.stages.map((stage) => `${stage.title} (${range(stage)})`).join(', ')}; ${boundsText(repair)}.`,
          columns,
          '    ',
          '      ',
        ),
      )
    if (failback !== undefined && path.outcome !== 'unserved')
      lines.push(
        wrapped(
          `Back after the repair: ${boundsText(failback)}, by way of ${failback.stages.map((stage) => `${stage.title} (${range(stage)})`).join(', ')}.`,
          columns,
          '    ',
          '      ',
        ),
      )
  }
  for (const chain of story.kubernetes) lines.push(kubernetesText(chain, columns))
  if (story.controlPlane !== undefined)
    lines.push(wrapped(`control plane: ${story.controlPlane}`, columns, '  ', '    '))
  return lines.join('\n')
}

function latencyText({
  before,
  after,
}: {
  readonly before: number | undefined
  readonly after: number | undefined
}): string {
  if (before === undefined || after === undefined || Math.abs(after - before) < 1) return ''
  return ` About ${Math.round(after)} ms away instead of ${Math.round(before)}.`
}

function chainText(chain: Chain, columns: number): string {
  const rows = chain.stages.flatMap((stage) => stageRows(stage))
  return table(
    [
      { title: 'seconds', right: true },
      { title: 'expected', right: true },
      { title: 'what takes the time', flexible: true },
      { title: 'timer' },
      { title: 'set by', flexible: true },
    ],
    [...rows, [range(chain), String(Math.round(chain.meanSeconds)), 'the sum', '', '']],
    columns,
    '    ',
  )
}

function stageRows(stage: Stage): readonly (readonly string[])[] {
  const several = stage.ways.length > 1
  const rows = stage.ways.flatMap((way) =>
    way.segments.map((segment) => [
      range(segment),
      String(Number(segment.meanSeconds.toFixed(1))),
      `${several ? '| ' : ''}${segment.title}`,
      segment.timer,
      setBy(segment),
    ]),
  )
  return several
    ? [[range(stage), String(Math.round(stage.meanSeconds)), `${stage.title}: the ${stage.ends} of`, '', ''], ...rows]
    : rows
}

const setBy = (segment: PathSegment): string =>
  [
    ...new Set(
      segment.dependsOn.map((field) => `${field.field.split('.').at(-1)} ${field.value} (line ${field.at.line})`),
    ),
  ].join(', ')

function kubernetesText(chain: KubernetesChain, columns: number): string {
  const sum =
    chain.eviction === undefined
      ? ''
      : ` Pods are deleted ${boundsText(add(chain.detection, chain.eviction))} after the loss.`
  return wrapped(
    `control plane ${chain.cluster}: nodes at ${chain.site} Unknown after ${boundsText(chain.detection.stages[0] ?? chain.detection)} (${counted(Math.round(chain.silent), 'node')} of ${chain.nodes} silent). ${chain.text.join(' ')}${sum}`,
    columns,
    '  ',
    '    ',
  )
}

const add = (a: Bounds, b: Bounds): Bounds => ({
  minSeconds: a.minSeconds + b.minSeconds,
  meanSeconds: a.meanSeconds + b.meanSeconds,
  maxSeconds: a.maxSeconds + b.maxSeconds,
})
const range = (bounds: Bounds): string => rangeText(bounds.minSeconds, bounds.maxSeconds, figure)
const boundsText = (bounds: Bounds): string =>
  figure(bounds.minSeconds) === figure(bounds.maxSeconds)
    ? `${range(bounds)} s`
    : `${range(bounds)} s, ${secondsText(Math.round(bounds.meanSeconds))} expected`
const figure = (seconds: number): string => String(Number(seconds.toFixed(seconds < 10 ? 1 : 0)))

function suppliesText({ supplies }: FailoverExplanation, columns: number): string {
  return supplies.map(({ title, text }) => wrapped(`When ${title}: ${text}`, columns, '', '  ')).join('\n')
}

function tailText({ tail, host }: FailoverExplanation, columns: number): string {
  if (host === undefined) return ''
  return wrapped(`Besides, about ${shareText(tail.share)} of users ${tail.text} [${tail.source}].`, columns, '', '  ')
}

function sourcesText({ losses, sources }: FailoverExplanation, columns: number): string {
  const timers = new Map<string, string>()
  for (const { paths, kubernetes } of losses) {
    const chains = [
      ...paths.flatMap((path) => [path.recovery, path.failback]),
      ...kubernetes.flatMap((chain) => [chain.detection, chain.eviction]),
    ]
    for (const stage of chains.flatMap((chain) => chain?.stages ?? []))
      for (const segment of stage.ways.flatMap((way) => way.segments)) timers.set(segment.timer, segment.source)
  }
  const lines = [...timers].map(([timer, source]) => wrapped(source, columns, `  ${timer}  `, '      '))
  return `Where it comes from\n${[...lines, ...sources.map((source) => wrapped(source, columns, '  '))].join('\n')}`
}
