// The command line of the CDK takes what is written, as a user's own pipeline would: it lists the stacks, makes all of them in the fake
// cloud, and takes them away again.

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { cloudFormationFiles } from '../../src/artefacts/cloudformation/assembly.ts'
import type { StackFile } from '../../src/artefacts/cloudformation/stacks.ts'
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

afterAll(async () => {
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

const examples = ['local-zone', 'wavelength', 'recovery', 'federation']

test.each(examples)(
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

interface Asked {
  readonly stack: string
  readonly output: string
  readonly region: string
}

/** What a template asks other stacks for: the name of a stack is its own parameter where pools are alike. */
function askedFor({ template, region }: StackFile): readonly Asked[] {
  const parameters = template.Parameters ?? {}
  const text = (value: unknown): string =>
    typeof value === 'string' ? value : (parameters[(value as { Ref: string }).Ref]?.Default ?? '')
  const asked: Asked[] = []
  JSON.stringify(template, (key, value) => {
    if (key === 'Fn::GetStackOutput')
      asked.push({ stack: text(value.StackName), output: text(value.OutputName), region: value.Region ?? region })
    return value
  })
  return asked
}

/** What machines are told at their start is in base64. */
const withUserData = (json: string): string =>
  json.replaceAll(/"UserData":"([^"]*)"/g, (_, data: string) => Buffer.from(data, 'base64').toString())

// at the same time: most of it is the command's own waiting
test.concurrent.each(examples)(
  'cdk deploy makes every stack of %s with every resource of its template and what it asks of other stacks, and cdk destroy leaves nothing',
  async (example) => {
    const made = plan(await readFleet([`examples/${example}`]))
    const stacks = stacksOf(made)
    const cloud = await startFakeAws({
      optedIn: ['us-west-2-lax-1', 'us-east-1-wl1'],
      quotas: { 'ec2/L-0263D0A3': 50, 'ec2/L-1216C47A': 500 },
    })
    clouds.push(cloud)
    for (const { name, existing } of made.fleet.dnsZones)
      if (existing !== undefined)
        await cloud.state.add('AWS::Route53::HostedZone', { Name: name }, { id: existing.hostedZoneId })
    const before = cloud.state.resources().map(({ id }) => id)
    const cdk = cdkOn(made, cloud.env)
    // the names of load balancers that the controller makes are parameters
    const parameters = stacks.flatMap(({ name, template }) =>
      Object.entries(template.Parameters ?? {}).flatMap(([id, { Default }]) =>
        Default === undefined ? ['--parameters', `${name}:${id}=${givenFor(id)}`] : [],
      ),
    )

    const deployed = await cdk('deploy', '--all', '--require-approval', 'never', '--concurrency', '4', ...parameters)
    expect(deployed).not.toMatch(/❌|failed/i)
    const there = new Map(cloud.state.stacks().map((stack) => [stack.name, stack]))
    expect([...there.keys()].sort()).toEqual(stacks.map(({ name }) => name).sort())
    for (const file of stacks) {
      const stack = there.get(file.name)
      expect(stack, file.name).toMatchObject({
        status: 'CREATE_COMPLETE',
        account: file.account,
        region: file.region,
      })
      const parts = [...(stack?.resources.values() ?? [])]
      expect(Object.fromEntries(parts.map(({ logicalId, type }) => [logicalId, type]))).toEqual(types(file.template))
      const standing = parts.map(({ physicalId, status }) => {
        expect(status).toBe('CREATE_COMPLETE')
        const resource = cloud.state.resource(physicalId ?? '')
        expect(resource, `${file.name}: ${physicalId}`).toBeDefined()
        return resource?.properties
      })
      // what travels from stack to stack, within a Region and across, has arrived
      const told = withUserData(JSON.stringify([standing, stack?.outputs]))
      expect(told).not.toContain('Fn::')
      for (const { stack: from, output, region } of askedFor(file)) {
        const giver = there.get(from)
        expect(file.needs, `${file.name} before ${from}`).toContain(from)
        expect(giver?.region, `${file.name} asks ${from}`).toBe(region)
        expect(told, `${file.name} asks ${from} for ${output}`).toContain(
          giver?.outputs.find(({ key }) => key === output)?.value ?? 'no output',
        )
      }
    }

    await cdk('destroy', '--all', '--force', '--concurrency', '4')
    expect(cloud.state.stacks().filter(({ status }) => status !== 'DELETE_COMPLETE')).toEqual([])
    expect(cloud.state.resources().map(({ id }) => id)).toEqual(before)

    const policies = deployPolicy(made)
    const asked = [...new Set(cloud.calls.map(({ service, action }) => iamAction(service, action)))]
    expect(asked.filter((action) => !allows(policies, action))).toEqual([])
  },
  600_000,
)

const givenFor = (parameter: string): string => {
  if (parameter.endsWith('ZoneID')) return 'Z1H1FL5HABSF5'
  return parameter.endsWith('Address') ? '198.51.100.7' : 'one.example.net'
}
