// Findings for people: worst first, each in four short lines (what, where with the line of the file, why, fix), then a summary.

import type { Survival } from '../failover/survival.ts'
import type { Finding, Severity } from '../model/finding.ts'
import type { Fleet } from '../model/fleet.ts'
import { counted } from '../model/words.ts'
import { survivalBrief } from './survival-text.ts'

export interface Checked {
  readonly fleet: Fleet
  readonly findings: readonly Finding[]
  readonly survival: readonly Survival[]
}

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 }
const word: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

export function findingsText(checked: Checked, { showAccepted = false } = {}): string {
  const open = worstFirst(checked.findings.filter((finding) => finding.accepted === undefined))
  const accepted = checked.findings.filter((finding) => finding.accepted !== undefined)
  const parts = open.map((finding) => findingText(checked.fleet, finding))
  if (accepted.length > 0)
    parts.push(
      showAccepted
        ? accepted.map((finding) => findingText(checked.fleet, finding)).join('\n\n')
        : acceptedText(accepted),
    )
  parts.push(survivalBrief(checked.survival))
  parts.push(summary(checked))
  return parts.filter((part) => part !== '').join('\n\n')
}

/** At most a screen: the worst errors and warnings whole, a line for each other finding, and the rest by number. */
export function findingsBrief(checked: Checked, most = 2, lines = 5): string {
  const open = worstFirst(checked.findings.filter((finding) => finding.accepted === undefined))
  const accepted = checked.findings.filter((finding) => finding.accepted !== undefined)
  const whole = open.filter((finding) => finding.severity !== 'info').slice(0, most)
  const rest = open.filter((finding) => !whole.includes(finding))
  const left = rest.length > lines ? [`and ${rest.length - lines + 1} more`] : []
  return [
    ...whole.map((finding) => findingText(checked.fleet, finding)),
    [...rest.slice(0, left.length > 0 ? lines - 1 : lines).map(findingLine), ...left].join('\n'),
    accepted.length > 0
      ? `accepted ${[...new Set(accepted.map((finding) => finding.code))].join(', ')}, each with a reason in the file`
      : '',
    survivalBrief(checked.survival),
    summary(checked),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function findingLine({ severity, code, where, found }: Finding): string {
  const text = `${word[severity].padEnd(7)} ${code}  ${where} ${found}`
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}

function findingText(fleet: Fleet, finding: Finding): string {
  const { line, column, file } = finding.at
  const rows =
    finding.rows === undefined
      ? []
      : [
          `  rows  ${finding.rows.count}: ${finding.rows.keys.join(', ')}${finding.rows.count > finding.rows.keys.length ? ', …' : ''}`,
        ]
  const accepted =
    finding.accepted === undefined ? [] : [`  accepted at line ${finding.accepted.at.line}: ${finding.accepted.reason}`]
  return [
    `${word[finding.severity].padEnd(7)} ${finding.code}  ${finding.title}`,
    `  ${file}:${line}:${column}  ${finding.where} ${finding.found}`,
    ...sourceLine(fleet, finding),
    ...rows,
    `  why   ${finding.why}${finding.sources.length === 0 ? '' : ` [${finding.sources.join('; ')}]`}`,
    `  fix   ${finding.fix}`,
    ...accepted,
  ].join('\n')
}

function sourceLine(fleet: Fleet, { at }: Finding): readonly string[] {
  const text = fleet.sources[at.file]?.text.split('\n', at.line)[at.line - 1]?.trimEnd()
  if (text === undefined || text.trim() === '') return []
  const shown = text.length > 100 ? `${text.slice(0, 97)}…` : text
  return [`  ${String(at.line).padStart(5)} | ${shown}`]
}

function acceptedText(accepted: readonly Finding[]): string {
  return accepted
    .map(
      (finding) =>
        `accepted ${finding.code}  ${finding.where} ${finding.found}\n  reason ${finding.accepted?.reason ?? ''}`,
    )
    .join('\n')
}

function summary({ fleet, findings }: Checked): string {
  const open = findings.filter((finding) => finding.accepted === undefined)
  const of = (severity: Severity, one: string) =>
    counted(open.filter((finding) => finding.severity === severity).length, one)
  const accepted = findings.length - open.length
  const next = open.length === 0 ? '' : `\n  next  skerry explain ${worstFirst(open)[0]?.code}`
  return `${fleet.name}: ${of('error', 'error')}, ${of('warning', 'warning')}, ${of('info', 'note')}${accepted > 0 ? `, ${accepted} accepted` : ''} in ${shape(fleet)}.${next}`
}

function shape(fleet: Fleet): string {
  return [
    counted(fleet.clusters.length, 'cluster'),
    counted(fleet.sites.length, 'site'),
    counted(fleet.apps.length, 'app'),
  ].join(', ')
}

export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      compare(a.at.file, b.at.file) ||
      a.at.line - b.at.line ||
      a.at.column - b.at.column ||
      compare(a.code, b.code),
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
