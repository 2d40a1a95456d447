// For tests that need a tool from outside (an engine, git, a browser). Where it is missing, the test is skipped on a person's
// machine, with the reason in the tally; with CI=true it fails, so that no green run rests on tests that never ran.
//
//   beforeEach(needs('etcd', () => existsSync(etcd.binary) || 'not built: skerry engines install'))

interface Skippable {
  skip(reason: string): unknown
}

/** The probe answers true when the tool is there, else false or why it is not; it is asked once, at the first test. */
export function needs(
  tool: string,
  probe: () => boolean | string,
  ci = process.env.CI === 'true',
): (test: Skippable) => void {
  let answer: boolean | string | undefined
  return (context) => {
    answer ??= probe()
    if (answer === true) return
    const reason = `needs ${tool}: ${answer === false ? 'not found' : answer}`
    if (ci) throw new Error(`${reason} (with CI=true a test is never skipped for a missing tool)`)
    context.skip(reason)
  }
}
