// What was done on this machine, for people: what an `up` reached and what of the plan it did not, and what a `down` ended.

import { secondsText } from '../model/duration.ts'
import { counted, listed } from '../model/words.ts'
import type { Beside } from '../worlds/local/beside.ts'
import type { DownReport } from '../worlds/local/down.ts'
import type { UpReport } from '../worlds/local/up.ts'
import { sizeText } from './local-status-text.ts'

export function upText(fleet: string, report: UpReport): string {
  const { seconds, started, kept, memory, clusters, federations } = report
  const whole = memory.reduce((sum, { mebibytes }) => sum + mebibytes, 0)
  return [
    `${fleet} runs on this machine after ${secondsText(seconds)}: ${counted(started, 'engine')} started${kept > 0 ? `, ${kept} ran already` : ''}, ${sizeText(whole)} of memory`,
    ...clusters.map((name) => `  ${name}: a control plane${nodesText(report, name)}`),
    ...federations.map(
      ({ name, members }) =>
        `  ${name}: Karmada${members.length === 0 ? ' without members' : ` with ${listed(members)}`}`,
    ),
    '',
    'Memory',
    ...memory.map(
      ({ engine, count, mebibytes }) => `  ${engine.padEnd(32)} ${String(count).padStart(3)}  ${sizeText(mebibytes)}`,
    ),
    ...section(
      `Not shortened by ${report.speed}`,
      report.unscaled.map((sentence) => `  ${sentence}`),
    ),
    ...section('Stood in for', groups(report, 'standIn')),
    ...section('Not on this machine', groups(report, 'notHere')),
    '',
    `  next  skerry status · skerry kubeconfig ${federations[0]?.name ?? clusters[0] ?? 'CLUSTER'} · skerry down`,
  ].join('\n')
}

function nodesText({ answers }: UpReport, cluster: string): string {
  const nodes = answers
    .filter(
      ({ step, answer }) => step.kind === 'pool.join' && step.subject.cluster === cluster && answer.kind !== 'notHere',
    )
    .reduce((sum, { step }) => sum + Number(step.intent.replicas ?? 0), 0)
  return nodes === 0 ? '' : ` with ${counted(nodes, 'node')}`
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines]

/** Steps that are answered alike are one line. */
function groups({ answers }: UpReport, kind: 'standIn' | 'notHere'): readonly string[] {
  const alike = new Map<string, { count: number; kind: string; words: string }>()
  for (const { step, answer } of answers) {
    if (answer.kind !== kind) continue
    const words = answer.kind === 'standIn' ? answer.what : answer.kind === 'notHere' ? answer.why : ''
    const known = alike.get(`${step.kind} ${words}`)
    alike.set(`${step.kind} ${words}`, { count: (known?.count ?? 0) + 1, kind: step.kind, words })
  }
  return [...alike.values()].map(
    ({ count, kind: stepKind, words }) => `  ${stepKind.padEnd(17)} ${counted(count, 'step').padEnd(10)}  ${words}`,
  )
}

/** `fleet`: where several are ended, which of them this is. */
export function downText(report: DownReport | undefined, fleet?: string): string {
  if (report === undefined) return 'nothing of this fleet runs on this machine'
  const ended = report.stopped.filter(({ how }) => how !== 'gone').length
  return `${fleet === undefined ? '' : `${fleet}: `}${counted(ended, 'engine')} ended in ${secondsText(report.seconds)}; nothing is left`
}

/** Fleets that were read from the same folder and still run, as this one may under the name that it had before. */
export const besideText = (beside: readonly Beside[]): string =>
  [
    ...beside.map(
      ({ fleet, engines }) => `${fleet}, read from the same folder, still runs: ${counted(engines, 'engine')}`,
    ),
    '  next  skerry down --all ends every fleet that was read from it',
  ].join('\n')

/** As schema/local-up.json says: steps by their ids. */
export const upJson = (report: UpReport): string =>
  JSON.stringify(
    {
      version: 1,
      world: 'local',
      ...report,
      answers: report.answers.map(({ step, answer }) => ({ step: step.id, ...answer })),
    },
    null,
    2,
  )
