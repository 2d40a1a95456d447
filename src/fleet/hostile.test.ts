import { expect, test } from 'vitest'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { buildFleet } from './build.ts'
import { fleetFrom } from './from.ts'

const head = 'apiVersion: skerry.dev/v1alpha1\nkind: Fleet\nmetadata: { name: x }\n'

/** What is wrong with a text; a fault of any other kind is thrown on. */
function wrong(text: string | Uint8Array): readonly Problem[] {
  try {
    buildFleet([{ file: 'fleet.yaml', text }])
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
  return []
}

const first = (text: string | Uint8Array) => wrong(text)[0]

test('ten megabytes of YAML are refused before they are parsed', () => {
  const text = `${head}sites:\n${'  - { name: a, place: { region: us-west-2 } }\n'.repeat(250_000)}`
  expect(text.length).toBeGreaterThan(10_000_000)
  expect(first(text)).toMatchObject({ message: 'the file is larger than 4 MiB', at: { file: 'fleet.yaml' } })
})

test('an alias bomb ends in a sentence, with the memory it had', () => {
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [one, two] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi', 'ij'])
    bomb.push(`${two}: &${two} [${`*${one}, `.repeat(10)}]`)
  const before = process.memoryUsage().heapUsed
  expect(first(`${head}${bomb.join('\n')}`)).toMatchObject({
    message: expect.stringContaining('once its aliases are written out') as string,
  })
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400_000_000)
})

test('a bomb of merge keys ends in a sentence too', () => {
  const lines = ['a: &a { k: v }']
  for (const [one, two] of [
    'ab',
    'bc',
    'cd',
    'de',
    'ef',
    'fg',
    'gh',
    'hi',
    'ij',
    'jk',
    'kl',
    'lm',
    'mn',
    'no',
    'op',
    'pq',
    'qr',
    'rs',
  ]) {
    lines.push(`${two}: &${two} { <<: [${`*${one}, `.repeat(9)}] }`)
  }
  expect(wrong(`${head}${lines.join('\n')}`).length).toBeGreaterThan(0)
})

test('an alias inside what it refers to is named', () => {
  expect(first(`${head}sites: &all [*all]\n`)).toMatchObject({
    message: 'the alias *all stands inside what it refers to',
    at: { line: 4, column: 14 },
  })
  expect(first(`${head}x: &a { <<: *a }\n`)).toMatchObject({ message: 'the alias *a stands inside what it refers to' })
})

test('an alias of nothing is named, with the nearest anchor', () => {
  expect(first(`${head}sites: [&pool { name: a }, *pol]\n`)).toMatchObject({
    message: 'the alias *pol refers to nothing',
    hint: expect.stringContaining('did you mean pool?') as string,
  })
})

test('an alias and a merge key are read as they are meant', () => {
  const fleet = fleetFrom(`${head}sites:
  - &la { name: a, place: { localZone: us-west-2-lax-1a }, labels: &labels { tier: edge } }
  - { <<: *la, name: b, labels: { <<: *labels, ring: early } }
`)
  expect(fleet.sites.map(({ name, place, labels }) => [name, place.zone, labels])).toEqual([
    ['a', 'us-west-2-lax-1a', { tier: 'edge' }],
    ['b', 'us-west-2-lax-1a', { tier: 'edge', ring: 'early' }],
  ])
})

test('binary content, UTF-16 and broken UTF-8 are told apart', () => {
  expect(first(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1]))).toMatchObject({
    message: 'the file is binary: it holds a zero byte',
  })
  expect(first(Uint8Array.from([0xff, 0xfe, 0x61, 0]))).toMatchObject({
    message: 'the file is UTF-16',
    hint: 'save it as UTF-8',
  })
  expect(first(Uint8Array.from([0x61, 0xc3, 0x28]))).toMatchObject({ message: 'the file is not UTF-8 text' })
})

test.each([
  ['flow lists', `x: ${'['.repeat(5_000)}${']'.repeat(5_000)}`],
  ['flow maps', `x: ${'{a: '.repeat(2_000)}1${'}'.repeat(2_000)}`],
  ['block lists', `x:\n  ${'- '.repeat(3_000)}1`],
  ['block maps', Array.from({ length: 1_500 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['a hundred levels', `x: ${'['.repeat(100)}${']'.repeat(100)}`],
])('deep nesting of %s is refused', (_, body) => {
  expect(first(`${head}${body}\n`)?.message).toBe('the YAML is nested too deep')
})

test('two sites of one name are refused at the second, with the place of the first', () => {
  const sites =
    'sites:\n  - { name: a, place: { region: us-west-2 } }\n  - { name: b, place: { region: us-west-2 } }\n  - { name: a, place: { region: us-east-1 } }\n'
  expect(wrong(`${head}${sites}`)).toEqual([
    expect.objectContaining({
      message: 'there are two sites named a',
      at: { file: 'fleet.yaml', line: 7, column: 13 },
      where: 'sites.a',
      hint: 'the first is at fleet.yaml:5; give one of them another name',
    }),
  ])
})

test.each([
  ['accounts', '{ name: a, id: "111122223333" }', 'accounts'],
  ['networks', '{ name: a, cidr: 10.0.0.0/16 }', 'networks'],
  ['clusters', '{ name: a, existing: {} }', 'clusters'],
  ['audiences', '{ name: a }', 'audiences'],
])('two %s of one name are refused', (key, item, plural) => {
  expect(wrong(`${head}${key}: [${item}, ${item}]\n`).map(({ message }) => message)).toEqual([
    `there are two ${plural} named a`,
  ])
})

test('pools need their own name at their site only, subnets in the whole fleet', () => {
  const pools = (name: string) => `{ name: ${name}, place: { region: us-west-2 }, nodePools: [{ name: w }] }`
  expect(wrong(`${head}sites: [${pools('a')}, ${pools('b')}]\n`)).toEqual([])
  expect(
    first(`${head}sites: [{ name: a, place: { region: us-west-2 }, nodePools: [{ name: w }, { name: w }] }]\n`)
      ?.message,
  ).toBe('there are two node pools named w')
  const net = (name: string) => `{ name: ${name}, cidr: 10.0.0.0/16, subnets: [{ name: s, zone: us-west-2a }] }`
  expect(first(`${head}networks: [${net('a')}, ${net('b')}]\n`)?.message).toBe('there are two subnets named s')
})

test('escapes for a terminal and turns of direction reach nobody raw', () => {
  const problems = wrong(
    `${head}"\\e]0;owned\\a\\u202e": 1\nsites: [{ name: "a\\e[2Jb", place: { region: "us\\u009bwest" } }]\n`,
  )
  expect(problems.length).toBeGreaterThanOrEqual(3)
  const told = problems.flatMap(({ message, hint, where, frame }) => [
    message,
    hint,
    where,
    frame?.replaceAll('\n', ''),
  ])
  expect(told.join(' ')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(problems.map(({ message }) => message)).toContain('unknown key \\u001b]0;owned\\u0007\\u202e')
})

test('escapes that stand raw in the file are shown as escapes in the frame', () => {
  const [problem] = wrong(`${head}clusterz: [] # \u009b31m\u202e\n`)
  expect(problem?.frame).toContain('# \\u009b31m\\u202e')
})

test('a byte order mark, Windows line ends and an end without a line end are fine', () => {
  expect(
    fleetFrom(`\ufeff${head.replaceAll('\n', '\r\n')}sites:\r\n  - name: a\r\n    place: { region: us-west-2 }`).sites,
  ).toHaveLength(1)
  const bytes = new TextEncoder().encode(`\ufeff${head}`)
  expect(buildFleet([{ file: 'a.yaml', text: bytes }]).name).toBe('x')
  expect(first(`${head.replaceAll('\n', '\r\n')}site: []\r\n`)).toMatchObject({
    at: { line: 4, column: 1 },
    frame: expect.not.stringContaining('\r') as string,
  })
})

test('a tab that indents is named', () => {
  expect(first(`${head}sites:\n\t- name: a\n`)).toMatchObject({
    message: 'a tab stands where spaces indent',
    at: { line: 5 },
  })
})

test('an empty file, one of comments, and no file at all', () => {
  expect(first('')).toMatchObject({ message: 'the file is empty', hint: 'skerry init writes a fleet to start from' })
  expect(first('# nothing yet\n---\n')).toMatchObject({ message: 'the file is empty' })
  expect(() => buildFleet([])).toThrow('there is no fleet here')
})

test.each([
  ['a quote that is not closed', 'sites: "a\n'],
  ['a bracket that is not closed', 'sites: [a\n'],
  ['indentation that does not fit', 'sites:\n    - a\n  - b\n'],
  ['a colon in a plain value', 'a: b: c\n'],
  ['a tag', 'a: !include b.yaml\n'],
  ['a binary tag', 'a: !!binary aGVsbG8=\n'],
  ['a value that begins with a backtick', 'a: `b`\n'],
  ['a map as a key', '{ a: b }: c\n'],
  ['a key of two lines', '"a\n b": c\n'],
])('%s is one clear message with a line', (_, body) => {
  const problems = wrong(`${head}${body}`)
  expect(problems).toHaveLength(1)
  expect(problems[0]?.at?.line).toBeGreaterThan(2)
  expect(problems[0]?.frame).toMatch(/^> ?\d|\n> ?\d/)
  expect(problems[0]?.hint).toBeTruthy()
})

test('a directive of another language is named', () => {
  expect(wrong(`%FOO bar\n---\n${head}`)).toEqual([
    expect.objectContaining({ message: 'a directive (%...) is not understood' }),
  ])
})

test('a key that stands twice is named with its first line', () => {
  expect(wrong(`${head}sites: []\nclusters: []\nsites: []\n`)).toEqual([
    expect.objectContaining({
      message: 'the key sites stands here twice',
      at: { file: 'fleet.yaml', line: 6, column: 1 },
      hint: 'its first place is line 4; keep one of them',
    }),
  ])
})

test('__proto__ and its kin reach no prototype', () => {
  expect(
    first(`${head}sites: [{ name: a, place: { region: us-west-2 }, labels: { __proto__: { polluted: yes } } }]\n`)
      ?.message,
  ).toBe('"__proto__" cannot be a key')
  const fleet = fleetFrom(
    `${head}sites: [{ name: a, place: { region: us-west-2 }, labels: { constructor: one, toString: two, hasOwnProperty: three } }]\n`,
  )
  expect(fleet.sites[0]?.labels).toEqual({ constructor: 'one', toString: 'two', hasOwnProperty: 'three' })
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
  expect(first(`${head}constructor: 1\n`)).toMatchObject({ message: 'unknown key constructor' })
  expect(
    first(
      `${head}clusters: [{ name: a, existing: {} }]\nsites: [{ name: a, place: { region: us-west-2 }, cluster: constructor }]\n`,
    )?.message,
  ).toBe('there is no cluster named constructor')
})

test('numbers, booleans and dates as names are refused with the quotes to write', () => {
  expect(first(`${head}sites: [{ name: 0417, place: { region: us-west-2 } }]\n`)).toMatchObject({
    message: 'name is the number 0417, not text',
    hint: 'put it in quotes: "0417"',
  })
  expect(first(`${head}sites: [{ name: true, place: { region: us-west-2 } }]\n`)).toMatchObject({
    hint: 'put it in quotes: "true"',
  })
  expect(first(`${head}clusters: [{ name: a, eks: { version: 1.30 } }]\n`)).toMatchObject({
    message: 'version is the number 1.30, not text',
    hint: 'put it in quotes: "1.30"',
  })
  expect(first(`${head}clusters: [{ name: a, tolerations: { notReady: 60 }, existing: {} }]\n`)?.hint).toContain(
    'a duration is a number with a unit',
  )
})

test('the country NO is Norway, on and yes are words, and 1e3 is no name', () => {
  const fleet = fleetFrom(
    `${head}sites: [{ name: "on", place: { region: eu-north-1 }, country: NO, labels: { on: yes, off: no } }]\n`,
  )
  expect(fleet.sites[0]).toMatchObject({ name: 'on', country: 'NO', labels: { on: 'yes', off: 'no' } })
})

test('a YAML 1.1 directive does not bring Norway back', () => {
  expect(
    buildFleet([
      {
        file: 'a.yaml',
        text: `%YAML 1.1\n---\n${head}sites: [{ name: a, place: { region: eu-north-1 }, country: NO }]\n`,
      },
    ]).sites[0]?.country,
  ).toBe('NO')
})

test('two fleets are refused, with the place of the first', () => {
  expect(wrong(`${head}---\n${head}`)).toEqual([
    expect.objectContaining({
      message: 'there are two documents of kind Fleet',
      at: { file: 'fleet.yaml', line: 6, column: 7 },
      hint: expect.stringContaining('the first is at fleet.yaml:2') as string,
    }),
  ])
})

test('an app without a fleet, a kind misspelt, a version of the future', () => {
  expect(first('kind: App\nmetadata: { name: a }\nsource: { image: a }\nplacement: [{ site: a }]\n')).toMatchObject({
    message: 'there is no document of kind Fleet',
  })
  expect(first(head.replace('Fleet', 'Fleat'))).toMatchObject({
    message: 'kind is "Fleat", which is none of skerry\'s',
    at: { line: 2, column: 7 },
    hint: expect.stringContaining('did you mean Fleet?') as string,
  })
  expect(first(head.replace('v1alpha1', 'v9'))).toMatchObject({
    message: 'apiVersion is "skerry.dev/v9", which is not skerry.dev/v1alpha1',
  })
  expect(first(head.replace('skerry.dev', 'agones.dev'))).toMatchObject({
    message: 'apiVersion is "agones.dev/v1alpha1", which is not skerry\'s',
  })
})

test('a text as a document, a list as a document', () => {
  expect(first('hello\n')).toMatchObject({ message: 'the document is "hello", not a map' })
  expect(first('- a\n- b\n')).toMatchObject({ message: 'the document is a list, not a map' })
})

test('a line of a hundred thousand characters is cut around the fault', () => {
  const [problem] = wrong(
    `${head}sites: [{ name: a, place: { region: us-west-2 }, labels: { a: "${'x'.repeat(50)}" }, wrong: ${'y'.repeat(100_000)} }]\n`,
  )
  expect(problem).toMatchObject({ message: 'unknown key wrong', at: { line: 4 } })
  expect(Math.max(...(problem?.frame ?? '').split('\n').map((line) => line.length))).toBeLessThan(130)
  expect(problem?.frame).toContain('^')
})

test('a hundred problems are told, and how many there are', () => {
  const text = `${head}sites:\n${Array.from({ length: 300 }, (_, index) => `  - { name: s-${index}, place: { region: us-west-2 }, colour: red }\n`).join('')}`
  expect(() => fleetFrom(text)).toThrow('300 things are wrong with the fleet; the first 100 are told')
  expect(wrong(text)).toHaveLength(100)
})

test('many values and many documents have their end', () => {
  expect(first(`${head}x: [${'1,'.repeat(500_000)}]`)?.message).toContain('the file holds more than 400000 values')
  expect(first(`${head}${'---\n{}\n'.repeat(2_100)}`)).toBeDefined()
})

test('a long key is refused by its length', () => {
  expect(first(`${head}"${'k'.repeat(5_000)}": 1\n`)?.message).toBe('a key has more than 1024 characters')
  expect(first(`${head}? ${'k'.repeat(5_000)}\n: 1\n`)?.message).toBe('a key has more than 1024 characters')
})

test('a text of hundreds of thousands of characters is refused at once, whatever it should have been', () => {
  const long = (character: string) => `"${character.repeat(300_000)}!"`
  const start = performance.now()
  const problems = wrong(
    `${head}sites: [{ name: ${long('a')}, place: { localZone: ${long('a-')} }, location: ${long('1')}, link: { delay: ${long('1')}, bandwidth: ${long('1')} } }]\n`,
  )
  expect(problems.length).toBeGreaterThanOrEqual(4)
  expect(performance.now() - start).toBeLessThan(5_000)
  for (const { message, hint, frame } of problems) expect(`${message}${hint}${frame}`.length).toBeLessThan(2_000)
})

test('thousands of references that lead nowhere do not take minutes', () => {
  const sites = Array.from(
    { length: 3_000 },
    (_, at) => `  - { name: site-${at}, place: { region: us-west-2 }, cluster: c-${at}x }\n`,
  )
  const clusters = Array.from({ length: 3_000 }, (_, at) => `  - { name: c-${at}, existing: {} }\n`)
  const start = performance.now()
  expect(wrong(`${head}sites:\n${sites.join('')}clusters:\n${clusters.join('')}`)).toHaveLength(100)
  expect(performance.now() - start).toBeLessThan(20_000)
})
