// Completes package-lock.json with the binaries of other machines. Some tools come as one package per platform, listed as optional.
// A registry mirror that holds only some of them makes npm leave the others out of the lock file without a word, and then `npm ci`
// refuses it. Such an entry gets its version from the package that asks for it, and no checksum, since nobody here could see it.
// Run by hand after an install that test/dependencies.test.ts complains about: npm run lock:platforms
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

interface Entry {
  readonly version?: string
  readonly optional?: boolean
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
interface Lock {
  packages: Record<string, Entry>
}

/** The entries that are asked for and not there, by their path. */
export function missingPlatforms(lock: Lock): Readonly<Record<string, Entry>> {
  const missing = Object.entries(lock.packages).flatMap(([path, { dev, optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`])
      .map(([name, version]) => [
        `node_modules/${name}`,
        { version, ...platformOf(name), ...(dev && { dev }), optional: true },
      ]),
  )
  return Object.fromEntries(missing)
}

/** By the habit of such packages: `@biomejs/cli-linux-x64-musl`. Without it npm would fetch every platform's binary. */
function platformOf(name: string): { os?: readonly string[]; cpu?: readonly string[]; libc?: readonly string[] } {
  const [, os, cpu, libc] =
    /-(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|win32)-(arm64|arm|ia32|loong64|ppc64|riscv64|s390x|x64)(?:-(gnu|musl))?/.exec(
      name,
    ) ?? []
  if (!os || !cpu) return {}
  return { os: [os], cpu: [cpu], ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }) }
}

function main(): void {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const missing = missingPlatforms(lock)
  const packages = Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => a.localeCompare(b, 'en'))
  writeFileSync(
    'package-lock.json',
    `${JSON.stringify({ ...lock, packages: Object.fromEntries(packages) }, null, 2)}\n`,
  )
  console.log(`${Object.keys(missing).length} entries added to package-lock.json`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
