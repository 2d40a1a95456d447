// A law by its code, explained.

import { law, laws } from '../check/catalogue.ts'
import type { Rule } from '../model/finding.ts'

export type LawExplanation = Omit<Rule, 'check'>

export function explainLaw(code: string): LawExplanation | undefined {
  const found = law(code)
  if (found === undefined) return undefined
  const { check: _, ...explanation } = found
  return explanation
}

export const lawCodes = (): readonly string[] => laws.map(({ code }) => code)
