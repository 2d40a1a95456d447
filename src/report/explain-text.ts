// What `skerry explain` says of a law, a place, a field, a timer and a placement.

import type { FieldExplanation } from '../explain/field.ts'
import type { LawExplanation } from '../explain/law.ts'
import type { PlacedCopy, PlacementExplanation } from '../explain/placement.ts'
import type { TimerExplanation } from '../explain/timer.ts'
import { secondsText } from '../model/duration.ts'
import { amount, counted } from '../model/words.ts'
import type { PlaceExplanation } from '../places/explain.ts'
import { labelsText } from './labels-text.ts'

import { rangeText } from './range.ts'

export function lawText(law: LawExplanation): string {
  const lines = [
    `${law.code}  ${law.title}`,
    '',
    `  severity  ${law.severity === 'info' ? 'note' : law.severity}`,
    `  why       ${law.why}`,
    ...law.sources.map((source, index) => `  ${index === 0 ? 'source  ' : '        '}  ${source}`),
  ]
  if (law.example !== undefined)
    lines.push('', 'Found in', indent(law.example.wrong), '', 'Not in', indent(law.example.right))
  return lines.join('\n')
}

export function placeText(place: PlaceExplanation): string {
  const width = Math.max(...place.lines.map((line) => line.trait.length))
  return [
    place.title,
    '',
    ...place.lines.flatMap((line) => [
      `  ${line.trait.padEnd(width)}  ${line.value}`,
      ...(line.note === undefined ? [] : [`  ${' '.repeat(width)}  ${line.note}`]),
      `  ${' '.repeat(width)}  [${line.source}]`,
    ]),
    '',
    `Laws: ${place.laws.join(', ')}`,
    '  next  skerry explain CODE',
  ].join('\n')
}

export function fieldText(field: FieldExplanation): string {
  const lines = [`${field.path}  (${field.document})`, '']
  if (field.about !== undefined) lines.push(`  ${field.about}`)
  lines.push(`  type      ${field.type}`)
  lines.push(
    `  ${field.required ? 'required' : `left out  ${field.default === undefined ? 'nothing, or what the place and the cluster say' : JSON.stringify(field.default)}`}`,
  )
  if (field.fields.length > 0) {
    const width = Math.max(...field.fields.map((it) => it.name.length))
    lines.push(
      '',
      'Fields',
      ...field.fields.map(
        (it) =>
          `  ${it.name.padEnd(width)}  ${it.type}${it.required ? ', required' : ''}${it.about === undefined ? '' : `: ${it.about}`}`,
      ),
    )
  }
  return lines.join('\n')
}

export function timerText(timer: TimerExplanation): string {
  const deciders = {
    engine: 'a real engine',
    standIn: 'a service for which skerry has a stand-in',
    document: 'nobody that was asked: a document says so',
  }
  const range = `${rangeText(timer.minSeconds, timer.maxSeconds, secondsText)}${timer.meanSeconds === undefined || timer.minSeconds === timer.maxSeconds ? '' : `, ${secondsText(timer.meanSeconds)} on average`}`
  return [
    `${timer.id}  ${timer.title}`,
    '',
    `  ${timer.about}`,
    `  takes       ${range}, with default settings`,
    `  decided by  ${deciders[timer.decidedBy]}`,
    `  source      ${timer.source}`,
    ...(timer.note === undefined ? [] : [`  note        ${timer.note}`]),
  ].join('\n')
}

export function placementText({ app, copies }: PlacementExplanation): string {
  if (copies.length === 0) return `${app} runs nowhere.`
  return copies
    .map((copy) =>
      [
        headOf(app, copy),
        ...(copy.class?.by ?? []).map(({ label, groups }) => `  by ${label.padEnd(9)}${labelsText(groups)}`),
        ...copy.chain.map(
          (link) =>
            `  ${link.what.padEnd(12)}${link.text}${link.at === undefined ? '' : `  (${link.at.file}:${link.at.line})`}`,
        ),
      ].join('\n'),
    )
    .join('\n\n')
}

function headOf(app: string, { site, cluster, namespace, replicas, class: many }: PlacedCopy): string {
  const each = counted(replicas, 'replica')
  return many === undefined
    ? `${app} at ${site}: ${each} in ${cluster}/${namespace}`
    : `${app} at ${amount(many.sites)} sites of the class ${many.name} (${site} … ${many.last}): ${each} each, ${amount(replicas * many.sites)} in all; --site NAME tells of one`
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
