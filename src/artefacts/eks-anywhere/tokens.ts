// A class said once. What differs from row to row and only passes through into the files (a name, an address) becomes a variable of Flux; rows
// that differ in anything else, such as their Kubernetes version, are of another shape. So a change of the class changes one file and no row.

import type { View } from './view.ts'

export interface Tokenized<Row> {
  readonly row: Row
  /** With variables in it; rows of one shape have the very same. */
  readonly view: View
  readonly values: Readonly<Record<string, string>>
}

type Path = readonly string[]

export function tokenized<Row extends { readonly view: View }>(rows: readonly Row[]): readonly Tokenized<Row>[] {
  const [first] = rows
  if (first === undefined) return []
  const tokens = tokensOf(
    rows.map(({ view }) => view),
    first.view,
  )
  const shapes: View[] = []
  return rows.map((row) => {
    const own = tokens.reduce<View>((made, { key, path }) => put(made, path, `\${${key}}`), told(row.view))
    let view = shapes.find((shape) => equal(shape, own))
    if (view === undefined) {
      view = own
      shapes.push(own)
    }
    const values = Object.fromEntries(tokens.map(({ key, path }) => [key, written(String(get(row.view, path)), path)]))
    return { row, view, values }
  })
}

/** What reaches a file: secrets are references that stay behind, and who operates it is nobody's field. */
function told(view: View): View {
  const { hardware: _, licenseToken: __, owner: ___, backup: ____, upgradeWindow: _____, ...spec } = view.spec
  const { managementCluster: ______, registryMirror, ...rest } = spec
  if (registryMirror?.caCertificate === undefined)
    return { ...view, spec: { ...rest, ...(registryMirror && { registryMirror }) } }
  const { caCertificate: _______, ...mirror } = registryMirror
  return { ...view, spec: { ...rest, registryMirror: mirror } }
}

/** The name always; of the rest what every row says, and not all the same. */
function tokensOf(views: readonly View[], first: View): readonly { readonly key: string; readonly path: Path }[] {
  const open = (at: Path) => Object.keys((get(first, at) as object | undefined) ?? {}).map((key) => [...at, key])
  const candidates: readonly Path[] = [
    ...passed.map((field) => ['spec', field]),
    ['spec', 'registryMirror', 'endpoint'],
    ...open(['labels']),
    // that of the management cluster, and so the same for all that it makes
    ...open(['datacenter']).filter((path) => path.at(-1) !== 'tinkerbellIP'),
    ...open(['spec', 'machine']).filter((path) => path.at(-1) !== 'osFamily'),
  ]
  const varying = candidates.filter((path) => {
    const one = get(first, path)
    let differs = false
    for (const view of views) {
      const value = get(view, path)
      // a list of ranges is several entries of a file
      if (typeof value !== 'string' || value.includes(',') || value.includes('$')) return false
      if (value !== one) differs = true
    }
    return differs
  })
  const keys = new Set<string>(['name'])
  return [
    { key: 'name', path: ['name'] },
    ...varying.map((path) => {
      let key = String(path.at(-1)).replaceAll(/\W/g, '_')
      if (keys.has(key) || /^\d/.test(key)) key = `${path.at(-2)}_${key}`
      keys.add(key)
      return { key, path }
    }),
  ]
}

/** Fields that go into the files as they are. */
const passed = ['endpoint', 'podCidr', 'serviceCidr', 'osImageURL', 'hookImagesURL', 'metallbPool', 'sshKey'] as const

function get(value: unknown, path: Path): unknown {
  let now = value
  for (const key of path) {
    if (typeof now !== 'object' || now === null || !Object.hasOwn(now, key)) return undefined
    now = (now as Readonly<Record<string, unknown>>)[key]
  }
  return now
}

function put<T>(value: T, [key, ...rest]: Path, text: string): T {
  if (key === undefined) return text as T
  const inner = (value as Readonly<Record<string, unknown>>)[key]
  return { ...value, [key]: put(inner, rest, text) }
}

/** Rows of a class share what their row does not change, so most of it is the same object. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => equal((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  )
}

/** Flux puts a value into a text that is read as YAML again: what would then be no text, such as 0417, brings its quotes along. */
function written(value: string, path: Path): string {
  if (path[0] === 'name') return value
  const isPlain = /^(?:\d{1,3}(?:\.\d{1,3}){3}[\d./-]*|[A-Za-z/][\w./:-]*[\w/])$/.test(value) && !value.includes(': ')
  const isWord = /^(?:true|false|yes|no|on|off|null|y|n)$/i.test(value)
  return isPlain && !isWord ? value : JSON.stringify(value)
}
