import { expect, test } from 'vitest'
import type { StackFile } from '../../../artefacts/cloudformation/stacks.ts'
import type { Consent } from '../consent.ts'
import type { Played } from './cloudformation.case.ts'
import { playedStack } from './cloudformation.case.ts'
import { deleteStack } from './stack-deletion.ts'
import { deployStack, protectTags } from './stacks.ts'

const template = { Resources: { Vpc: { Type: 'AWS::EC2::VPC' }, Subnet: { Type: 'AWS::EC2::Subnet' } } }
const file: StackFile = {
  name: 'one-network-main',
  account: '111122223333',
  region: 'us-west-2',
  template,
  needs: [],
  tags: { 'skerry.dev/fleet': 'one' },
}
const at = { account: 'prod', region: 'us-west-2' }
const failed = (resource: string, reason: string) => ({
  ...{ StackId: 'arn:one', PhysicalResourceId: '', LogicalResourceId: resource, ResourceType: 'AWS::EC2::Subnet' },
  ...{ ResourceStatus: 'CREATE_FAILED', ResourceStatusReason: reason },
})
const own = [{ Key: 'skerry.dev/fleet', Value: 'one' }]
const begins = (status: string) => ({
  StackId: 'arn:one',
  PhysicalResourceId: 'arn:one',
  LogicalResourceId: 'one',
  ResourceStatus: status,
})

function run(
  more: Partial<Played> = {},
  answer = true,
  given: Partial<StackFile> = {},
  protects: readonly string[] = [],
) {
  const { stack, aws } = playedStack(more)
  const asked: string[] = []
  const seen: string[] = []
  const consent: Consent = {
    yes: async (question) => asked.push(question) > 0 && answer,
    named: async (name) => asked.push(name) > 0 && answer,
  }
  const ground = { aws, pause: async () => undefined, consent }
  const told = { observe: (what: string) => void seen.push(what), signal: new AbortController().signal }
  return {
    ...{ stack, asked, seen },
    deploy: () => deployStack(ground, { file: { ...file, ...given }, at, protects }, told),
    delete: (retain: readonly string[] = []) =>
      deleteStack(ground, { name: file.name, at, fleet: 'one', retain }, told),
  }
}

test('a stack is made by a change set, and made again there is nothing to do', async () => {
  const it = run()
  expect(await it.deploy()).toEqual({ kind: 'done', changed: true })
  expect(await it.deploy()).toEqual({ kind: 'done', changed: false })
  expect(it.stack.calls.filter((call) => call === 'ExecuteChangeSet')).toHaveLength(1)
  expect(it.asked).toEqual([])
})

test('what an earlier run left in flight is waited for, and then changed', async () => {
  const it = run({
    status: 'CREATE_IN_PROGRESS',
    coming: ['CREATE_IN_PROGRESS', 'CREATE_IN_PROGRESS', 'CREATE_COMPLETE'],
    template: JSON.stringify(template),
  })
  expect(await it.deploy()).toEqual({ kind: 'done', changed: false })
  expect(it.seen[0]).toBe('CREATE_IN_PROGRESS: begun by an earlier run')
})

test('a change set that an earlier run made and did not carry out is carried out, once', async () => {
  const it = run()
  await it.deploy()
  const { stack } = it
  // the same state again, with the change set that was made of it
  Object.assign(stack, { status: 'REVIEW_IN_PROGRESS', coming: [], updated: 0, calls: [] })
  if (stack.changeSet !== undefined) Object.assign(stack.changeSet, { status: 'CREATE_COMPLETE', isExecuted: false })
  await it.deploy()
  expect(stack.calls).not.toContain('CreateChangeSet')
  expect(new Set(stack.tokens).size).toBe(1)
})

test('a failure names the first resource that failed, not those that were cancelled because of it', async () => {
  const events = [
    failed('Vpc', 'Resource creation cancelled'),
    failed('Subnet', 'We currently do not have sufficient t3.medium capacity in us-west-2-lax-1a'),
    begins('CREATE_IN_PROGRESS'),
    failed('Old', 'of an operation before'),
  ]
  const it = run({ onExecute: ['CREATE_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE'], events })
  await expect(it.deploy()).rejects.toMatchObject({
    kind: 'world',
    message:
      'the stack one-network-main in us-west-2 is ROLLBACK_COMPLETE: Subnet Subnet: We currently do not have sufficient t3.medium capacity in us-west-2-lax-1a',
    hint: expect.stringContaining('no capacity of that instance type'),
  })
})

test('ROLLBACK_COMPLETE is explained, and made again only with a yes', async () => {
  const events = [failed('Subnet', 'no capacity'), begins('CREATE_IN_PROGRESS')]
  const no = run({ status: 'ROLLBACK_COMPLETE', events }, false)
  await expect(no.deploy()).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('Subnet Subnet: no capacity'),
  })
  expect(no.stack.calls).not.toContain('DeleteStack')
  const yes = run({ status: 'ROLLBACK_COMPLETE', events })
  expect(await yes.deploy()).toEqual({ kind: 'done', changed: true })
  expect(yes.asked[0]).toContain('cannot be changed any more: Subnet Subnet: no capacity')
})

test('UPDATE_ROLLBACK_FAILED is told with the command that goes on', async () => {
  await expect(run({ status: 'UPDATE_ROLLBACK_FAILED' }).deploy()).rejects.toMatchObject({
    hint: expect.stringContaining(
      'aws cloudformation continue-update-rollback --region us-west-2 --stack-name one-network-main',
    ),
  })
})

test('a stack that calls itself complete with a resource missing is refused', async () => {
  await expect(run({ resources: ['Vpc'] }).deploy()).rejects.toMatchObject({
    message: 'the stack one-network-main calls itself complete and has no Subnet Subnet',
  })
})

test('another’s stack of that name is left alone', async () => {
  const it = run({ status: 'CREATE_COMPLETE', tags: [] })
  await expect(it.deploy()).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('not made by skerry'),
  })
  expect(it.stack.calls).toEqual(['DescribeStacks'])
})

const there = {
  status: 'CREATE_COMPLETE',
  template: '{"Resources":{}}',
  onExecute: ['UPDATE_IN_PROGRESS', 'UPDATE_COMPLETE'],
}
const replaced = [{ Action: 'Modify', Replacement: 'True', ResourceType: 'AWS::EC2::VPC', LogicalResourceId: 'Vpc' }]

test('a change that takes away what holds state needs a yes, and of what is protected the name', async () => {
  await expect(run({ ...there, changes: replaced }, false).deploy()).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringContaining('VPC Vpc is made anew'),
  })
  const yes = run({ ...there, changes: replaced })
  expect(await yes.deploy()).toEqual({ kind: 'done', changed: true })
  const named = run({ ...there, changes: replaced }, true, {}, ['oregon'])
  await named.deploy()
  expect(named.asked).toEqual(['oregon'])
})

test('a template over the limit is refused before anything is asked of it', async () => {
  const large = { Resources: { Vpc: { Type: 'AWS::EC2::VPC', Metadata: 'x'.repeat(52_000) } } }
  const it = run({}, true, { template: large })
  await expect(it.deploy()).rejects.toMatchObject({
    message: expect.stringContaining('CloudFormation takes 51200 without a bucket'),
  })
  expect(it.stack.calls).toEqual(['DescribeStacks'])
})

test('a deletion that something holds up is tried again, names what holds it, and leaves behind only what it is told to', async () => {
  const gone = run({ status: 'CREATE_COMPLETE' })
  expect(await gone.delete()).toEqual({ kind: 'done', changed: true })
  expect(await gone.delete()).toEqual({ kind: 'done', changed: false })
  const busy = {
    ...failed('Subnet', 'The subnet has dependencies and cannot be deleted.'),
    ResourceStatus: 'DELETE_FAILED',
    PhysicalResourceId: 'subnet-1',
  }
  const held = run({
    status: 'CREATE_COMPLETE',
    onDelete: ['DELETE_IN_PROGRESS', 'DELETE_FAILED'],
    events: [busy, begins('DELETE_IN_PROGRESS')],
  })
  await expect(held.delete()).rejects.toMatchObject({
    message: expect.stringContaining('DELETE_FAILED: Subnet Subnet: The subnet has dependencies'),
    hint: expect.stringContaining('--retain one-network-main/Subnet'),
  })
  expect(held.stack.calls.filter((call) => call === 'DeleteStack')).toHaveLength(3)
  expect(held.stack.tokens).not.toContain('Subnet')
  const left = run({
    status: 'DELETE_FAILED',
    onDelete: ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE'],
    events: [busy, begins('DELETE_IN_PROGRESS')],
  })
  await left.delete(['Subnet'])
  expect(left.stack.tokens).toContain('Subnet')
})

test.each(['DELETE_FAILED', 'ROLLBACK_FAILED', 'ROLLBACK_COMPLETE', 'CREATE_FAILED'])(
  'a stack in %s that still has a protected cluster is not deleted with a yes: its name is asked for',
  async (status) => {
    const dead = {
      status,
      resources: ['Cluster', 'Role'],
      types: { Cluster: 'AWS::EKS::Cluster', Role: 'AWS::IAM::Role' },
    }
    const no = run(dead, false, {}, ['eks-cluster'])
    await expect(no.deploy()).rejects.toMatchObject({
      kind: 'refused',
      message: `the stack one-network-main is ${status} and still has Cluster Cluster (Cluster-1): eks-cluster is protected`,
      hint: expect.stringContaining('--protect-off eks-cluster'),
    })
    expect([no.asked, no.stack.calls.includes('DeleteStack')]).toEqual([['eks-cluster'], false])
    // the file has forgotten it, the stack has not
    const tagged = run({ ...dead, tags: [...own, { Key: 'skerry.dev/protect', Value: 'eks-cluster' }] }, false)
    await expect(tagged.deploy()).rejects.toMatchObject({ message: expect.stringContaining('is protected') })
    // without what holds state there is nothing to protect
    const empty = run({ status, resources: ['Role'], types: dead.types }, false, {}, ['eks-cluster'])
    await expect(empty.deploy()).rejects.toMatchObject({ kind: 'refused' })
    expect(empty.asked[0]).toContain('make it again?')
  },
)

test.each([
  ['Conditional', { Action: 'Modify', Replacement: 'Conditional' }],
  ['Dynamic', { Action: 'Dynamic' }],
])('a change that may take it away (%s) counts as one that does', async (_, change) => {
  const changes = [{ ...change, ResourceType: 'AWS::EKS::Cluster', LogicalResourceId: 'Cluster' }]
  const no = run({ ...there, changes }, false, {}, ['eks-cluster'])
  await expect(no.deploy()).rejects.toMatchObject({
    kind: 'refused',
    message: expect.stringMatching(/Cluster Cluster is perhaps made anew.*: eks-cluster is protected/),
  })
  expect([no.asked, no.stack.calls.includes('ExecuteChangeSet')]).toEqual([['eks-cluster'], false])
  const bare = run({ ...there, changes }, false)
  await expect(bare.deploy()).rejects.toMatchObject({ message: expect.stringContaining('was declined') })
})

test('what is protected is written on its stack as a tag, as much of it as a tag holds', () => {
  expect(protectTags([])).toEqual({})
  expect(protectTags(['one', 'two'])).toEqual({ 'skerry.dev/protect': 'one two' })
  const many = Array.from({ length: 60 }, (_, index) => `store-${index}`)
  expect(protectTags(many)['skerry.dev/protect']?.length).toBeLessThanOrEqual(256)
})
