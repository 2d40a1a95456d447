// What a run on real places did, for people and for programs: what was made, what was there, what failed and why, what waits for it, what a
// person has to do, what is left and what it costs.

import { secondsText } from '../model/duration.ts'
import type { Refusal } from '../model/refusal.ts'
import { counted } from '../model/words.ts'
import type { DoneWork, RealReport } from '../worlds/real/report.ts'

export function realText(report: RealReport): string {
  const { verb, fleet, seconds, ended, work, findings } = report
  const of = (kind: DoneWork['went']['kind']) => work.filter(({ went }) => went.kind === kind)
  const done = work.flatMap(({ went }) => (went.kind === 'done' ? went : []))
  const changed = done.filter((it) => it.changed).length
  const counts = [
    `${changed} ${verb === 'up' ? 'made or changed' : 'taken away'}`,
    `${done.length - changed} ${verb === 'up' ? 'as they should be' : 'gone already'}`,
    ...(['failed', 'waits', 'person', 'interrupted'] as const).flatMap((kind) => {
      const amount = of(kind).length
      return amount === 0 ? [] : [`${amount} ${words[kind]}`]
    }),
  ].join(', ')
  const head = {
    done: `${verb} ${fleet}: done in ${secondsText(seconds)}`,
    failed: `${verb} ${fleet}: not whole after ${secondsText(seconds)}`,
    interrupted: `${verb} ${fleet}: interrupted after ${secondsText(seconds)}; what is in flight goes on where it is`,
    refused: `${verb} ${fleet}: nothing was changed`,
    declined: `${verb} ${fleet}: declined, nothing was changed`,
    looked: `${verb} ${fleet}: only looked, nothing was changed`,
  }[ended]
  return [
    `${head}${work.length === 0 ? '' : `: ${counts}`}`,
    ...findings
      .filter(({ severity }) => severity === 'error' || ended === 'looked' || verb === 'down')
      .flatMap(({ severity, what, why, next }) => [
        '',
        `${severity === 'error' ? '✗' : '·'} ${what}`,
        `  why   ${why}`,
        `  next  ${next}`,
      ]),
    ...failures(of('failed')),
    ...section(
      'For a person',
      of('person').flatMap(({ id, went }) =>
        went.kind === 'person' ? [`  ${id}: ${went.what}`, ...went.commands.map((command) => `    ${command}`)] : [],
      ),
    ),
    ...section(
      'Waits',
      of('waits').map(({ id, went }) => `  ${id} for ${went.kind === 'waits' ? went.for.join(', ') : ''}`),
    ),
    ...leftLines(report),
    ...nextLines(report),
  ].join('\n')
}

const words = {
  failed: 'failed',
  waits: 'waiting for those',
  person: 'for a person',
  interrupted: 'not begun or in flight',
} as const

/** One cause that stopped several is told once. */
function failures(failed: readonly DoneWork[]): readonly string[] {
  const causes = new Map<string, { readonly ids: string[]; readonly next: string }>()
  for (const { id, went } of failed) {
    if (went.kind !== 'failed') continue
    const { message, hint } = tellable(went.error)
    const known = causes.get(message) ?? { ids: [], next: hint }
    known.ids.push(id)
    causes.set(message, known)
  }
  return [...causes].flatMap(([message, { ids, next }]) => [
    '',
    `✗ ${ids.join(', ')}`,
    `  ${message}`,
    ...(next === '' ? [] : [`  next  ${next}`]),
  ])
}

function tellable(error: unknown): { readonly message: string; readonly hint: string } {
  const { message = String(error), hint = '' } = error instanceof Error ? (error as Partial<Refusal> & Error) : {}
  return { message, hint }
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines]

function leftLines({ verb, left, unseen }: RealReport): readonly string[] {
  const sum = Math.round(left.reduce((all, it) => all + it.dollarsPerDay, 0) * 100) / 100
  const title =
    verb === 'up'
      ? 'Not declared any more, and still there'
      : `Left: ${counted(left.length, 'thing')}${sum === 0 ? '' : `, about $${sum} a day (list prices of us-east-1)`}`
  return [
    ...section(
      title,
      left.flatMap(({ kind, id, region, dollarsPerDay, command, why }) => [
        `  ${kind} ${id} in ${region}${dollarsPerDay === 0 ? '' : `, about $${dollarsPerDay} a day`}${why === undefined ? '' : `: ${why}`}`,
        ...command.split('\n').map((line) => `    ${line}`),
      ]),
    ),
    ...section(
      'Not looked at',
      unseen.map((it) => `  ${it}`),
    ),
  ]
}

function nextLines({ verb, ended, left, work }: RealReport): readonly string[] {
  switch (ended) {
    case 'interrupted':
    case 'failed':
      return ['', `  next  see to that, then skerry ${verb} --on real again: it looks at what is there and goes on`]
    case 'done':
      if (verb === 'down') return left.length === 0 ? ['nothing is left'] : []
      return work.some(({ went }) => went.kind === 'person')
        ? ['', '  next  do that, then skerry up --on real again']
        : ['', '  next  skerry status --on real']
    case 'looked':
      return ['', '  next  skerry up --on real']
    case 'refused':
    case 'declined':
      return []
  }
}

/** As schema/real-run.json says. */
export const realJson = (report: RealReport): string =>
  JSON.stringify(
    {
      version: 1,
      world: 'real',
      ...report,
      work: report.work.map(({ at, went, ...rest }) => ({
        ...rest,
        ...(at !== undefined && { at }),
        went: went.kind === 'failed' ? { kind: went.kind, seconds: went.seconds, ...tellable(went.error) } : went,
      })),
    },
    null,
    2,
  )
