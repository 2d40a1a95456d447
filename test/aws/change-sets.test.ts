import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation'
import { ModifyAvailabilityZoneGroupCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Asked } from './fake.case.ts'
import { asked, network } from './fake.case.ts'

let it: Asked
beforeAll(async () => {
  it = await asked()
})
afterAll(() => it.stop())

const set = (type: 'CREATE' | 'UPDATE', name: string, template: object) =>
  it.cloudFormation.send(
    new CreateChangeSetCommand({
      StackName: 'reviewed',
      ChangeSetName: name,
      ChangeSetType: type,
      TemplateBody: JSON.stringify(template),
    }),
  )
const described = async (name: string) => {
  await it.fake.state.settled()
  return it.cloudFormation.send(new DescribeChangeSetCommand({ StackName: 'reviewed', ChangeSetName: name }))
}

test('a new stack is under review until its change set is executed, once', async () => {
  await set('CREATE', 'first', network)
  expect((await it.stack('reviewed')).StackStatus).toBe('REVIEW_IN_PROGRESS')
  const found = await described('first')
  expect(found).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' })
  expect(
    found.Changes?.map(({ ResourceChange }) => `${ResourceChange?.Action} ${ResourceChange?.LogicalResourceId}`),
  ).toEqual(['Add Vpc', 'Add A', 'Add B'])
  const execute = new ExecuteChangeSetCommand({
    StackName: 'reviewed',
    ChangeSetName: 'first',
    ClientRequestToken: 't',
  })
  await it.cloudFormation.send(execute)
  await it.cloudFormation.send(execute)
  expect((await it.stack('reviewed')).StackStatus).toBe('CREATE_COMPLETE')
  await expect(
    it.cloudFormation.send(new ExecuteChangeSetCommand({ StackName: 'reviewed', ChangeSetName: 'first' })),
  ).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' })
})

test('a change set without changes fails in the words that tools look for; it is deleted without a word', async () => {
  await set('UPDATE', 'nothing', network)
  expect(await described('nothing')).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining("didn't contain changes"),
  })
  await it.cloudFormation.send(new DeleteChangeSetCommand({ StackName: 'reviewed', ChangeSetName: 'nothing' }))
  await it.cloudFormation.send(new DeleteChangeSetCommand({ StackName: 'reviewed', ChangeSetName: 'nothing' }))
  await expect(described('nothing')).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' })
})

test('a change set tells what is changed in place, replaced and removed, and who is replaced with it', async () => {
  const { Vpc, A } = network.Resources
  await set('UPDATE', 'replacing', { Resources: { Vpc: { ...Vpc, Properties: { CidrBlock: '10.0.0.0/15' } }, A } })
  const { Changes = [] } = await described('replacing')
  expect(Changes.map(({ ResourceChange: it }) => [it?.LogicalResourceId, it?.Action, it?.Replacement])).toEqual([
    ['Vpc', 'Modify', 'True'],
    ['A', 'Modify', 'True'],
    ['B', 'Remove', undefined],
  ])
  const { Summaries } = await it.cloudFormation.send(new ListChangeSetsCommand({ StackName: 'reviewed' }))
  expect(Summaries?.map(({ ChangeSetName }) => ChangeSetName)).toContain('replacing')
})

test('a change by hand and a thing that is gone are found as drift, with what was expected', async () => {
  const physical = (id: string) => it.fake.state.stack('reviewed')?.resources.get(id)?.physicalId ?? ''
  const drifts = async () => {
    const { StackDriftDetectionId } = await it.cloudFormation.send(
      new DetectStackDriftCommand({ StackName: 'reviewed' }),
    )
    await it.fake.state.settled()
    const status = await it.cloudFormation.send(new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId }))
    const { StackResourceDrifts = [] } = await it.cloudFormation.send(
      new DescribeStackResourceDriftsCommand({ StackName: 'reviewed' }),
    )
    return {
      status: status.StackDriftStatus,
      drifts: StackResourceDrifts.filter((it) => it.StackResourceDriftStatus !== 'IN_SYNC'),
    }
  }
  expect(await drifts()).toEqual({ status: 'IN_SYNC', drifts: [] })
  it.fake.state.change(physical('A'), { AvailabilityZone: 'us-west-2c' })
  it.fake.state.remove(physical('B'))
  const found = await drifts()
  expect(found.status).toBe('DRIFTED')
  expect(found.drifts).toMatchObject([
    {
      LogicalResourceId: 'A',
      StackResourceDriftStatus: 'MODIFIED',
      PropertyDifferences: [
        {
          PropertyPath: '/AvailabilityZone',
          ExpectedValue: 'us-west-2a',
          ActualValue: 'us-west-2c',
          DifferenceType: 'NOT_EQUAL',
        },
      ],
    },
    { LogicalResourceId: 'B', StackResourceDriftStatus: 'DELETED' },
  ])
})

test('a subnet in a zone that is not opted in fails; after the opt-in, which takes a while, it is made', async () => {
  const template = {
    Resources: {
      Vpc: network.Resources.Vpc,
      L: {
        Type: 'AWS::EC2::Subnet',
        Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-west-2-lax-1a' },
      },
    },
  }
  expect((await it.create('early', template)).StackStatus).toBe('ROLLBACK_COMPLETE')
  await it.ec2.send(new ModifyAvailabilityZoneGroupCommand({ GroupName: 'us-west-2-lax-1', OptInStatus: 'opted-in' }))
  expect((await it.create('too-early', template)).StackStatus).toMatch(/COMPLETE/)
  await it.fake.state.settled()
  expect((await it.create('in-time', template)).StackStatus).toBe('CREATE_COMPLETE')
})
