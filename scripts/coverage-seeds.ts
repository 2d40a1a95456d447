// Which facts of the seeds (the AWS articles skerry grew from, numbered 1-156) a test speaks of. A test says so in its title:
// `test('the zone is opted in first [seed 12, 15-18]', ...)`. Prints what no test names, then `N of 156 facts covered`.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const sections = [
  { name: 'Local Zone', from: 1, to: 46 },
  { name: 'portfolio', from: 47, to: 70 },
  { name: 'Karmada', from: 71, to: 90 },
  { name: 'Outposts and Flux', from: 91, to: 136 },
  { name: 'Wavelength', from: 137, to: 156 },
]
const last = 156

/** The titles of test(...) and it(...), also behind .each, .for, .skipIf and the like; skipped and planned tests prove nothing. */
export function titlesIn(source: string): readonly string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const title = node.arguments[0] && textOf(node.arguments[0])
      if (title !== undefined) titles.push(title)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile('titles.ts', source, ts.ScriptTarget.Latest))
  return titles
}

/** `test`, `test.only`, `test.each(rows)`; but not `test.each` itself, whose argument is the rows, nor `test.skip`. */
function isTest(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return callee.text === 'test' || callee.text === 'it'
  if (ts.isCallExpression(callee) || ts.isTaggedTemplateExpression(callee)) {
    const inner = ts.isCallExpression(callee) ? callee.expression : callee.tag
    return ts.isPropertyAccessExpression(inner) && isTest(inner.expression)
  }
  if (!ts.isPropertyAccessExpression(callee)) return false
  return ['only', 'concurrent', 'sequential', 'fails'].includes(callee.name.text) && isTest(callee.expression)
}

function textOf(title: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(title)) return title.text
  if (ts.isTemplateExpression(title))
    return [title.head, ...title.templateSpans.map((span) => span.literal)].map((part) => part.text).join('…')
  if (ts.isBinaryExpression(title)) return `${textOf(title.left) ?? ''}${textOf(title.right) ?? ''}`
  return undefined
}

/** The numbers a title names. Throws on a marker that cannot be read, so that a slip of the pen does not count as nothing. */
export function seedsOf(title: string): readonly number[] {
  return [...title.matchAll(/\[seeds?\b([^\]]*)\]?/gi)].flatMap(([marker, list = '']) => {
    if (!marker.endsWith(']')) throw new Error(`${marker} is not closed`)
    return list.split(',').flatMap((part) => {
      const [, from, to = from] = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part) ?? []
      const [first, end] = [Number(from), Number(to)]
      if (!(first >= 1 && end >= first && end <= last))
        throw new Error(`${marker} must hold numbers or ranges from 1 to ${last}`)
      return Array.from({ length: end - first + 1 }, (_, index) => first + index)
    })
  })
}

/** 1, 2, 3, 7 as `1-3, 7` */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: { from: number; to: number }[] = []
  for (const number of numbers) {
    const open = ranges.at(-1)
    if (open?.to === number - 1) open.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}

function main(): void {
  const covered = new Set<number>()
  for (const file of testFiles()) {
    for (const title of titlesIn(readFileSync(file, 'utf8'))) {
      try {
        for (const seed of seedsOf(title)) covered.add(seed)
      } catch (error) {
        console.error(`error ${file}: ${(error as Error).message}\n  in "${title}"`)
        process.exitCode = 1
      }
    }
  }
  for (const { name, from, to } of sections) {
    const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index)
    const open = numbers.filter((number) => !covered.has(number))
    const counts = `${numbers.length - open.length} of ${numbers.length}`
    console.log(`${name} (${from}-${to}): ${counts} covered${open.length > 0 ? `; not yet ${rangesOf(open)}` : ''}`)
  }
  console.log(`${covered.size} of ${last} facts covered`)
}

function testFiles(): readonly string[] {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(test|case)\.ts$/.test(name))
      .map((name) => join(folder, name)),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
