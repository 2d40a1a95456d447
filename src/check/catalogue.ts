// The laws by their codes, for `skerry explain CODE`.

import type { Rule } from '../model/finding.ts'
import { rules } from './rules.ts'

/** By code. */
export const laws: readonly Rule[] = rules.toSorted((a, b) => (a.code < b.code ? -1 : 1))

const byCode: ReadonlyMap<string, Rule> = new Map(laws.map((rule) => [rule.code, rule]))

export function law(code: string): Rule | undefined {
  return byCode.get(code.toUpperCase())
}
