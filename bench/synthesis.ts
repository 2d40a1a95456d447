// How long the templates of AWS take: the four examples together, and 1,000 edge sites of four shapes. `npm run bench:synthesis`.
//
// Each row is a process of its own, from the start of Node to the last byte of an assembly on disk, compiled as the program is: what a
// person waits for. The peer is @aws-quickstart/eks-blueprints with one cluster, two add-ons, measured the same way in the same run; it
// is some 520 MB, so it is installed only with --blueprints (once, into the temporary folder), and else said to be left out.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { cloudFormationFiles } from '../src/artefacts/cloudformation/assembly.ts'
import { keepHeapSmall } from '../src/cli/small-heap.ts'
import { fleetFrom } from '../src/fleet/from.ts'
import { readFleet } from '../src/fleet/read.ts'
import type { Plan } from '../src/model/plan.ts'
import { plan } from '../src/plan/index.ts'

const zones = [
  { place: 'localZone: us-west-2-lax-1a', cluster: 'west' },
  { place: 'localZone: us-west-2-den-1a', cluster: 'west' },
  { place: 'wavelength: us-east-1-wl1-bos-wlz-1', cluster: 'east' },
  { place: 'wavelength: us-east-1-wl1-nyc-wlz-1', cluster: 'east' },
]

/** Local Zone and Wavelength sites, each with a pool of one of four shapes. */
function edge(sites: number): Plan {
  const shapes = [
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.xlarge], volumeType: gp2 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2, replicas: 3 }',
    '{ name: n, kind: selfManaged, instanceTypes: [t3.medium], volumeType: gp2, labels: { tier: edge } }',
  ]
  const rows = Array.from({ length: sites }, (_, index) => {
    const zone = zones[index % 4]
    return `  - { name: site-${index}, place: { ${zone?.place} }, cluster: ${zone?.cluster}, nodePools: [${shapes[index % 4]}] }`
  })
  return plan(
    fleetFrom(`apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: edge }
networks: [{ name: west, region: us-west-2, cidr: 10.0.0.0/16 }, { name: east, region: us-east-1, cidr: 10.1.0.0/16 }]
clusters: [{ name: west, network: west, eks: { version: "1.35" } }, { name: east, network: east, eks: { version: "1.35" } }]
sites:
  - { name: west, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: n, instanceTypes: [m5.large] }] }
  - { name: east, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: n, instanceTypes: [m5.large] }] }
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

/** In the child: the time of synthesis alone, after the fleet is read and planned. */
async function synthesise(what: string, folder: string): Promise<void> {
  const plans = await plansOf(what)
  const held = process.memoryUsage().rss
  const before = process.cpuUsage()
  const began = performance.now()
  let files = 0
  for (const [index, made] of plans.entries())
    for (const { path, text } of cloudFormationFiles(made)) {
      const file = join(folder, String(index), path)
      if (files === 0 || path.endsWith('manifest.json') || index > 0) mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      files += 1
    }
  const { user, system } = process.cpuUsage(before)
  tell({
    files,
    synthesisSeconds: (performance.now() - began) / 1_000,
    synthesisCpuSeconds: (user + system) / 1e6,
    addedMegabytes: (process.memoryUsage().rss - held) / 1e6,
  })
}

const tell = (row: object): void => {
  const { user, system } = process.cpuUsage()
  console.log(
    JSON.stringify({
      ...row,
      cpuSeconds: (user + system) / 1e6,
      megabytes: (process.resourceUsage().maxRSS * 1_024) / 1e6,
    }),
  )
}

const peer = {
  folder: join(tmpdir(), 'skerry-bench-eks-blueprints-1.19.0'),
  install: ['@aws-quickstart/eks-blueprints@1.19.0', 'aws-cdk-lib@2.261.0', 'constructs@10.8.1'],
  program: `const blueprints = require('@aws-quickstart/eks-blueprints')
const { App } = require('aws-cdk-lib')
const app = new App({ outdir: process.argv[2], analyticsReporting: false, treeMetadata: false })
const { AwsLoadBalancerControllerAddOn, FluxCDAddOn } = blueprints.addons
blueprints.EksBlueprint.builder().account('111122223333').region('us-west-2').version('auto')
  .addOns(new AwsLoadBalancerControllerAddOn(), new FluxCDAddOn()).build(app, 'blueprint')
app.synth()
const { user, system } = process.cpuUsage()
console.log(JSON.stringify({ files: 3, cpuSeconds: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS * 1024 / 1e6 }))
`,
}

function installPeer(): string {
  const program = join(peer.folder, 'one.cjs')
  mkdirSync(peer.folder, { recursive: true })
  writeFileSync(join(peer.folder, 'package.json'), '{ "private": true }\n')
  writeFileSync(program, peer.program)
  if (!existsSync(join(peer.folder, 'node_modules/@aws-quickstart/eks-blueprints/package.json'))) {
    console.error(`installing ${peer.install.join(' ')} into ${peer.folder}`)
    const { status, stderr } = spawnSync('npm', ['install', '--no-audit', '--no-fund', ...peer.install], {
      cwd: peer.folder,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(stderr)
  }
  return program
}

interface Row {
  readonly files: number
  readonly cpuSeconds: number
  readonly megabytes: number
  readonly synthesisSeconds?: number
  readonly synthesisCpuSeconds?: number
  readonly addedMegabytes?: number
}

/** The best of three: a busy machine only makes it slower. */
function best(program: string, args: (folder: string) => readonly string[]): Row & { readonly wallSeconds: number } {
  const rows = Array.from({ length: 3 }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-synthesis-'))
    const began = performance.now()
    const { stdout, stderr, status } = spawnSync(process.execPath, [program, ...args(folder)], { encoding: 'utf8' })
    const wallSeconds = (performance.now() - began) / 1_000
    rmSync(folder, { recursive: true })
    if (status !== 0) throw new Error(stderr)
    return { ...(JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Row), wallSeconds }
  })
  const least = (of: (row: (typeof rows)[number]) => number | undefined): number =>
    Math.min(...rows.map((row) => of(row) ?? Number.POSITIVE_INFINITY))
  return {
    files: rows[0]?.files ?? 0,
    wallSeconds: least((row) => row.wallSeconds),
    cpuSeconds: least((row) => row.cpuSeconds),
    megabytes: least((row) => row.megabytes),
    synthesisSeconds: least((row) => row.synthesisSeconds),
    synthesisCpuSeconds: least((row) => row.synthesisCpuSeconds),
    addedMegabytes: least((row) => row.addedMegabytes),
  }
}

const [mode = '', ...more] = process.argv.slice(2)
if (mode === 'child') {
  // as `plan --out` does
  keepHeapSmall()
  await synthesise(more[0] ?? '', more[1] ?? '')
} else {
  const folder = join('node_modules', '.cache', 'skerry-bench')
  const program = join(folder, 'synthesis.mjs')
  mkdirSync(folder, { recursive: true })
  await build({
    entryPoints: [fileURLToPath(import.meta.url)],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    // as in the program: the CDK stays outside, and is loaded when a template is wanted
    external: ['aws-cdk-lib', 'aws-cdk-lib/*', 'constructs', 'esbuild', 'jiti'],
    banner: {
      js: "import { createRequire as __require } from 'node:module'; const require = __require(import.meta.url);",
    },
    logLevel: 'error',
  })
  const seconds = (value: number | undefined) =>
    (value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(2)).padStart(8)
  console.log(
    `${'best of three, seconds and MB'.padEnd(46)}${['files', 'wall', 'CPU', 'memory', 'of it synthesis: wall', 'CPU', 'memory +'].map((it) => it.padStart(it.startsWith('of') ? 24 : 9)).join('')}`,
  )
  const print = (what: string, row: ReturnType<typeof best>): void =>
    console.log(
      `${what.padEnd(46)}${String(row.files).padStart(9)} ${seconds(row.wallSeconds)} ${seconds(row.cpuSeconds)}${row.megabytes.toFixed(0).padStart(9)}                ${seconds(row.synthesisSeconds)} ${seconds(row.synthesisCpuSeconds)}${(Number.isFinite(row.addedMegabytes ?? Number.NaN) ? (row.addedMegabytes ?? 0).toFixed(0) : '-').padStart(9)}`,
    )
  for (const [what, title] of [
    ['examples', 'the four examples of AWS'],
    ['1', 'one edge site, two clusters'],
    ['1000', '1,000 sites of four shapes'],
  ] as const)
    print(
      title,
      best(program, (out) => ['child', what, out]),
    )
  if (mode === '--blueprints')
    print(
      'eks-blueprints 1.19.0, one cluster, two add-ons',
      best(installPeer(), (out) => [out]),
    )
  else console.log('eks-blueprints 1.19.0 is left out: npm run bench:synthesis -- --blueprints')
}
