// A fleet written as code: `fleet.ts` and its kin. Node 20 reads no TypeScript, so jiti does; it is loaded only when such a file is named,
// and only a file that somebody named is ever run.

import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { Refusal } from '../model/refusal.ts'
import { brief, visible } from '../model/visible.ts'
import { defineFleet } from './define.ts'
import { inside } from './document.ts'
import type { SourceText } from './documents.ts'
import { frame } from './frame.ts'
import { printDocuments } from './print.ts'

export const isCode = (file: string): boolean => /\.[mc]?[jt]s$/.test(file)

/** The documents of the file, as YAML: positions and frames are those of the printed text. */
export async function loadCode(file: string, path: string, text: string): Promise<SourceText> {
  const exported = await run(file, path, text)
  const made = await settled(file, path, text, exported)
  const documents = Array.isArray(made) ? (made as readonly unknown[]) : [made]
  if (
    made === undefined ||
    made === null ||
    documents.some((document) => typeof document !== 'object' || document === null)
  ) {
    throw refused(
      file,
      `${visible(file)} exports no documents`,
      "write export default defineFleet({ kind: 'Fleet', ... })",
    )
  }
  const printed = printDocuments(documents)
  if ('wrong' in printed) {
    throw refused(
      file,
      `${visible(file)} holds ${printed.wrong} at ${brief(printed.path.join('.'), 200)}`,
      'documents are plain data: text, numbers, booleans, lists and maps',
    )
  }
  return { file: `${file} (as YAML)`, text: printed.text, folder: dirname(file) }
}

async function run(file: string, path: string, text: string): Promise<unknown> {
  // by require, because it must not be bundled: it looks for its compiler beside itself
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  // what `import { defineFleet } from 'skerry'` means there, wherever skerry is installed
  const virtualModules = { skerry: { defineFleet } }
  const jiti = createJiti(import.meta.url, { moduleCache: false, fsCache: false, interopDefault: true, virtualModules })
  try {
    const module: unknown = await jiti.import(path)
    if (inside(module, 'default') !== undefined) return inside(module, 'default')
    // CommonJS has no default: there the module is what it exports
    return Array.isArray(module) || typeof module === 'function' || inside(module, 'kind') !== undefined
      ? module
      : undefined
  } catch (error) {
    throw failed(file, path, text, error)
  }
}

/** A function is called, a promise awaited. */
async function settled(file: string, path: string, text: string, exported: unknown): Promise<unknown> {
  try {
    return await (typeof exported === 'function' ? (exported as () => unknown)() : exported)
  } catch (error) {
    throw failed(file, path, text, error)
  }
}

function failed(file: string, path: string, text: string, error: unknown): Refusal {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  const reason = line.replace(/^\w*Error: /, '').trim()
  const spot = spotIn(path, error)
  const lines = spot === undefined ? undefined : frame(text, spot.line, spot.column)
  const message = `${visible(file)} could not be run: ${brief(reason.replaceAll(path, file), 200)}`
  const hint = 'mend the code; it runs as it would with node'
  return new Refusal('input', message, hint, [
    {
      message,
      hint,
      at: { file: visible(file), line: spot?.line ?? 1, column: spot?.column ?? 1 },
      ...(lines !== undefined && { frame: lines }),
    },
  ])
}

/** The first place in the file itself that the error names. */
function spotIn(path: string, error: unknown): { readonly line: number; readonly column: number } | undefined {
  if (!(error instanceof Error)) return undefined
  const texts = [error.stack ?? '', error.message]
  for (const text of texts) {
    for (const line of text.split('\n')) {
      const at = line.indexOf(path)
      const found = at < 0 ? undefined : /^:(\d+):(\d+)/.exec(line.slice(at + path.length))
      if (found !== undefined && found !== null) return { line: Number(found[1]), column: Number(found[2]) }
    }
  }
  return undefined
}

function refused(file: string, message: string, hint: string): Refusal {
  return new Refusal('input', message, hint, [{ message, hint, at: { file: visible(file), line: 1, column: 1 } }])
}
