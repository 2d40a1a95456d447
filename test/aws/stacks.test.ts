import type { StackEvent } from '@aws-sdk/client-cloudformation'
import {
  ContinueUpdateRollbackCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Asked } from './fake.case.ts'
import { asked, named, network } from './fake.case.ts'

let it: Asked
beforeAll(async () => {
  it = await asked({ pageSize: 4, quotas: { 'vpc/L-F678F1CE': 100 } })
})
afterAll(() => it.stop())

const vpc = (cidr = '10.0.0.0/16', more: object = {}) => ({
  Type: 'AWS::EC2::VPC',
  Properties: { CidrBlock: cidr },
  ...more,
})
const body = (template: object) => ({ TemplateBody: JSON.stringify(template), Capabilities: named })
const eventsOf = async (name: string) => {
  const all: StackEvent[] = []
  let NextToken: string | undefined
  do {
    const page = await it.cloudFormation.send(
      new DescribeStackEventsCommand({ StackName: name, ...(NextToken !== undefined && { NextToken }) }),
    )
    all.push(...(page.StackEvents ?? []))
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return all.reverse().map((event) => `${event.LogicalResourceId} ${event.ResourceStatus}`)
}

test('a stack is made in the order of its references, with its events in pages and its outputs', async () => {
  const made = await it.create('made', network)
  expect(made.StackStatus).toBe('CREATE_COMPLETE')
  expect(made.Outputs?.map(({ OutputKey }) => OutputKey)).toEqual(['VpcId', 'AId', 'BId'])
  const events = await eventsOf('made')
  expect(events[0]).toBe('made CREATE_IN_PROGRESS')
  expect(events.at(-1)).toBe('made CREATE_COMPLETE')
  expect(events.indexOf('Vpc CREATE_COMPLETE')).toBeLessThan(events.indexOf('A CREATE_IN_PROGRESS'))
  const { StackResourceSummaries } = await it.cloudFormation.send(new ListStackResourcesCommand({ StackName: 'made' }))
  expect(StackResourceSummaries?.map((one) => one.LogicalResourceId).sort()).toEqual(['A', 'B', 'Vpc'])
})

test('a resource that cannot be made rolls its stack back, and the stack then only serves to be deleted', async () => {
  const template = {
    Resources: {
      Vpc: vpc(),
      Bad: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.9.0.0/24' } },
    },
  }
  const failed = await it.create('failed', template)
  expect(failed.StackStatus).toBe('ROLLBACK_COMPLETE')
  expect(await eventsOf('failed')).toEqual(
    expect.arrayContaining(['Bad CREATE_FAILED', 'failed ROLLBACK_IN_PROGRESS', 'Vpc DELETE_COMPLETE']),
  )
  await expect(
    it.cloudFormation.send(new UpdateStackCommand({ StackName: 'failed', ...body(network) })),
  ).rejects.toThrow('is in ROLLBACK_COMPLETE state and can not be updated')
  await expect(it.create('failed', network)).rejects.toMatchObject({ name: 'AlreadyExistsException' })
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'failed' }))
  expect((await it.stack(failed.StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE')
  await expect(it.stack('failed')).rejects.toThrow('Stack with id failed does not exist')
})

test.each([
  [
    'an unknown type',
    { Resources: { X: { Type: 'AWS::EC2::Dinghy' } } },
    'Unrecognized resource types: [AWS::EC2::Dinghy]',
  ],
  [
    'a reference to nothing',
    { Resources: { X: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: { Ref: 'Y' } } } } },
    'Unresolved resource dependencies [Y]',
  ],
  [
    'a circle',
    { Resources: { X: { Type: 'AWS::EC2::VPC', DependsOn: 'Y' }, Y: { Type: 'AWS::EC2::VPC', DependsOn: 'X' } } },
    'Circular dependency',
  ],
  ['no resources', { Resources: {} }, 'At least one Resources member'],
  [
    'too many resources',
    { Resources: Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`R${n}`, { Type: 'AWS::EC2::VPC' }])) },
    'greater than maximum allowed, 500',
  ],
  [
    'a body that is too large',
    { Resources: { X: { ...vpc(), Metadata: 'x'.repeat(51_200) } } },
    'less than or equal to 51200',
  ],
  [
    'a parameter without a value',
    { Parameters: { P: { Type: 'String' } }, Resources: { X: vpc() } },
    'Parameters: [P] must have values',
  ],
])('refused at once: %s', async (_, template, message) => {
  await expect(it.create('refused', template)).rejects.toThrow(message)
  await expect(it.stack('refused')).rejects.toThrow('does not exist')
})

test('a property that no schema knows, and one that is missing, fail the resource', async () => {
  const made = await it.create('odd', {
    Resources: { X: { Type: 'AWS::EC2::Subnet', Properties: { CidrBlok: '10.0.0.0/24' } } },
  })
  expect(made.StackStatus).toBe('ROLLBACK_COMPLETE')
  const { StackEvents = [] } = await it.cloudFormation.send(new DescribeStackEventsCommand({ StackName: 'odd' }))
  const reason = it.fake.state.stack('odd')?.events.find(({ status }) => status === 'CREATE_FAILED')?.reason
  expect(reason).toContain('#: extraneous key [CidrBlok] is not permitted')
  expect(reason).toContain('#: required key [VpcId] not found')
  expect(StackEvents.length).toBe(4)
})

test('roles need the capability, and named ones the capability of names', async () => {
  const role = (more: object) => ({
    Resources: { R: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: '{}', ...more } } },
  })
  await expect(it.create('role', role({}), { Capabilities: [] })).rejects.toThrow(
    'Requires capabilities : [CAPABILITY_IAM]',
  )
  await expect(it.create('role', role({ RoleName: 'x' }), { Capabilities: ['CAPABILITY_IAM'] })).rejects.toThrow(
    'Requires capabilities : [CAPABILITY_NAMED_IAM]',
  )
})

test('an update changes in place, replaces where the schema says so, deletes what is gone, and refuses to change nothing', async () => {
  await it.create('changing', { Resources: { V: vpc('10.0.0.0/16'), Old: vpc('10.5.0.0/16') } })
  const [before, old] = ['V', 'Old'].map((id) => it.fake.state.stack('changing')?.resources.get(id)?.physicalId)
  const update = (template: object) =>
    it.cloudFormation.send(new UpdateStackCommand({ StackName: 'changing', ...body(template) }))
  await expect(update({ Resources: { V: vpc('10.0.0.0/16'), Old: vpc('10.5.0.0/16') } })).rejects.toThrow(
    'No updates are to be performed.',
  )
  await update({
    Resources: { V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16', EnableDnsHostnames: true } } },
  })
  expect((await it.stack('changing')).StackStatus).toBe('UPDATE_COMPLETE')
  expect(it.fake.state.stack('changing')?.resources.get('V')?.physicalId).toBe(before)
  expect(it.fake.state.resource(old ?? '')).toBeUndefined()
  await update({ Resources: { V: vpc('10.7.0.0/16') } })
  await it.fake.state.settled()
  expect(it.fake.state.stack('changing')?.resources.get('V')?.physicalId).not.toBe(before)
  expect(it.fake.state.resource(before ?? '')).toBeUndefined()
})

test('an update that fails goes back to what was', async () => {
  await it.create('back', network)
  const bad = {
    ...network.Resources,
    New: vpc(),
    Bad: { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.9.0.0/24' } },
  }
  await it.cloudFormation.send(new UpdateStackCommand({ StackName: 'back', ...body({ Resources: bad }) }))
  expect((await it.stack('back')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
  expect([...(it.fake.state.stack('back')?.resources.keys() ?? [])]).toEqual(['Vpc', 'A', 'B'])
})

test('a rollback that fails waits until it is continued', async () => {
  await it.create('stuck', { Resources: { V: vpc() } })
  it.fake.plant({ kind: 'resourceSlow', stack: 'stuck', logicalId: 'W', milliseconds: 150 })
  it.fake.plant({ kind: 'resourceFailed', stack: 'stuck', logicalId: 'W', times: 1 })
  const changed = {
    V: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16', EnableDnsHostnames: true } },
    W: vpc('10.0.0.0/16', { DependsOn: 'V' }),
  }
  await it.cloudFormation.send(new UpdateStackCommand({ StackName: 'stuck', ...body({ Resources: changed }) }))
  while (it.fake.state.stack('stuck')?.resources.get('V')?.status !== 'UPDATE_COMPLETE')
    await new Promise((done) => setTimeout(done, 1))
  it.fake.plant({ kind: 'resourceFailed', stack: 'stuck', logicalId: 'V', times: 1 })
  expect((await it.stack('stuck')).StackStatus).toBe('UPDATE_ROLLBACK_FAILED')
  await it.cloudFormation.send(new ContinueUpdateRollbackCommand({ StackName: 'stuck' }))
  expect((await it.stack('stuck')).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE')
})

test('what is still used fails the deletion, and the next deletion goes on', async () => {
  const made = await it.create('busy', network)
  const subnet = made.Outputs?.find(({ OutputKey }) => OutputKey === 'AId')?.OutputValue ?? ''
  const { arn } = await it.fake.state.addLoadBalancer({ name: 'left', type: 'network', subnets: [subnet] })
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'busy' }))
  const failed = await it.stack('busy')
  expect(failed.StackStatus).toBe('DELETE_FAILED')
  expect(failed.StackStatusReason).toContain('failed to delete: [A]')
  expect([...(it.fake.state.stack('busy')?.resources.keys() ?? [])].sort()).toEqual(['A', 'Vpc'])
  for (const left of it.fake.state.resources().filter(({ type }) => type.startsWith('AWS::Elastic')))
    it.fake.state.remove(left.id)
  expect(it.fake.state.resource(arn)).toBeUndefined()
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'busy' }))
  expect((await it.stack(made.StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE')
})

test('a planted failure of a deletion, and what is retained afterwards', async () => {
  const made = await it.create('kept', network)
  it.fake.plant({ kind: 'deleteFailed', stack: 'kept', logicalId: 'B', times: 1 })
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'kept' }))
  expect((await it.stack('kept')).StackStatus).toBe('DELETE_FAILED')
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'kept', RetainResources: ['B', 'Vpc'] }))
  expect((await it.stack(made.StackId ?? '')).StackStatus).toBe('DELETE_COMPLETE')
  expect(it.fake.state.resource(made.Outputs?.[0]?.OutputValue ?? '')).toBeDefined()
})

test('a protected stack is not deleted, and one that is not there is as good as deleted', async () => {
  await it.create('safe', { Resources: { V: vpc() } }, { EnableTerminationProtection: true })
  await expect(it.cloudFormation.send(new DeleteStackCommand({ StackName: 'safe' }))).rejects.toThrow(
    'TerminationProtection is enabled',
  )
  await it.cloudFormation.send(
    new UpdateTerminationProtectionCommand({ StackName: 'safe', EnableTerminationProtection: false }),
  )
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'safe' }))
  await it.cloudFormation.send(new DeleteStackCommand({ StackName: 'never-was' }))
  await it.fake.state.settled()
})

test('stacks are listed in pages, deleted ones only by ListStacks', async () => {
  const first = await it.cloudFormation.send(new DescribeStacksCommand({}))
  expect(first.Stacks).toHaveLength(4)
  expect(first.NextToken).toBeDefined()
  const { StackSummaries } = await it.cloudFormation.send(
    new ListStacksCommand({ StackStatusFilter: ['DELETE_COMPLETE'] }),
  )
  expect(StackSummaries?.length).toBeGreaterThan(0)
})

test('the same token is the same operation; without one the second is refused', async () => {
  it.fake.plant({ kind: 'resourceSlow', stack: 'once', logicalId: 'Vpc', milliseconds: 2_500 })
  const input = { StackName: 'once', ...body(network), ClientRequestToken: 'first' }
  const one = await it.cloudFormation.send(new CreateStackCommand(input))
  const again = await it.cloudFormation.send(new CreateStackCommand(input))
  expect(again.StackId).toBe(one.StackId)
  await expect(
    it.cloudFormation.send(new CreateStackCommand({ ...input, ClientRequestToken: 'second' })),
  ).rejects.toThrow('Stack [once] already exists')
  await expect(it.cloudFormation.send(new UpdateStackCommand({ StackName: 'once', ...body(network) }))).rejects.toThrow(
    'is in CREATE_IN_PROGRESS state',
  )
  await it.fake.state.settled()
})
