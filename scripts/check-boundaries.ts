// Checks who imports whom (.dependency-cruiser.mjs has the rules) and prints the rule's reason at each breach. A checker that
// read nothing also finds nothing: with a TypeScript it does not know, dependency-cruiser says "no violations (0 modules)".
// So this fails as well when it saw fewer modules than there are files, or a file that no law covers.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cruise } from 'dependency-cruiser'
import extractOptions from 'dependency-cruiser/config-utl/extract-depcruise-options'

interface Breach {
  readonly rule: string
  readonly from: string
  readonly to: string
  readonly why: string
}

interface Boundaries {
  readonly seen: readonly string[]
  /** files of src/ that the checker did not read, tests aside */
  readonly unseen: readonly string[]
  /** files of src/ that no rule named `*-sees` speaks of */
  readonly lawless: readonly string[]
  readonly breaches: readonly Breach[]
}

export async function boundaries(root: string): Promise<Boundaries> {
  const options = await extractOptions(fileURLToPath(new URL('../.dependency-cruiser.mjs', import.meta.url)))
  const { output } = await cruise(['src'], { ...options, baseDir: root, validate: true })
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered with text: ${output}`)

  const rules = options.ruleSet?.forbidden ?? []
  const whyOf = new Map(rules.map((rule) => [rule.name, rule.comment]))
  const laws = rules.filter((rule) => rule.name?.endsWith('-sees')).map((rule) => new RegExp(String(rule.from.path)))
  const files = sourceFiles(root)
  const seen = new Set(output.modules.map((module) => module.source))
  return {
    seen: files.filter((file) => seen.has(file)),
    unseen: files.filter((file) => !seen.has(file)),
    lawless: files.filter((file) => !laws.some((law) => law.test(file))),
    breaches: output.summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to: cycle ? cycle.map((step) => step.name).join(' -> ') : to,
      why: whyOf.get(rule.name) ?? '',
    })),
  }
}

function sourceFiles(root: string): readonly string[] {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|case)\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

async function main(): Promise<void> {
  const { seen, unseen, lawless, breaches } = await boundaries(process.cwd())
  for (const { rule, from, to, why } of breaches) console.error(`error ${rule}\n  ${from} -> ${to}\n  why   ${why}`)
  if (unseen.length > 0) console.error(`error not read by dependency-cruiser: ${unseen.join(', ')}`)
  if (lawless.length > 0)
    console.error(`error no law in .dependency-cruiser.mjs says what may be imported by: ${lawless.join(', ')}`)
  if (seen.length === 0)
    console.error('error dependency-cruiser saw no modules in src/: a check of nothing proves nothing')
  console.error(`${seen.length} modules, ${breaches.length} breaches`)
  if (breaches.length + unseen.length + lawless.length > 0 || seen.length === 0) process.exitCode = 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
