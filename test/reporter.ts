// The last line of a test run: `N passed, N failed`, alone, so that a person or a script needs to read nothing else. It counts what
// Vitest only mentions (files that did not load, hooks that threw, errors outside tests), lists each skipped test with
// its reason, and takes a run in which nothing was tested for a failure.
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node'

export default class TallyReporter implements Reporter {
  // what stands if Vitest ends before the run does
  private tally: Tally = { passed: 0, failed: 1, skipped: [] }

  onInit(): void {
    // at exit, since Vitest may still speak after the run (a process that would not close)
    process.once('exit', () => {
      const { passed, failed, skipped } = this.tally
      if (failed > 0 || passed === 0) process.exitCode ||= 1
      for (const { name, reason } of skipped) process.stdout.write(`skipped: ${name}: ${reason}\n`)
      process.stdout.write(`${passed} passed, ${failed} failed\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], outside: readonly SerializedError[]): void {
    this.tally = tallyOf(modules, outside)
  }
}

interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

function tallyOf(modules: readonly TestModule[], outside: readonly SerializedError[]): Tally {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
  const brokenSuites = suites.filter((suite) => suite.errors().length > 0)
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failed: tests.filter((test) => isFailed(test)).length + brokenSuites.length + outside.length,
    skipped: tests.flatMap((test) => skipOf(test, brokenSuites)),
  }
}

/** A test that never came to its end (the run was stopped, its worker died) has not passed. */
function isFailed(test: TestCase): boolean {
  const { state } = test.result()
  return state === 'failed' || state === 'pending'
}

function skipOf(test: TestCase, broken: readonly (TestModule | TestSuite)[]): Tally['skipped'] {
  const result = test.result()
  if (result.state !== 'skipped') return []
  const reason = result.note ?? (broken.includes(test.module) ? 'its file failed' : 'no reason given')
  return [{ name: `${test.module.relativeModuleId} > ${test.fullName}`, reason }]
}
