// The cloud of an example as a process of its own, with the Kubernetes APIs of its clusters and a stand-in for helm, so that the command
// itself can be tried by hand: `npm run fake:cloud -- federation` prints what to put into the environment of a shell, and ends with Ctrl-C.
// POST /_fake/… is told things as in test/aws/serve.ts.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { control } from '../aws/serve.ts'
import type { Example } from '../example.case.ts'
import { cloudFor } from './fleets.case.ts'

const { clouds, env, stop, giveGitSecret } = await cloudFor((process.argv[2] ?? 'federation') as Example, {
  millisecondsPerResource: 40,
  beside: control(() => process.kill(process.pid, 'SIGTERM')),
})

/** As a program, since whoever installs charts runs one. */
const bin = join(clouds.folder, 'bin')
mkdirSync(bin)
await build({
  ...{ entryPoints: [fileURLToPath(new URL('helm-program.ts', import.meta.url))], outfile: join(bin, 'helm.mjs') },
  ...{ bundle: true, format: 'esm', platform: 'node', logLevel: 'error' },
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; var require = requireFrom(import.meta.url);",
  },
})
writeFileSync(join(bin, 'helm'), `#!/bin/sh\nexec '${process.execPath}' '${join(bin, 'helm.mjs')}' "$@"\n`)
chmodSync(join(bin, 'helm'), 0o755)

const variables = {
  ...clouds.fake.env,
  ...env,
  PATH: [bin, process.env.PATH].join(delimiter),
  SKERRY_STATE: join(clouds.folder, 'state'),
  SKERRY_POLL_MS: '200',
}
for (const [name, value] of Object.entries(variables)) process.stdout.write(`export ${name}='${value}'\n`)
// the Secret for Git, whenever a person would put it there
process.on('SIGUSR2', giveGitSecret)
process.once('SIGINT', () => void stop().then(() => process.exit(0)))
process.once('SIGTERM', () => void stop().then(() => process.exit(0)))
