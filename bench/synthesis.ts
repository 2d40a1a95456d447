// How long the templates of AWS take: the four examples together, and 1,000 edge sites of four shapes. `npm run bench:synthesis`.
//
// The peer is JSON alone: writing the finished templates out again, which whatever makes them must do too.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Artefact } from '../src/artefacts/artefact.ts'
import { cloudFormationFiles } from '../src/artefacts/cloudformation/assembly.ts'
import { fleetFrom } from '../src/fleet/from.ts'
import { readFleet } from '../src/fleet/read.ts'
import type { Plan } from '../src/model/plan.ts'
import { plan } from '../src/plan/index.ts'

const zones = ['us-west-2-lax-1a', 'us-west-2-lax-1b', 'us-west-2-den-1a', 'us-west-2-las-1a']

/** Each site with a pool of one of four shapes. */
function edge(sites: number): Plan {
  const shapes = [
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.xlarge], volumeType: gp2 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2, replicas: 3 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2, labels: { tier: edge } }',
  ]
  const rows = Array.from(
    { length: sites },
    (_, index) =>
      `  - { name: site-${index}, place: { localZone: ${zones[index % 4]} }, cluster: west, nodePools: [${shapes[index % 4]}] }`,
  )
  return plan(
    fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: edge }
networks: [{ name: main, region: us-west-2, cidr: 10.0.0.0/16 }]
clusters: [{ name: west, network: main, eks: { version: "1.35" } }]
sites:
  - { name: west, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: n, instanceTypes: [m5.large] }] }
${rows.join('\n')}
`),
  )
}

async function plansOf(what: string): Promise<readonly Plan[]> {
  if (what === 'examples')
    return Promise.all(
      ['local-zone', 'recovery', 'federation', 'wavelength'].map(async (name) =>
        plan(await readFleet([`examples/${name}`])),
      ),
    )
  return [edge(Number(what))]
}

async function measured(what: string): Promise<void> {
  const plans = await plansOf(what)
  const before = process.memoryUsage().rss
  const began = performance.now()
  const files: readonly Artefact[] = plans.flatMap((it) => cloudFormationFiles(it))
  const milliseconds = performance.now() - began
  const parsed = files.filter(({ path }) => path.endsWith('.json')).map(({ text }) => JSON.parse(text) as unknown)
  const again = performance.now()
  const bytes = parsed.reduce((sum: number, it) => sum + JSON.stringify(it, undefined, 1).length, 0)
  const peer = performance.now() - again
  console.log(
    `${what.padStart(8)}  ${String(files.length).padStart(5)} files  ${milliseconds.toFixed(0).padStart(5)} ms, cold  ${(bytes / 1024).toFixed(0).padStart(6)} KiB  memory + ${((process.memoryUsage().rss - before) / 1_048_576).toFixed(0)} MiB  ${(milliseconds / peer).toFixed(0)} × writing the JSON`,
  )
}

const [what] = process.argv.slice(2)
if (what !== undefined) await measured(what)
else
  for (const each of ['examples', '100', '1000']) {
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(import.meta.url), each],
      {
        encoding: 'utf8',
      },
    )
    if (status !== 0) throw new Error(stderr)
    process.stdout.write(stdout)
  }
