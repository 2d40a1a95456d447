// A plan in a pull request: what it says, and that no name in it can say more than a name.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetFrom } from '../fleet/from.ts'
import type { Plan } from '../model/plan.ts'
import { header, mixed } from '../plan/fleets.case.ts'
import { observedFrom, plan } from '../plan/index.ts'
import { planMarkdown } from './plan-markdown.ts'
import { planText } from './plan-text.ts'

const made = plan(mixed())

test('the figures, a row per change, and behind a fold what differs and where copies run', () => {
  const text = planMarkdown(
    plan(
      mixed((it) => it.replace('site: los-angeles, replicas: 3', 'site: los-angeles, replicas: 4')),
      observedFrom(made),
    ),
  )
  expect(text).toMatch(/^### Plan for mixed: 1 to change, \d+ kept, \d+ to look at\n/)
  expect(text).toContain(
    '\n|  | part | step | waits | takes |\n| --- | --- | --- | --- | --- |\n| change | Apps | Change store at los-angeles, 4 replicas, by Flux | after the copy at oregon,',
  )
  expect(text).toContain(
    '<details><summary>Change store at los-angeles, 4 replicas, by Flux: 1 changed</summary>\n\n| field | before | after |\n| --- | --- | --- |\n| <code>replicas</code> | <code>3</code> | <code>4</code> |\n',
  )
  expect(text).toContain('<details><summary>Where 9 copies run</summary>')
})

test('what is only looked at stands behind a fold, in the words of the terminal', () => {
  const text = planMarkdown(made)
  const looks = made.steps.filter(({ kind }) => kind === 'verify')
  const fold = text.slice(text.indexOf(`<details><summary>${looks.length} to look at</summary>`))
  expect(fold).toMatch(/^<details>.*\n\n\| part \| look whether \|\n\| --- \| --- \|\n/)
  const rows = fold.slice(0, fold.indexOf('</details>')).split('\n').slice(4)
  const shown = planText(made)
    .split('\n')
    .filter((line) => line.startsWith('  ? '))
  expect(rows.filter((line) => line.startsWith('| '))).toHaveLength(shown.length)
})

test('without changes there is no table', () => {
  const text = planMarkdown(plan(mixed(), observedFrom(made)))
  expect(text).toContain('there is nothing to do.')
  expect(text).not.toContain('| part |')
})

const withTitle = (title: string): Plan => ({
  ...made,
  steps: made.steps.map((step) => ({
    ...step,
    title,
    change: 'change',
    differences: [{ path: title, before: title, after: { [title]: title } }],
  })),
  placement: made.placement.map((copy) => ({ ...copy, site: title, why: title })),
})

test('whatever a name holds, it becomes no markup, no cell, no line, no link and no call to a person', () => {
  const piece = fc.constantFrom(
    '|',
    '\n',
    '\r',
    '`',
    '``` ',
    '<img src=x onerror=alert(1)>',
    '</summary></details>',
    '<!--',
    '[a](https://x.example)',
    '![a](x)',
    '@everybody',
    '#12',
    '**',
    '__',
    '~~',
    '\\',
    '&lt;',
    '\u202e',
    'www.x.example',
    'https://x.example',
    '$x$',
    'a',
  )
  const plain = planMarkdown(withTitle('a')).split('\n')
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), (pieces) => {
      const lines = planMarkdown(withTitle(pieces.join(''))).split('\n')
      for (const line of lines) {
        const bare = line.replaceAll(/<\/?(?:details|summary|code)>/g, '').replace(/^### /, '')
        expect(bare).not.toMatch(/[<>`*_[\]\\~$\u202e]|@(?!&#8203;)|#(?!\d+;)|https?:\/\/|www\./)
        if (line.startsWith('| '))
          expect(
            plain.some((other) => other.startsWith('| ') && other.split('|').length === line.split('|').length),
          ).toBe(true)
      }
      expect(lines.filter((line) => line === '</details>')).toHaveLength(
        lines.filter((line) => line.startsWith('<details>')).length,
      )
    }),
    { numRuns: 60 },
  )
})

test('a plan of thousands of steps fits into a comment, and says what it leaves out', () => {
  const many = Array.from({ length: 3_000 }, (_, index) =>
    made.steps.map((step) => ({
      ...step,
      id: `${step.id}/${index}`,
      subject: { ...step.subject, app: `app-${index}` },
      needs: [],
      change: 'change' as const,
      differences: [{ path: 'x', before: 'y'.repeat(200), after: 'z'.repeat(200) }],
    })),
  ).flat()
  const text = planMarkdown({ ...made, steps: many })
  expect(text.length).toBeLessThan(65_536)
  expect(text).toMatch(/and [\d,]+ more\n/)
})

test('a class of thousands is a row of the table, and the whole stays far below what a comment holds', () => {
  const fleet = fleetFrom(
    `${header}metadata: { name: stores }
clusters: [{ name: hq, eksAnywhere: { provider: vsphere, version: "1.35", role: management } }]
classes:
  - name: store
    rows: { key: id, columns: { id: string }, list: [${Array.from({ length: 3000 }, (_, index) => `{ id: "${index}" }`).join(', ')}] }
    site: { name: "store-{id}", place: { onPremises: vsphere }, cluster: "store-{id}", labels: { kind: store } }
    cluster: { name: "store-{id}", eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: hq } }
---
kind: App
metadata: { name: till }
source: { image: registry.example.com/till:1 }
placement: [{ matchLabels: { kind: store } }]
`,
  )
  const text = planMarkdown(plan(fleet))
  expect(text).toContain(
    '| create | Clusters | Create 3,000 EKS Anywhere clusters of the class store, Kubernetes 1.35 (store-0 … store-2999) | after hq |  |',
  )
  expect(text.length).toBeLessThan(5_000)
})
