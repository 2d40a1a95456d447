// Bundles the command line, the library and the process outside (worlds/local) into dist/, packages included: one file to read instead of hundreds makes a cold
// start fast. What is imported by `import()` becomes a chunk of its own and is read only when needed. Declarations are made
// apart (`npm run build:types`), since they take longer than all of this. A failed build leaves the old dist/ as it was.
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))))
const started = new Date()
const fresh = `.skerry/dist-${process.pid}`
const old = `.skerry/dist-${process.pid}-old`

// Packages written as CommonJS call require(), which an ES module does not have. `var`, so that a source file may say the same.
const banner = "import { createRequire as requireFrom } from 'node:module'; var require = requireFrom(import.meta.url);"

try {
  await build({
    entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts', outside: 'src/worlds/local/outside/main.ts' },
    outdir: fresh,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: banner },
    legalComments: 'eof',
    logLevel: 'warning',
  })
} catch {
  // esbuild has said what is wrong, with file and line
  rmSync(fresh, { recursive: true, force: true })
  process.exit(1)
}
makeExecutable(`${fresh}/cli.js`)
utimesSync(`${fresh}/cli.js`, started, started)
swap()

function makeExecutable(file: string): void {
  const text = readFileSync(file, 'utf8')
  if (!text.startsWith('#!')) writeFileSync(file, `#!/usr/bin/env node\n${text}`)
  chmodSync(file, 0o755)
}

/** Two builds at once: each swaps a whole dist/ in, and the later one stays. */
function swap(): void {
  for (let tries = 1; ; tries++) {
    if (existsSync('dist')) renameSync('dist', old)
    rmSync(old, { recursive: true, force: true })
    try {
      renameSync(fresh, 'dist')
      return
    } catch (error) {
      if (tries === 5) throw error
    }
  }
}
