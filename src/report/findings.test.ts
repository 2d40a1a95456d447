import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { check } from '../check/check.ts'
import { survivalOf } from '../failover/index.ts'
import { fleetFrom } from '../fleet/from.ts'
import { federated } from '../worlds/twin/testing/federation.case.ts'
import { findingsGithub, findingsJson, findingsJunit, findingsSarif } from './findings-machine.ts'
import { findingsBrief, findingsText } from './findings-text.ts'

const wrong = `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: wrong }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: west, network: main, eks: { version: "1.35", creatorRole: Creator } }]
sites:
  - name: oregon
    place: { region: us-west-2 }
    cluster: west
    nodePools: [{ name: workers, instanceTypes: [t3.medium], replicas: 2 }]
  - name: las-vegas
    place: { wavelength: us-west-2-wl1-las-wlz-1 }
    cluster: west
    nodePools:
      - { name: edge, kind: managed, instanceTypes: [t3.medium], replicas: 2, volumeType: gp3 }
accept:
  - { code: WL004, at: sites.las-vegas, reason: "kept to show what an acceptance looks like" }
`

const fleet = fleetFrom(wrong)
const checked = { fleet, findings: check(fleet, '2026-11-21'), survival: survivalOf(fleet) }

test('a finding says what, where with the line of the file, why with a source, and the fix', () => {
  const text = findingsText(checked)
  expect(text).toMatch(/^error {3}WL006 {2}/m)
  expect(text).toContain('sites.las-vegas.nodePools.edge.volumeType')
  expect(text).toMatch(/^ {5}15 \| .*volumeType: gp3/m)
  const [, after = ''] = text.split('WL006')
  expect(after).toMatch(/^ {2}why {3}.+\[.+\]$/m)
  expect(after).toMatch(/^ {2}fix {3}.*gp2/m)
})

test('errors come before warnings, and what is accepted is listed with its reason', () => {
  const text = findingsText(checked)
  expect(text.indexOf('error ')).toBeLessThan(
    text.indexOf('warning ') < 0 ? Number.POSITIVE_INFINITY : text.indexOf('warning '),
  )
  expect(text).toContain('accepted WL004')
  expect(text).toContain('kept to show what an acceptance looks like')
})

test('the brief form shows the worst whole, the others in a line each, and the rest by number', () => {
  const brief = findingsBrief(checked, 1)
  expect(brief.match(/^ {2}fix /gm)).toHaveLength(1)
  expect(brief).toMatch(/^(error|warning|note) +[A-Z]{2,3}\d{3} {2}\S+ /m)
  expect(findingsBrief(checked, 0, 2)).toMatch(/^and \d+ more$/m)
  expect(brief).toMatch(/^accepted WL004, each with a reason in the file$/m)
})

const schema = JSON.parse(readFileSync(new URL('../../schema/findings.json', import.meta.url), 'utf8')) as object
const valid = new Ajv2020({ strict: false }).compile(schema)

test('the JSON form keeps to its published schema', () => {
  const answer = JSON.parse(findingsJson(checked)) as { errors: number; findings: unknown[] }
  expect(valid(answer), JSON.stringify(valid.errors)).toBe(true)
  expect(answer.errors).toBe(
    checked.findings.filter((finding) => finding.severity === 'error' && finding.accepted === undefined).length,
  )
  expect(answer.findings).toHaveLength(checked.findings.length)
})

test('what a federation moves after a loss is part of it', () => {
  const { fleet } = federated({ faults: '[{ at: 1m, lose: registry }]' })
  const answer = JSON.parse(findingsJson({ fleet, findings: [], survival: survivalOf(fleet) })) as {
    survival: { loss: string; moves?: { sites: string[]; minSeconds: number; maxSeconds: number }[] }[]
  }
  expect(valid(answer), JSON.stringify(valid.errors)).toBe(true)
  const [move] = answer.survival.find(({ loss }) => loss === 'region/eu-west-1')?.moves ?? []
  expect(move?.sites).toEqual(['plant'])
  expect(move?.maxSeconds).toBeGreaterThan(move?.minSeconds ?? Number.NaN)
})

test('SARIF has a rule for each code, a result for each finding, and results even when there are none', () => {
  const log = JSON.parse(findingsSarif(checked, '0.1.0')) as {
    runs: [
      {
        tool: { driver: { rules: { id: string }[] } }
        results: { ruleId: string; ruleIndex: number; suppressions?: unknown[] }[]
      },
    ]
  }
  const [run] = log.runs
  expect(run.results).toHaveLength(checked.findings.length)
  for (const result of run.results) expect(run.tool.driver.rules[result.ruleIndex]?.id).toBe(result.ruleId)
  expect(run.results.find((result) => result.ruleId === 'WL004')?.suppressions).toHaveLength(1)
  expect(JSON.parse(findingsSarif({ ...checked, findings: [] }, '0.1.0'))).toMatchObject({ runs: [{ results: [] }] })
})

test('JUnit fails a case for each error and warning, and none for what is accepted', async () => {
  const failing = checked.findings.filter(
    (finding) => finding.accepted === undefined && finding.severity !== 'info',
  ).length
  const report = await findingsJunit(checked)
  expect(report.match(/<failure/g)).toHaveLength(failing)
  expect(report.match(/<testcase/g)).toHaveLength(checked.findings.length)
})

test('GitHub annotations escape what would end them', () => {
  const [finding] = checked.findings
  if (finding === undefined) throw new Error('no finding to escape')
  const line = findingsGithub({
    ...checked,
    findings: [{ ...finding, severity: 'error', at: { file: 'a,b:c.yaml', line: 3, column: 1 }, fix: 'one\ntwo 50%' }],
  })
  expect(line).toMatch(/^::error file=a%2Cb%3Ac\.yaml,line=3,col=1,/)
  expect(line.split('\n')).toHaveLength(1)
  expect(line).toContain('one%0Atwo 50%25')
})
