// The fake against what is deployed: every stack of the examples is made, each resource of each template, and nothing is left when they go.

import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation'
import { expect, test } from 'vitest'
import { stacksOf } from '../../src/artefacts/cloudformation/stacks.ts'
import { readFleet } from '../../src/fleet/read.ts'
import { plan } from '../../src/plan/index.ts'
import { asked, configOf, named } from './fake.case.ts'

/** What a person or another step fills in. */
const filledIn = (parameter: string): string =>
  /HostedZone/i.test(parameter)
    ? 'Z1H1FL5HABSF5'
    : /LocalGateway/.test(parameter)
      ? 'lgw-0123456789abcdef0'
      : 'front.example.com'

test.each(['local-zone', 'wavelength', 'recovery', 'federation'])(
  'every stack of %s is made and deleted',
  async (example) => {
    const made = plan(await readFleet([`examples/${example}`]))
    const it = await asked({
      account: '111122223333',
      optedIn: ['us-west-2-lax-1', 'us-east-1-wl1'],
      quotas: { 'ec2/L-0263D0A3': 20 },
    })
    for (const { name, existing } of made.fleet.dnsZones)
      if (existing !== undefined)
        await it.fake.state.add('AWS::Route53::HostedZone', { Name: name }, { id: existing.hostedZoneId })
    const before = it.fake.state.resources().length
    const clients = new Map<string, CloudFormationClient>()
    const at = (region: string): CloudFormationClient => {
      const client = clients.get(region) ?? new CloudFormationClient(configOf(it.fake, region, 1))
      clients.set(region, client)
      return client
    }
    const stacks = stacksOf(made)
    for (const { name, region, template, tags } of stacks) {
      const Parameters = Object.entries(template.Parameters ?? {})
        .filter(([, { Default }]) => Default === undefined)
        .map(([ParameterKey]) => ({ ParameterKey, ParameterValue: filledIn(ParameterKey) }))
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
      await at(region).send(
        new CreateStackCommand({
          StackName: name,
          TemplateBody: JSON.stringify(template),
          Parameters,
          Tags,
          Capabilities: named,
        }),
      )
      await it.fake.state.settled()
      const stack = it.fake.state.stack(name)
      const failed = stack?.events
        .filter(({ status }) => status.endsWith('FAILED'))
        .map(({ logicalId, reason }) => `${logicalId}: ${reason}`)
      expect(failed, name).toEqual([])
      expect(stack?.status).toBe('CREATE_COMPLETE')
      const { StackResourceSummaries = [] } = await at(region).send(new ListStackResourcesCommand({ StackName: name }))
      expect(StackResourceSummaries.map(({ LogicalResourceId }) => LogicalResourceId).sort()).toEqual(
        Object.keys((template as { Resources: object }).Resources).sort(),
      )
      expect(StackResourceSummaries.every(({ PhysicalResourceId = '' }) => PhysicalResourceId !== '')).toBe(true)
    }
    for (const { name, region } of [...stacks].reverse()) {
      await at(region).send(new DeleteStackCommand({ StackName: name }))
      await it.fake.state.settled()
      expect(it.fake.state.stack(name), name).toBeUndefined()
    }
    expect(it.fake.state.resources().length).toBe(before)
    for (const client of clients.values()) client.destroy()
    await it.stop()
  },
  60_000,
)
