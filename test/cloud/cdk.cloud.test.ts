// The command line of the CDK takes what is written, as a user's own pipeline would: it lists the stacks, makes all of them in the fake
// cloud, and takes them away again.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { cloudFormationFiles } from '../../src/artefacts/cloudformation/assembly.ts'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { deployPolicy } from '../../src/artefacts/policy/deploy-policy.ts'
import { readFleet } from '../../src/fleet/read.ts'
import type { Plan } from '../../src/model/plan.ts'
import { plan } from '../../src/plan/index.ts'
import type { FakeAws } from '../aws/server.ts'
import { startFakeAws } from '../aws/server.ts'
import { allows, iamAction } from './allows.ts'

const folders: string[] = []
const clouds: FakeAws[] = []

afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.stop()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The assembly in a folder of its own, and the command beside it: no telemetry, no look for a newer version, nothing of this account. */
function cdkOn(made: Plan, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-cdk-'))
  folders.push(folder)
  for (const { path, text } of cloudFormationFiles(made)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return async (...args: readonly string[]): Promise<string> => {
    const whole = [...args, '--app', join(folder, 'aws'), '--no-notices']
    const options = {
      env: {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        CDK_HOME: folder,
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        CI: 'true',
        ...env,
      },
      maxBuffer: 64 * 1_048_576,
    }
    return await new Promise((resolve, reject) => {
      execFile('node_modules/.bin/cdk', whole, options, (error, stdout, stderr) =>
        error === null ? resolve(`${stdout}${args[0] === 'list' ? '' : stderr}`) : reject(error),
      )
    })
  }
}

test.each(['local-zone', 'wavelength', 'recovery', 'federation'])(
  '[seed 84] the command line of the CDK takes what is written for %s, and lists its stacks in an order that holds',
  async (example) => {
    const made = plan(await readFleet([`examples/${example}`]))
    const listed = (await cdkOn(made)('list')).trim().split('\n')
    const stacks = stacksOf(made)
    expect([...listed].sort()).toEqual(stacks.map(({ name }) => name).sort())
    for (const { name, needs } of stacks)
      for (const need of needs)
        expect(listed.indexOf(need), `${need} before ${name}`).toBeLessThan(listed.indexOf(name))
  },
  120_000,
)

const types = (template: object): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries((template as { Resources: Record<string, { Type: string }> }).Resources).map(([id, { Type }]) => [
      id,
      Type,
    ]),
  )

test('cdk deploy makes every stack of local-zone with every resource of its template, and cdk destroy leaves nothing', async () => {
  const made = plan(await readFleet(['examples/local-zone']))
  const stacks = stacksOf(made)
  const cloud = await startFakeAws({ optedIn: ['us-west-2-lax-1'] })
  clouds.push(cloud)
  const [zone] = made.fleet.dnsZones
  await cloud.state.add('AWS::Route53::HostedZone', { Name: zone?.name }, { id: zone?.existing?.hostedZoneId ?? '' })
  const before = cloud.state.resources().map(({ id }) => id)
  const cdk = cdkOn(made, cloud.env)
  // the names of load balancers that the controller makes are parameters
  const parameters = stacks.flatMap(({ name, template }) =>
    Object.entries(template.Parameters ?? {}).flatMap(([id, { Default }]) =>
      Default === undefined
        ? ['--parameters', `${name}:${id}=${id.endsWith('ZoneID') ? 'Z1H1FL5HABSF5' : 'one.example.net'}`]
        : [],
    ),
  )

  const deployed = await cdk('deploy', '--all', '--require-approval', 'never', '--concurrency', '4', ...parameters)
  expect(deployed).not.toMatch(/❌|failed/i)
  expect(
    cloud.state
      .stacks()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(stacks.map(({ name }) => name).sort())
  for (const { name, template, account, region } of stacks) {
    const stack = cloud.state.stacks().find((it) => it.name === name)
    expect(stack, name).toMatchObject({ status: 'CREATE_COMPLETE', account, region })
    const there = [...(stack?.resources.values() ?? [])]
    expect(Object.fromEntries(there.map(({ logicalId, type }) => [logicalId, type]))).toEqual(types(template))
    for (const { physicalId, status } of there) {
      expect(status).toBe('CREATE_COMPLETE')
      expect(cloud.state.resource(physicalId ?? ''), `${name}: ${physicalId}`).toBeDefined()
    }
  }

  await cdk('destroy', '--all', '--force')
  expect(cloud.state.stacks().filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([])
  expect(cloud.state.resources().map(({ id }) => id)).toEqual(before)

  const policies = deployPolicy(made)
  const asked = [...new Set(cloud.calls.map(({ service, action }) => iamAction(service, action)))]
  expect(asked.filter((action) => !allows(policies, action))).toEqual([])
}, 600_000)
