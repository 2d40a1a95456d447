// A refusal for people: every problem with its position, a piece of the file, and what to do next.

import type { Problem, Refusal } from '../model/refusal.ts'

const shownProblems = 20

export function refusalText(refusal: Refusal): string {
  // one problem may be the whole refusal: what it says already is not said again
  const shown = refusal.problems
    .slice(0, shownProblems)
    .filter((problem) => problem.message !== refusal.message || problem.frame !== undefined)
    .map(problemText)
  const saidBefore = shown.length > 0 && refusal.problems.some((problem) => problem.hint === refusal.hint)
  const left = Math.max(0, refusal.problems.length - shownProblems)
  return [
    `skerry: ${refusal.message}`,
    ...shown,
    ...(left > 0 ? [`  and ${left} more like these`] : []),
    ...(refusal.hint === '' || saidBefore ? [] : [`  next  ${refusal.hint}`]),
  ].join('\n')
}

function problemText(problem: Problem): string {
  const at = problem.at === undefined ? '' : `${problem.at.file}:${problem.at.line}:${problem.at.column}  `
  const lines = [
    `\n  ${at}${problem.where === undefined || problem.where === '' ? '' : `${problem.where}: `}${problem.message}`,
  ]
  if (problem.frame !== undefined && problem.frame !== '') lines.push(indent(problem.frame, 4))
  if (problem.hint !== undefined) lines.push(`  fix   ${problem.hint}`)
  return lines.join('\n')
}

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .map((line) => ' '.repeat(by) + line)
    .join('\n')
}
