// The judge: runs every law over the fleet and turns what they hit into findings, once for each cause, in the order of the file.

import type { Finding, Hit, Rule } from '../model/finding.ts'
import type { Fleet } from '../model/fleet.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import { applyAcceptances } from './accept.ts'
import { groupRows } from './group.ts'
import { rules } from './rules.ts'

/** `today`, an ISO date such as 2026-11-21, is for laws and acceptances that end on a day; without it, none ends. */
export function check(fleet: Fleet, today?: string): readonly Finding[] {
  const hits = rules.flatMap((rule) => rule.check(fleet, today).map((hit) => ({ rule, hit })))
  const findings = groupRows(hits).map(({ rule, hit, rows }) => findingOf(fleet, rule, hit, rows))
  return applyAcceptances(fleet, findings, today).toSorted(byPosition)
}

function findingOf(fleet: Fleet, rule: Rule, hit: Hit, rows: Finding['rows']): Finding {
  const sources = hit.source === undefined ? rule.sources : [hit.source, ...rule.sources]
  return {
    code: rule.code,
    severity: hit.severity ?? rule.severity,
    title: rule.title,
    at: positionOf(fleet.sources, hit.origin, hit.field),
    where: labelOf(hit.origin, hit.field),
    found: hit.found,
    why: hit.why ?? rule.why,
    sources: [...new Set(sources)],
    fix: hit.fix,
    ...(rows === undefined ? {} : { rows }),
  }
}

function byPosition(a: Finding, b: Finding): number {
  return (
    compare(a.at.file, b.at.file) ||
    a.at.line - b.at.line ||
    a.at.column - b.at.column ||
    compare(a.code, b.code) ||
    compare(a.where, b.where) ||
    compare(a.found, b.found)
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
