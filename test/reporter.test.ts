// The tally is what people and CI trust, so it is tried on real runs of Vitest that go wrong in each way they can.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

function runOf(files: Readonly<Record<string, string>>): { status: number | null; lines: readonly string[] } {
  const tree = mkdtempSync(join(tmpdir(), 'skerry-reporter-'))
  onTestFinished(() => rmSync(tree, { recursive: true }))
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  const imports = "import { beforeAll, describe, test } from 'vitest'\n"
  for (const [name, text] of Object.entries(files)) writeFileSync(join(tree, `${name}.test.ts`), imports + text)
  const config = { test: { reporters: ['default', join(root, 'test/reporter.ts')], pool: 'threads' } }
  writeFileSync(join(tree, 'vitest.config.mjs'), `export default ${JSON.stringify(config)}\n`)
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run'], {
    cwd: tree,
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

test('a run in which all tests pass ends with the tally and exit code 0', () => {
  const { status, lines } = runOf({ good: "test('a', () => {})\ntest('b', () => {})" })
  expect(lines.at(-1)).toBe('2 passed, 0 failed')
  expect(status).toBe(0)
})

test('failed tests, broken suites, files that do not load and stray errors all count as failed', () => {
  const { status, lines } = runOf({
    mixed:
      "test('a', () => {})\ntest('b', () => { throw new Error('no') })\ntest('c', (t) => t.skip('needs etcd: not built'))",
    suite: "describe('d', () => { beforeAll(() => { throw new Error('no') }); test('e', () => {}) })",
    load: "throw new Error('no')",
    stray:
      "test('f', () => { setTimeout(() => { throw new Error('late') }) ; return new Promise((r) => setTimeout(r, 50)) })",
  })
  expect(lines.at(-1)).toBe('2 passed, 4 failed')
  expect(lines.filter((line) => line.startsWith('skipped:'))).toEqual([
    'skipped: mixed.test.ts > c: needs etcd: not built',
    expect.stringContaining('skipped: suite.test.ts > d > e: '),
  ])
  expect(status).toBe(1)
})

test('a run in which nothing was tested fails', () => {
  const { status, lines } = runOf({ idle: "test('a', (t) => t.skip('needs etcd: not built'))" })
  expect(lines.slice(-2)).toEqual(['skipped: idle.test.ts > a: needs etcd: not built', '0 passed, 0 failed'])
  expect(status).toBe(1)
})

test('a run that finds no test file fails', () => {
  const { status, lines } = runOf({})
  expect(lines.at(-1)).toMatch(/^0 passed, [01] failed$/)
  expect(status).toBe(1)
})
