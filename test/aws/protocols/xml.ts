// XML as far as the AWS protocols use it: elements and text, no attributes that mean anything.

import type { Input, Json } from '../json.ts'
import { isRecord } from '../json.ts'

/** Lists become `<name><item>…</item></name>` where `item` is given, else the element is repeated. */
export function toXml(value: Input, item?: string): string {
  return Object.entries(value)
    .map(([name, one]) => element(name, one, item))
    .join('')
}

function element(name: string, value: Json, item: string | undefined): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) {
    if (item === undefined) return value.map((one) => element(name, one, item)).join('')
    return `<${name}>${value.map((one) => element(item, one, item)).join('')}</${name}>`
  }
  if (isRecord(value)) return `<${name}>${toXml(value, item)}</${name}>`
  return `<${name}>${escaped(String(value))}</${name}>`
}

const escaped = (value: string): string =>
  value.replace(/[&<>"\r]/g, (it) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[it] ?? '&#13;')

const unescaped = (value: string): string =>
  value
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#([0-9]+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&amp;/g, '&')

/** Elements that come more than once under one parent, or are named in `lists`, become lists of what is in them. */
export function fromXml(source: string, lists: ReadonlySet<string> = new Set()): Input {
  const tags = /<(\/?)([A-Za-z0-9:_-]+)(?:\s[^>]*?)?(\/?)>|<[?!][^>]*>/g
  const root: Open = { name: '', children: [], from: 0 }
  const open: Open[] = [root]
  for (let tag = tags.exec(source); tag !== null; tag = tags.exec(source)) {
    const [all, closing, name, empty] = tag
    if (name === undefined) continue
    const top = open[open.length - 1] as Open
    if (closing === '/') {
      open.pop()
      const parent = open[open.length - 1] ?? root
      const inner = source.slice(top.from, tag.index)
      parent.children.push([name, top.children.length === 0 ? textOrNothing(inner, name, lists) : gathered(top, lists)])
    } else if (empty === '/') top.children.push([name, lists.has(name) ? [] : ''])
    else open.push({ name, children: [], from: tag.index + all.length })
  }
  return gathered(root, lists) as Input
}

interface Open {
  readonly name: string
  readonly children: [string, Json][]
  readonly from: number
}

const textOrNothing = (inner: string, name: string, lists: ReadonlySet<string>): Json =>
  lists.has(name) && inner.trim() === '' ? [] : unescaped(inner)

function gathered({ name, children }: Open, lists: ReadonlySet<string>): Json {
  if (lists.has(name)) return children.map(([, value]) => value)
  return Object.fromEntries(children)
}
