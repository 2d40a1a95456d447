import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Bundle } from '../bundle.ts'
import { escaped, substituted, variablesOf } from './substitution.ts'

/** What Flux makes of a text: two dollars are one, a variable is its value, and one without a value is nothing. */
function envsubst(text: string, values: Readonly<Record<string, string>>): string {
  let out = ''
  for (let index = 0; index < text.length; ) {
    const [variable, name = ''] = /^\$\{([A-Za-z_]\w*)\}/.exec(text.slice(index)) ?? []
    if (text.startsWith('$$', index)) {
      out += '$'
      index += 2
    } else if (variable !== undefined) {
      out += values[name] ?? ''
      index += variable.length
    } else {
      out += text[index]
      index += 1
    }
  }
  return out
}

const bundle = (data: Readonly<Record<string, unknown>>, values: Readonly<Record<string, string>>): Bundle => ({
  name: 'one',
  layer: 'apps',
  base: [{ file: 'map.yaml', objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data }] }],
  overlays: [],
  targets: [{ cluster: 'here', values }],
  needs: [],
})

test('what the author of a manifest wrote reaches the cluster, ours is filled in', () => {
  const piece = fc.constantFrom(
    '$',
    '$$',
    '{',
    '}',
    `\${HOME}`,
    `\${site}`,
    `$\${site}`,
    '$(POD)',
    'a',
    `\${X:-y}`,
    `\${`,
    ' ',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      const values = { site: 'store-0417' }
      const variables = variablesOf(bundle({ text: `x ${text} \${site}` }, values))
      const here = escaped(`x ${text}`, variables)
      // what is left of a foreign function of bash would be read by Flux
      fc.pre(!/\$\{(?![A-Za-z_]\w*\})/.test(here.replaceAll('$$', '')))
      expect(envsubst(here, values)).toBe(substituted(`x ${text}`, variables, values))
    }),
    { numRuns: 2_000 },
  )
})

test('where nothing is ours Flux does not substitute, and nothing is escaped', () => {
  const variables = variablesOf(bundle({ script: `echo \${HOME} $$` }, { unused: 'x' }))
  expect(variables.used).toBe(false)
  expect(escaped(`echo \${HOME} $$`, variables)).toBe(`echo \${HOME} $$`)
})

test('a value in the place of a whole scalar is read again, as Flux reads it', () => {
  const variables = variablesOf(
    bundle({ n: `\${count}`, id: `\${id}`, at: `\${at}` }, { count: '3', id: 'x', at: 'y' }),
  )
  const put = (text: string, value: string) => substituted(text, variables, { count: value })
  expect(put(`\${count}`, '3')).toBe(3)
  expect(put(`\${count}`, '10.0.0.10')).toBe('10.0.0.10')
  expect(put(`store-\${count}`, '0417')).toBe('store-0417')
  expect(put(`\${count}`, 'us-west-2a')).toBe('us-west-2a')
  expect(put(`\${count}`, '10:30')).toBe('10:30')
  // Go reads a leading zero as octal: a label with such an id must be quoted by its value
  expect(put(`\${count}`, '0417')).toBe(271)
  expect(put(`\${count}`, '"0417"')).toBe('0417')
})

test('what only a stack knows comes from the ConfigMap of the cluster, and stays a variable when rendered', () => {
  const variables = variablesOf(bundle({ vpc: `\${fleet_vpc_main}` }, {}))
  expect(variables).toMatchObject({ used: true, fromFleet: true })
  expect(substituted(`\${fleet_vpc_main}`, variables, {})).toBe(`\${fleet_vpc_main}`)
})
