import { expect, test } from 'vitest'
import { positionOf } from '../model/origin.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { fleetFrom } from './from.ts'

const hq = '  - { name: hq, eksAnywhere: { provider: vsphere, role: management, version: "1.35" } }\n'
const fleet = (more: string) => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: stores }
clusters:
${hq}classes:
  - name: store
${more}`
const template = `    site:
      name: "store-{id}"
      place: { onPremises: bareMetal }
      location: "{latlon}"
      labels: { ring: "{ring}", tier: store }
      link: { to: "{hq}", offlineFor: 7d }
      internet: "{open}"
      nodePools: [{ name: machine, replicas: "{nodes}" }]
    cluster:
      eksAnywhere: { provider: bareMetal, version: "1.35", managementCluster: "{hq}", endpoint: "{vip}", hardware: { csv: "hw/{id}.csv" } }
`
const columns =
  'key: id, columns: { id: string, latlon: point, hq: cluster, vip: ip, ring: [canary, early], open: boolean, nodes: int }'
const stores = fleet(`    rows: { csv: stores.csv, ${columns} }\n${template}`)
const header = 'id,latlon,hq,vip,ring,open,nodes\n'
const row = (id: string, over: Record<string, string> = {}) => {
  const cells = {
    id,
    latlon: '"34.05, -118.24"',
    hq: 'hq',
    vip: '10.0.0.1',
    ring: 'early',
    open: 'true',
    nodes: '1',
    ...over,
  }
  return `${Object.values(cells).join(',')}\n`
}

function wrong(text: string, files: Record<string, string> = {}): readonly Problem[] {
  try {
    fleetFrom(text, files)
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
  return []
}
const inRows = (csv: string) => wrong(stores, { 'stores.csv': csv })

test('a row becomes a site, its cluster and its pools, named and joined', () => {
  const read = fleetFrom(stores, { 'stores.csv': header + row('0417') + row('0418', { nodes: '3', open: 'FALSE' }) })
  expect(
    read.sites.map(({ name, cluster, location, labels, internet, link, class: of }) => ({
      name,
      cluster,
      location,
      labels,
      internet,
      to: link?.to,
      of,
    })),
  ).toEqual([
    {
      name: 'store-0417',
      cluster: 'store-0417',
      location: { latitude: 34.05, longitude: -118.24 },
      labels: { ring: 'early', tier: 'store' },
      internet: true,
      to: 'hq',
      of: 'store',
    },
    {
      name: 'store-0418',
      cluster: 'store-0418',
      location: { latitude: 34.05, longitude: -118.24 },
      labels: { ring: 'early', tier: 'store' },
      internet: false,
      to: 'hq',
      of: 'store',
    },
  ])
  expect(read.clusters[1]).toMatchObject({
    name: 'store-0417',
    kind: 'eksAnywhere',
    version: '1.35',
    class: 'store',
    eksAnywhere: { managementCluster: 'hq', endpoint: '10.0.0.1', hardware: { csv: 'hw/0417.csv' } },
  })
  expect(read.pools.map(({ name, site, cluster, replicas }) => ({ name, site, cluster, replicas }))).toEqual([
    { name: 'machine', site: 'store-0417', cluster: 'store-0417', replicas: 1 },
    { name: 'machine', site: 'store-0418', cluster: 'store-0418', replicas: 3 },
  ])
  expect(read.classes).toEqual([expect.objectContaining({ name: 'store', rows: 2, retired: [] })])
})

test('what a row made points at the template, and remembers its row', () => {
  const read = fleetFrom(stores, { 'stores.csv': header + row('0417') })
  const origin = read.sites[0]?.origin
  expect(origin).toMatchObject({
    file: 'fleet.yaml',
    pointer: '0/classes/0/site',
    label: 'sites.store-0417',
    row: { file: 'stores.csv', line: 2, key: '0417' },
  })
  expect(origin && positionOf(read.sources, origin, 'link/offlineFor')).toMatchObject({ file: 'fleet.yaml', line: 14 })
  expect(read.pools[0]?.origin.label).toBe('sites.store-0417.nodePools.machine')
})

test('rows share what the row does not change', () => {
  const read = fleetFrom(stores, { 'stores.csv': header + row('1') + row('2') })
  const [one, two] = read.sites
  expect(one?.place).toBe(two?.place)
  expect(one?.sharedRisks).toBe(two?.sharedRisks)
  expect(one?.link).not.toBe(two?.link)
  expect(read.clusters[1]?.labels).toBe(read.clusters[2]?.labels)
})

test('rows can stand in the file, and a cluster can be given by name', () => {
  const read = fleetFrom(
    fleet(`    rows: { list: [{ n: 1, city: Berlin }, { n: 2, city: Bonn }], key: n, columns: { n: int, city: string } }
    site: { name: "kiosk-{n}", place: { onPremises: docker }, cluster: hq, labels: { city: "{city}", both: "{n}-{city}" } }
`),
  )
  expect(read.sites.map(({ name, cluster, labels }) => [name, cluster, labels])).toEqual([
    ['kiosk-1', 'hq', { city: 'Berlin', both: '1-Berlin' }],
    ['kiosk-2', 'hq', { city: 'Bonn', both: '2-Bonn' }],
  ])
  expect(read.sites[1]?.origin.row).toEqual({ file: 'fleet.yaml', line: 8, key: '2' })
})

test('a wrong cell names its row, its column and what would be right, and the other rows are judged too', () => {
  const problems = inRows(
    `${header}${row('1')}${row('2', { vip: '10.0.0.999' })}${row('3', { ring: 'earli' })}${row('4', { nodes: 'two' })}${row('5', { open: 'yes' })}${row('6', { latlon: '95' })}`,
  )
  expect(problems.map(({ message, at, hint }) => [message, at?.file, at?.line, hint])).toEqual([
    ['row 2: vip is "10.0.0.999"', 'stores.csv', 3, 'it must be an IPv4 address, such as 10.0.0.7'],
    ['row 3: ring is "earli"', 'stores.csv', 4, 'did you mean early? allowed: canary, early'],
    ['row 4: nodes is "two"', 'stores.csv', 5, 'it must be a whole number'],
    ['row 5: open is "yes"', 'stores.csv', 6, 'it must be true or false'],
    ['row 6: latlon is "95"', 'stores.csv', 7, expect.stringContaining('latitude,longitude')],
  ])
  expect(problems[0]?.frame).toBe(
    `  2 | 1,"34.05, -118.24",hq,10.0.0.1,early,true,1\n> 3 | 2,"34.05, -118.24",hq,10.0.0.999,early,true,1\n    |                       ^\n  4 | 3,"34.05, -118.24",hq,10.0.0.1,earli,true,1`,
  )
})

test('an empty cell, a row too short and a row too long are told', () => {
  expect(inRows(`${header}${row('1', { hq: '' })}`)[0]).toMatchObject({
    message: 'row 1: hq is empty',
    at: { line: 2 },
  })
  expect(inRows(`${header}1,2\n${row('2')}1,2,3,4,5,6,7,8\n`).map(({ message }) => message)).toEqual([
    'the row on line 2 has 2 fields, the first line has 7',
    'the row on line 4 has 8 fields, the first line has 7',
  ])
})

test('a name from the row that is no name is told with its row', () => {
  expect(inRows(`${header}${row('4 17')}`)[0]).toMatchObject({
    message: 'row 4 17: name is "store-4 17"',
    at: { file: 'stores.csv', line: 2, column: 1 },
    where: 'classes.store.site.name',
  })
})

test('two rows of one key, two rows of one name, a name that is taken', () => {
  expect(inRows(`${header}${row('1')}${row('1')}`)).toEqual([
    expect.objectContaining({
      message: 'two rows have the key 1',
      at: { file: 'stores.csv', line: 3, column: 1 },
      hint: 'the first is on line 2; a row is known by its id',
    }),
  ])
  const same = stores.replace('store-{id}', 'store-{ring}')
  expect(wrong(same, { 'stores.csv': header + row('1') + row('2') })[0]).toMatchObject({
    message: 'row 2: there are two sites named store-early',
    hint: expect.stringContaining('the first is at stores.csv:2') as string,
  })
  const taken = stores.replace('classes:', 'sites: [{ name: store-1, place: { onPremises: docker } }]\nclasses:')
  expect(wrong(taken, { 'stores.csv': header + row('1') })[0]?.message).toBe('row 1: there are two sites named store-1')
})

test('a cell that names a cluster is followed; the nearest is offered', () => {
  expect(inRows(`${header}${row('1')}${row('2', { hq: 'hk' })}`)).toEqual([
    expect.objectContaining({
      message: 'row 2: there is no cluster named hk',
      at: { file: 'stores.csv', line: 3, column: expect.any(Number) as number },
      hint: expect.stringContaining('did you mean hq?') as string,
    }),
  ])
})

test('a cell may name a cluster of another row', () => {
  const chain =
    fleet(`    rows: { list: [{ id: a, up: hq }, { id: b, up: a }], key: id, columns: { id: string, up: cluster } }
    site: { name: "s-{id}", place: { onPremises: vsphere } }
    cluster: { name: "{id}", eksAnywhere: { provider: vsphere, version: "1.35", managementCluster: "{up}" } }
`)
  expect(fleetFrom(chain).clusters.map(({ name, eksAnywhere }) => [name, eksAnywhere?.managementCluster])).toEqual([
    ['hq', undefined],
    ['a', 'hq'],
    ['b', 'a'],
  ])
})

test('a reference built from a text is followed in each row; one of the template is told once', () => {
  const built = (to: string) =>
    fleet(`    rows: { list: [{ id: a }, { id: b }], key: id, columns: { id: string } }
    site: { name: "s-{id}", place: { onPremises: vsphere }, cluster: "${to}" }
`)
  expect(wrong(built('hq-{id}')).map(({ message }) => message)).toEqual([
    'row a: there is no cluster named hq-a',
    'row b: there is no cluster named hq-b',
  ])
  expect(wrong(built('nowhere'))).toEqual([
    expect.objectContaining({
      message: 'there is no cluster named nowhere',
      at: { file: 'fleet.yaml', line: 9, column: 70 },
    }),
  ])
})

test('a fault of the template is told once, at the template, not ten thousand times', () => {
  const csv = header + Array.from({ length: 500 }, (_, index) => row(String(index))).join('')
  expect(wrong(stores.replace('offlineFor: 7d', 'offlineFor: soon'), { 'stores.csv': csv })).toEqual([
    expect.objectContaining({
      message: 'offlineFor is "soon"',
      at: { file: 'fleet.yaml', line: 14, column: 39 },
      where: 'classes.store.site.link.offlineFor',
    }),
  ])
  expect(wrong(stores.replace('offlineFor', 'offlineform'), { 'stores.csv': csv })).toEqual([
    expect.objectContaining({
      message: 'unknown key offlineform',
      hint: expect.stringContaining('did you mean offlineFor?') as string,
    }),
  ])
})

test('many rows that are wrong alike are cut, and counted', () => {
  const csv = header + Array.from({ length: 500 }, (_, index) => row(String(index), { vip: 'none' })).join('')
  const problems = wrong(stores, { 'stores.csv': csv })
  expect(problems).toHaveLength(21)
  expect(problems[20]?.message).toBe('and 480 more faults in the rows')
})

test('an unknown column in a template, a missing one in the CSV, a key that is none', () => {
  expect(wrong(stores.replace('{ring}', '{rung}'), { 'stores.csv': header + row('1') })).toEqual([
    expect.objectContaining({
      message: 'there is no column rung',
      at: { file: 'fleet.yaml', line: 13, column: 23 },
      hint: expect.stringContaining('did you mean ring?') as string,
    }),
  ])
  expect(inRows(header.replace('ring', 'rings') + row('1'))).toEqual([
    expect.objectContaining({
      message: 'the CSV has no column ring',
      at: { file: 'stores.csv', line: 1, column: 1 },
      hint: expect.stringContaining('did you mean rings?') as string,
    }),
  ])
  expect(wrong(stores.replace('key: id', 'key: idd'), { 'stores.csv': header + row('1') })[0]).toMatchObject({
    message: 'the key idd is no column',
    hint: expect.stringContaining('did you mean id?') as string,
  })
  expect(inRows('id;latlon\n1;2\n')[0]?.hint).toContain('columns are separated by commas')
})

test('columns that the class does not declare may be there, but not twice under a name that it does', () => {
  const csv = `remark,${header.replace('\n', ',remark\n')}x,${row('1').replace('\n', ',"y, z"\n')}`
  expect(inRows(csv)).toEqual([])
  expect(inRows(`id,${header}1,${row('1')}`)[0]?.message).toBe('the CSV has two columns named id')
})

test('an unknown column in a list of the file is told with the nearest', () => {
  const text = fleet(`    rows: { list: [{ id: a, rang: early }], key: id, columns: { id: string, ring: [early] } }
    site: { name: "s-{id}", place: { onPremises: vsphere }, cluster: hq }
`)
  expect(wrong(text).map(({ message, hint }) => [message, hint])).toEqual([
    ['unknown column rang', 'did you mean ring? columns: id, ring'],
    ['row a: ring is empty', expect.any(String)],
  ])
})

test('a number as a key of a list keeps its digits only in quotes', () => {
  const text = fleet(`    rows: { list: [{ id: 0417 }], key: id, columns: { id: string } }
    site: { name: "s-{id}", place: { onPremises: vsphere }, cluster: hq }
`)
  expect(wrong(text)[0]?.hint).toContain('put it in quotes')
})

test('a retired row that is still there is refused, and no rows at all', () => {
  expect(
    wrong(stores.replace('key: id', 'retired: ["2"], key: id'), { 'stores.csv': header + row('1') + row('2') })[0],
  ).toMatchObject({ message: 'row 2 is listed under retired and is still there', at: { file: 'stores.csv', line: 3 } })
  expect(inRows(header)[0]?.message).toBe('the class has no rows')
  expect(inRows('')[0]?.message).toBe('the CSV is empty')
})

test.each([
  ['a CSV that is not there', {}, 'there is no file stores.csv'],
  ['a quote that is not closed', { 'stores.csv': `${header}"1,2\n` }, 'a quote is not closed'],
  ['a quote inside a field', { 'stores.csv': `${header}a"b,2\n` }, 'a quote stands inside a field'],
  ['a zero byte', { 'stores.csv': `${header}\0` }, 'the file is binary: it holds a zero byte'],
  [
    'one huge field',
    { 'stores.csv': `${header}${row('1', { ring: 'x'.repeat(20_000) })}` },
    'ring has 20000 characters on line 2',
  ],
  [
    'one huge row',
    { 'stores.csv': `${header}"${'x'.repeat(2_000_000)}",2\n` },
    'a row is longer than a million characters',
  ],
])('%s is told', (_, files, message) => {
  expect(wrong(stores, files)[0]?.message).toBe(message)
})

test('a CSV with a byte order mark, Windows line ends, empty lines and fields of several lines keeps its lines', () => {
  const csv = `\ufeff${`remark,${header}`.replace('\n', '\r\n')}\r\n"two\r\nlines",${row('1').replace('\n', '\r\n')}x,${row('2').replace('\n', '\r\n')}`
  const read = fleetFrom(stores, { 'stores.csv': csv })
  expect(read.sites.map(({ origin }) => origin.row)).toEqual([
    { file: 'stores.csv', line: 3, key: '1' },
    { file: 'stores.csv', line: 5, key: '2' },
  ])
})

test('a cell cannot reach a prototype or a terminal', () => {
  const text = fleet(`    rows: { csv: a.csv, key: __proto__, columns: { __proto__: string } }
    site: { name: "s", place: { onPremises: vsphere }, cluster: hq }
`)
  expect(wrong(text, { 'a.csv': '__proto__\nx\n' })[0]?.message).toBe('"__proto__" cannot be a key')
  const [problem] = inRows(`${header}${row('\u001b[2J')}`)
  expect(problem?.message).toBe('row \\u001b[2J: name is "store-\\u001b[2J"')
  expect(problem?.frame).not.toContain('\u001b')
})

test('a cell may hold braces, quotes and YAML; it stays text', () => {
  const text = fleet(`    rows: { csv: a.csv, key: id, columns: { id: string, note: string } }
    site: { name: "s-{id}", place: { onPremises: vsphere }, cluster: hq, labels: { note: "{note}" } }
`)
  expect(fleetFrom(text, { 'a.csv': 'id,note\n1,"{id} $& ""x"": [1]"\n' }).sites[0]?.labels).toEqual({
    note: '{id} $& "x": [1]',
  })
})

test('ten thousand rows are read in about a second, and cost little memory', () => {
  const csv =
    header +
    Array.from({ length: 10_000 }, (_, index) =>
      row(String(index).padStart(5, '0'), { vip: `10.0.${index >> 8}.${index & 255}` }),
    ).join('')
  const start = performance.now()
  const read = fleetFrom(stores, { 'stores.csv': csv })
  const milliseconds = performance.now() - start
  console.info(
    `10,000 rows: ${read.sites.length} sites, ${read.clusters.length} clusters, ${read.pools.length} pools in ${Math.round(milliseconds)} ms`,
  )
  expect(read.sites).toHaveLength(10_000)
  // a bound against going quadratic, not a measurement: other work shares the machine
  expect(milliseconds).toBeLessThan(10_000)
})
