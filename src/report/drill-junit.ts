// Drills for pipelines: a test case for each expectation, and one for the judges of the twin.

import type { DrillResult } from '../drill/result.ts'
import { junitReport } from './junit.ts'

export async function drillJunit(results: readonly DrillResult[]): Promise<string> {
  const report = await junitReport()
  for (const result of results) {
    const suite = report.testSuite().name(`skerry drill ${result.drill.name} (${result.fleet}, seed ${result.seed})`)
    for (const { claim, at, passed, shown, worst, runs, failedRuns } of result.expectations) {
      const test = suite.testCase().className(`${result.fleet}.${result.drill.name}`).name(claim).file(at.file)
      if (passed) test.standardOutput(`${shown.seen}; held in ${runs} runs`)
      else
        test.failure(
          `failed in ${failedRuns} of ${runs} runs; worst with seed ${worst.seed}: ${worst.seen}\n${at.file}:${at.line}:${at.column}`,
          'expectation',
        )
    }
    const judged = suite
      .testCase()
      .className(`${result.fleet}.${result.drill.name}`)
      .name('the judges of the twin object to no run')
    const [first] = result.violations
    if (first !== undefined)
      judged.error(
        `${result.violations.length} objections; the first by ${first.judge} with seed ${first.seed}: ${first.text}`,
        'bug',
      )
  }
  return report.build()
}
