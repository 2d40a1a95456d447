// YAML (1.2, core schema: NO is a country, 010 is ten) to plain values, with the line and column of every value and key. The tree of the
// parser is walked once, by us, so that duplicate keys, aliases that multiply or refer to themselves, deep nesting and keys that would
// reach a prototype end in a sentence. JSON is read by the same way, for it is YAML 1.2.

import type { Alias, Document, ErrorCode, ParsedNode, YAMLMap, YAMLSeq } from 'yaml'
import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from 'yaml'
import type { SourceFile } from '../model/origin.ts'
import { brief, shown } from '../model/visible.ts'
import { limits } from './limits.ts'
import { didYouMean } from './nearest.ts'
import type { Problems } from './problems.ts'

export interface ParsedFile extends SourceFile {
  readonly file: string
  readonly documents: readonly { readonly index: number; readonly value: unknown }[]
  /** Whether nothing was wrong with it as YAML. */
  readonly whole: boolean
}

export function parseYaml(file: string, text: string, problems: Problems): ParsedFile {
  problems.know(file, text)
  const lines = new LineCounter()
  const positions: Record<string, readonly [number, number]> = Object.create(null)
  const documents: { index: number; value: unknown }[] = []
  const before = problems.count()
  // what is missing at the end is shown at the last thing that is there
  const end = text.trimEnd().length
  const at = (offset: number) => {
    const { line, col } = lines.linePos(Math.min(offset, end))
    return { file, line: Math.max(1, line), column: Math.max(1, col) }
  }
  const fail = (message: string, offset: number, hint?: string) => problems.add(message, at(offset), { hint })
  const done = (): ParsedFile => ({ file, text, positions, documents, whole: problems.count() === before })

  const parser = new Parser(lines.addNewLine)
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    strict: true,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'silent',
  })
  let trees: readonly Document.Parsed[]
  try {
    trees = [...composer.compose(parser.parse(text), false, text.length)] as Document.Parsed[]
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    fail('the YAML is nested too deep', 0, `maps and lists may lie inside each other ${limits.depth} times`)
    return done()
  }

  const budget = { left: limits.values }
  for (const [index, tree] of trees.entries()) {
    if (index >= limits.documents) {
      fail(`the file holds more than ${limits.documents} documents`, tree.range[0], 'split it')
      break
    }
    const [wrong] = [...tree.errors, ...tree.warnings]
    if (wrong !== undefined) {
      const told = tell(wrong.code, wrong.message)
      fail(told.message, wrong.pos[0], told.hint)
      continue
    }
    if (tree.contents === null || (isScalar(tree.contents) && tree.contents.value === null)) continue
    const value = walker({ positions, at: (offset) => lines.linePos(offset), fail, budget })
    try {
      documents.push({ index, value: value(tree.contents as ParsedNode, String(index), 0) })
    } catch (error) {
      if (!(error instanceof Stop)) throw error
      fail(error.message, error.offset, error.hint)
      if (budget.left <= 0) break
    }
  }
  return done()
}

/** Ends the reading of one document: what follows would only repeat the fault. */
class Stop extends Error {
  constructor(
    message: string,
    readonly offset: number,
    readonly hint: string,
  ) {
    super(message)
  }
}

interface Walk {
  readonly positions: Record<string, readonly [number, number]>
  readonly at: (offset: number) => { line: number; col: number }
  readonly fail: (message: string, offset: number, hint?: string) => void
  readonly budget: { left: number }
}

/** From a node of the parser's tree to a plain value, noting positions on the way. */
function walker({ positions, at, fail, budget }: Walk) {
  const anchors = new Map<string, ParsedNode>()
  const targets = new Map<Alias, ParsedNode>()
  const open = new Set<ParsedNode>()
  return value

  function value(node: ParsedNode, pointer: string, depth: number): unknown {
    spend(node, depth)
    if (isAlias(node)) return inside(node, (target) => value(target, pointer, depth))
    positions[pointer] = spot(node.range[0])
    if (node.anchor !== undefined) anchors.set(node.anchor, node)
    if (isScalar(node)) return node.value
    open.add(node)
    const made = isMap(node)
      ? fill({}, node, pointer, depth, false)
      : isSeq(node)
        ? list(node, pointer, depth)
        : undefined
    open.delete(node)
    return made
  }

  /** Every value costs one, however it is reached. */
  function spend(node: ParsedNode, depth: number): void {
    const [offset] = node.range
    budget.left -= 1
    if (budget.left < 0) {
      throw new Stop(
        `the file holds more than ${limits.values} values once its aliases are written out`,
        offset,
        'put rows into a CSV, or split the file; an alias of aliases multiplies',
      )
    }
    if (depth > limits.depth) {
      const hint = `maps and lists may lie inside each other ${limits.depth} times`
      throw new Stop('the YAML is nested too deep', offset, hint)
    }
  }

  /** What an alias stands for; it is walked again, so that nothing is shared and everything is counted. */
  function inside<T>(alias: Alias.Parsed, use: (target: ParsedNode) => T): T {
    const word = brief(alias.source)
    const target = targets.get(alias) ?? anchors.get(alias.source)
    if (target === undefined)
      throw new Stop(
        `the alias *${word} refers to nothing`,
        alias.range[0],
        `${didYouMean(alias.source, [...anchors.keys()])}an anchor such as &${word} must stand before its alias`,
      )
    if (open.has(target))
      throw new Stop(
        `the alias *${word} stands inside what it refers to`,
        alias.range[0],
        'write the value out, or move the anchor',
      )
    targets.set(alias, target)
    open.add(target)
    const made = use(target)
    open.delete(target)
    return made
  }

  function list(node: YAMLSeq.Parsed, pointer: string, depth: number): unknown[] {
    return node.items.map((item, index) => value(item as ParsedNode, `${pointer}/${index}`, depth + 1))
  }

  /** The pairs of a map; `merged`: by `<<`, so that only keys count that are not there yet. */
  function fill(
    out: Record<string, unknown>,
    node: YAMLMap.Parsed,
    pointer: string,
    depth: number,
    merged: boolean,
  ): Record<string, unknown> {
    const own = new Map<string, number>()
    for (const pair of node.items) {
      const keyNode = pair.key as ParsedNode
      const inner = pair.value as ParsedNode | null
      const key = keyOf(keyNode)
      const offset = keyNode.range[0]
      if (key === undefined) {
        fail(
          'a key must be a plain word',
          offset,
          'a map or a list cannot be a key; a value that begins with { or [ needs quotes',
        )
        continue
      }
      if (key.length > limits.keyLength)
        throw new Stop(
          `a key has more than ${limits.keyLength} characters`,
          offset,
          'look for a missing colon or quote',
        )
      if (key === '__proto__') {
        fail('"__proto__" cannot be a key', offset, 'take it out')
        continue
      }
      if (key === '<<' && inner !== null) {
        merge(out, inner, pointer, depth)
        continue
      }
      const first = own.get(key)
      if (first !== undefined) {
        fail(`the key ${brief(key)} stands here twice`, offset, `its first place is line ${first}; keep one of them`)
        continue
      }
      const here = spot(offset)
      own.set(key, here[0])
      if (merged && Object.hasOwn(out, key)) continue
      const path = `${pointer}/${key}`
      positions[`${path}#key`] = here
      positions[path] = here
      out[key] = inner === null ? null : value(inner, path, depth + 1)
    }
    return out
  }

  function merge(out: Record<string, unknown>, node: ParsedNode, pointer: string, depth: number): void {
    spend(node, depth)
    if (isAlias(node)) inside(node, (target) => merge(out, target, pointer, depth + 1))
    else if (isSeq(node)) for (const item of node.items) merge(out, item as ParsedNode, pointer, depth + 1)
    else if (isMap(node)) fill(out, node, pointer, depth, true)
    else
      fail(
        `<< needs a map, not ${shown(isScalar(node) ? node.value : undefined)}`,
        node.range[0],
        'an alias of a map, such as <<: *defaults',
      )
  }

  function spot(offset: number): readonly [number, number] {
    const { line, col } = at(offset)
    return [Math.max(1, line), Math.max(1, col)]
  }
}

function keyOf(node: ParsedNode): string | undefined {
  if (!isScalar(node)) return undefined
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
}

/** The parser's faults in our words; its own words, in short, where we have none. */
function tell(code: ErrorCode, message: string): { readonly message: string; readonly hint: string } {
  if (/closing .?quote/.test(message)) {
    return { message: 'a quote is not closed', hint: 'close it, or take the opening one away' }
  }
  if (/and end with a [\]}]/.test(message)) {
    return {
      message: 'a bracket is not closed',
      hint: 'close it; its lines must be indented deeper than the key before it',
    }
  }
  const known: Partial<Record<ErrorCode, { readonly message: string; readonly hint: string }>> = {
    TAB_AS_INDENT: {
      message: 'a tab stands where spaces indent',
      hint: 'YAML indents with spaces only; replace the tab by two spaces',
    },
    BAD_INDENT: {
      message: 'the indentation does not fit',
      hint: 'keys of one map begin in the same column; items of one list too',
    },
    MULTILINE_IMPLICIT_KEY: {
      message: 'a key goes over several lines',
      hint: 'look for a missing colon or quote on this line or the one before',
    },
    BLOCK_AS_IMPLICIT_KEY: {
      message: 'a map or list begins on the line of another key',
      hint: 'put it on its own line, or put quotes around a value that holds ": "',
    },
    DUPLICATE_KEY: { message: 'a key stands twice in one map', hint: 'keep one of them' },
    BAD_DQ_ESCAPE: {
      message: 'the escape in the double-quoted text is unknown',
      hint: 'write \\\\ for a backslash, or use single quotes',
    },
    BAD_SCALAR_START: { message: 'a value cannot begin with this character', hint: 'put the value in quotes' },
    TAG_RESOLVE_FAILED: {
      message: 'a tag (!...) is not understood',
      hint: 'take the tag out; only plain YAML is read',
    },
    BAD_DIRECTIVE: { message: 'a directive (%...) is not understood', hint: 'take it out' },
    BAD_ALIAS: {
      message: 'an alias (*...) or anchor (&...) has no proper name',
      hint: 'put a value that begins with * or & in quotes',
    },
    KEY_OVER_1024_CHARS: {
      message: `a key has more than ${limits.keyLength} characters`,
      hint: 'look for a missing colon or quote',
    },
    RESOURCE_EXHAUSTION: {
      message: 'the YAML is nested too deep',
      hint: `maps and lists may lie inside each other ${limits.depth} times`,
    },
  }
  return (
    known[code] ?? {
      message: `not YAML: ${brief(message.split('\n')[0] ?? code, 200)}`,
      hint: 'look for a missing quote, bracket, colon or space on this line or the one before',
    }
  )
}
