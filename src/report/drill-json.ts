// Drills for programs. schema/drill-result.json describes the document, and a test holds the two together.

import type { DrillResult } from '../drill/result.ts'
import type { SingleLossReport } from '../drill/single-losses.ts'

export function drillJson(results: readonly DrillResult[]): string {
  return `${JSON.stringify({ version: 1, ok: results.every((result) => result.ok), drills: results }, null, 2)}\n`
}

/** The ranking without the timelines, which can be had one by one. */
export function singleLossJson({ rows, ...report }: SingleLossReport): string {
  return `${JSON.stringify({ version: 1, ...report, rows: rows.map(({ result: _, ...row }) => row) }, null, 2)}\n`
}
