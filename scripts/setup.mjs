// Makes a fresh clone ready: installs what package-lock.json says and builds dist/, each only when needed. `npm start`,
// `npm test` and `npm run check` begin here. Plain JavaScript with no package, because it runs before any package is there.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { locked } from './lock.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const inRoot = (path) => join(root, path)

refuseOldNode()
if (!installed() || !built()) {
  // two set-ups at once take turns, and the second finds the work done
  await locked(inRoot('.skerry/setup.lock'), say, () => {
    if (!installed())
      timed('installing packages', npm, ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
    if (!built()) timed('building', process.execPath, ['--import', 'tsx', inRoot('scripts/build.ts')])
  })
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 20)) return
  say(`skerry needs Node 20.20 or newer; this is ${process.versions.node}`)
  process.exit(3)
}

/** What npm wrote into node_modules is what the lock file asks for. An install that was cut off wrote nothing. */
function installed() {
  const there = packagesOf('node_modules/.package-lock.json')
  const wanted = packagesOf('package-lock.json')
  if (!there) return false
  const missing = Object.entries(wanted).filter(
    ([path, { version, optional }]) => there[path]?.version !== version && !(optional && !there[path]),
  )
  return missing.length === 0 && Object.keys(there).every((path) => path in wanted)
}

function packagesOf(path) {
  if (!existsSync(inRoot(path))) return undefined
  const { '': _self, ...packages } = JSON.parse(readFileSync(inRoot(path), 'utf8')).packages
  return packages
}

/** The build stamps dist/cli.js with the moment it began, so that a file saved while it ran counts as newer. */
function built() {
  if (!['cli', 'index', 'outside'].every((name) => existsSync(inRoot(`dist/${name}.js`)))) return false
  const builtAt = statSync(inRoot('dist/cli.js')).mtimeMs
  return ['src', 'scripts/build.ts', 'package.json', 'package-lock.json'].every(
    (path) => newest(inRoot(path)) <= builtAt,
  )
}

/** Folders count too: their time changes when a file is added or taken away. */
function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(
    stat.mtimeMs,
    ...readdirSync(path)
      .filter((name) => !/\.(test|case)\.ts$/.test(name))
      .map((name) => newest(join(path, name))),
  )
}

function timed(what, command, args) {
  say(`${what} ...`)
  const started = Date.now()
  // all output of the tools is progress, so it goes to stderr: stdout is for the answer
  const [file, ...rest] = typeof command === 'function' ? command(args) : [command, ...args]
  const { status, error } = spawnSync(file, rest, { cwd: root, stdio: ['ignore', 2, 2] })
  if (error || status !== 0) {
    say(`${what} failed${error ? `: ${error.message}` : ''}`)
    process.exit(4)
  }
  say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
}

/** npm tells its scripts where it is; run by hand, it is on the path. */
function npm(args) {
  const cli = process.env.npm_execpath
  return cli?.endsWith('npm-cli.js') ? [process.execPath, cli, ...args] : ['npm', ...args]
}

function say(text) {
  process.stderr.write(`setup: ${text}\n`)
}
