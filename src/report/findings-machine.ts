// Findings for programs: JSON of our own (schema/findings.json), SARIF 2.1.0 for code scanning, JUnit for pipelines, and the
// annotations of GitHub's workflow commands.

import type { Finding, Severity } from '../model/finding.ts'
import type { Checked } from './findings-text.ts'
import { worstFirst } from './findings-text.ts'

/** One document with a version of its own; findings worst first. */
export function findingsJson({ fleet, findings, survival }: Checked): string {
  const open = findings.filter((finding) => finding.accepted === undefined)
  const count = (severity: Severity) => open.filter((finding) => finding.severity === severity).length
  return `${JSON.stringify({ version: 1, fleet: fleet.name, errors: count('error'), warnings: count('warning'), notes: count('info'), accepted: findings.length - open.length, findings: worstFirst(findings), survival }, null, 2)}\n`
}

import { junitReport } from './junit.ts'

const level: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
}

export function findingsSarif({ findings }: Checked, version: string): string {
  const codes = [...new Set(findings.map((finding) => finding.code))].sort()
  const first = (code: string) => findings.find((finding) => finding.code === code) as Finding
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'skerry',
            version,
            rules: codes.map((code) => ({
              id: code,
              shortDescription: { text: first(code).title },
              help: { text: first(code).fix },
              defaultConfiguration: { level: level[first(code).severity] },
            })),
          },
        },
        results: worstFirst(findings).map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: level[finding.severity],
          message: { text: `${finding.where} ${finding.found}. ${finding.why} Fix: ${finding.fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: finding.at.file.split('/').map(encodeURIComponent).join('/') },
                region: { startLine: finding.at.line, startColumn: finding.at.column },
              },
            },
          ],
          ...(finding.accepted === undefined
            ? {}
            : { suppressions: [{ kind: 'inSource', justification: finding.accepted.reason }] }),
        })),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

/** A test case per finding; an error or a warning fails it, a note and what is accepted do not. */
export async function findingsJunit({ fleet, findings }: Checked): Promise<string> {
  const report = await junitReport()
  const suite = report.testSuite().name(`skerry check ${fleet.name}`)
  if (findings.length === 0) suite.testCase().className(fleet.name).name('no finding')
  for (const finding of worstFirst(findings)) {
    const test = suite
      .testCase()
      .className(`${fleet.name}.${finding.code}`)
      .name(`${finding.title} (${finding.where})`)
      .file(finding.at.file)
    const text = `${finding.at.file}:${finding.at.line}:${finding.at.column} ${finding.where} ${finding.found}\nwhy: ${finding.why}\nfix: ${finding.fix}`
    if (finding.accepted !== undefined) test.standardOutput(`accepted: ${finding.accepted.reason}\n${text}`)
    else if (finding.severity === 'info') test.standardOutput(text)
    else test.failure(text, finding.severity)
  }
  return report.build()
}

const command: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

export function findingsGithub({ findings }: Checked): string {
  const property = (text: string) =>
    data(text).replace(/[:,]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const data = (text: string) =>
    text.replace(/[%\r\n]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
  return worstFirst(findings)
    .filter((finding) => finding.accepted === undefined)
    .map(
      (finding) =>
        `::${command[finding.severity]} file=${property(finding.at.file)},line=${finding.at.line},col=${finding.at.column},title=${property(`${finding.code} ${finding.title}`)}::${data(`${finding.where} ${finding.found}. ${finding.why} Fix: ${finding.fix}`)}`,
    )
    .join('\n')
}
