// Change sets. https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html

import type { Call, Handlers } from '../cloud.ts'
import { AwsError, validation } from '../errors.ts'
import type { Input } from '../json.ts'
import { isTrue, text } from '../json.ts'
import { page } from '../pages.ts'
import { partitionArn, uuid } from '../resources/resource-type.ts'
import { newStack, updatable } from './actions.ts'
import { changesOf, isSame, outputsDiffer } from './changes.ts'
import { drifted, revertDrift } from './drift.ts'
import { givenBy } from './given.ts'
import { findStack } from './lookup.ts'
import type { OnFailure } from './operations.ts'
import { create, update } from './operations.ts'
import { event } from './progress.ts'
import type { ChangeSet, Stack } from './stack.ts'

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set."

export const changeSetActions: Handlers = {
  CreateChangeSet: (call) => {
    const { cloud, input, account, region } = call
    const type = text(input.ChangeSetType) || 'UPDATE'
    if (type !== 'CREATE' && type !== 'UPDATE')
      throw validation(`the fake does not model change sets of the type ${type}`)
    let stack = findStack(cloud, input.StackName, call)
    if (type === 'UPDATE' && (stack === undefined || stack.status === 'REVIEW_IN_PROGRESS'))
      throw validation(`Stack [${text(input.StackName)}] does not exist`)
    if (type === 'CREATE' && stack !== undefined && stack.status !== 'REVIEW_IN_PROGRESS')
      throw validation(
        `Stack [${stack.name}] already exists and cannot be created again with the changeSet [${text(input.ChangeSetName)}].`,
      )
    if (type === 'UPDATE' && stack !== undefined && !updatable.includes(stack.status))
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`)
    const mode = text(input.DeploymentMode)
    if (mode !== '' && (mode !== 'REVERT_DRIFT' || type === 'CREATE'))
      throw validation(`DeploymentMode ${mode} is not valid for a change set of the type ${type}`)
    const given = givenBy(call, type === 'UPDATE' ? stack : undefined)
    if (stack === undefined) {
      stack = newStack(call, given, 'REVIEW_IN_PROGRESS')
      event(
        cloud,
        stack,
        { logicalId: stack.name, type: 'AWS::CloudFormation::Stack', physicalId: stack.id },
        'REVIEW_IN_PROGRESS',
        'User Initiated',
      )
    }
    const name = text(input.ChangeSetName)
    if (stack.changeSets.some((it) => it.name === name))
      throw new AwsError(
        'AlreadyExistsException',
        `ChangeSet ${name} cannot be created due to a mismatch with existing attribute`,
      )
    const set: ChangeSet = {
      id: partitionArn('cloudformation', { account, region }, `changeSet/${name}/${uuid(cloud.store.unique(32))}`),
      ...{ name, type, given, madeAt: new Date(), changes: [], reason: undefined },
      description: input.Description === undefined ? undefined : text(input.Description),
      revertsDrift: mode === 'REVERT_DRIFT',
      status: 'CREATE_PENDING',
      executionStatus: 'UNAVAILABLE',
    }
    stack.changeSets.push(set)
    const of = stack
    cloud.go(async () => {
      set.status = 'CREATE_IN_PROGRESS'
      await cloud.pause()
      try {
        const asTemplate = changesOf(cloud, of, given)
        const asDrifted = set.revertsDrift ? drifted(cloud, of) : []
        set.changes = [
          ...asDrifted.filter(({ logicalId }) => !asTemplate.some((it) => it.logicalId === logicalId)),
          ...asTemplate,
        ]
        const isEmpty =
          type === 'UPDATE' &&
          asDrifted.length === 0 &&
          (isSame(of, given) || (asTemplate.length === 0 && !outputsDiffer(of, given)))
        if (isEmpty) throw validation(noChanges)
        set.status = 'CREATE_COMPLETE'
        set.executionStatus = 'AVAILABLE'
      } catch (error) {
        if (!(error instanceof AwsError)) throw error
        set.status = 'FAILED'
        set.reason = error.message
      }
    })
    return { Id: set.id, StackId: stack.id }
  },
  DescribeChangeSet: (call) => {
    const { stack, set } = wanted(call)
    const { items, next } = page(call.cloud, set.changes, call.input.NextToken)
    return {
      ...summary(stack, set),
      NotificationARNs: [],
      Capabilities: set.given.capabilities,
      Tags: Object.entries(set.given.tags).map(([Key, Value]) => ({ Key, Value })),
      Parameters: Object.entries(set.given.values).map(([key]) => ({
        ParameterKey: key,
        ParameterValue: set.given.parameters[key] ?? text(set.given.template.Parameters[key]?.Default),
      })),
      Changes: items.map((it) => ({
        Type: 'Resource',
        ResourceChange: {
          Action: it.action,
          LogicalResourceId: it.logicalId,
          PhysicalResourceId: it.physicalId,
          ResourceType: it.type,
          Replacement: it.replacement,
          Scope: it.scope,
          Details: it.properties.map((name) => ({
            Target: {
              Attribute: 'Properties',
              Name: name,
              RequiresRecreation: it.replacement === 'True' ? 'Always' : 'Never',
            },
            Evaluation: 'Static',
            ChangeSource: 'DirectModification',
          })),
        },
      })),
      NextToken: next,
    }
  },
  ListChangeSets: (call) => {
    const stack = findStack(call.cloud, call.input.StackName, call)
    if (stack === undefined) throw validation(`Stack [${text(call.input.StackName)}] does not exist`)
    return { Summaries: stack.changeSets.map((set) => summary(stack, set)) }
  },
  DeleteChangeSet: (call) => {
    const found = find(call)
    if (found !== undefined) found.stack.changeSets.splice(found.stack.changeSets.indexOf(found.set), 1)
    return {}
  },
  ExecuteChangeSet: (call) => {
    const { cloud, input } = call
    const { stack, set } = wanted(call)
    const token = text(input.ClientRequestToken)
    if (token !== '' && stack.tokens.get(token) === 'ExecuteChangeSet') return {}
    if (set.executionStatus !== 'AVAILABLE')
      throw new AwsError(
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be executed in its current status of [${set.status === 'CREATE_COMPLETE' ? set.executionStatus : set.status}]`,
      )
    if (set.type === 'UPDATE' && !updatable.includes(stack.status))
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`)
    if (token !== '') {
      stack.tokens.set(token, 'ExecuteChangeSet')
      stack.token = token
    }
    set.executionStatus = 'EXECUTE_COMPLETE'
    // what was reviewed before belongs to a stack that is no more
    for (const other of [...stack.changeSets])
      if (other !== set) stack.changeSets.splice(stack.changeSets.indexOf(other), 1)
    if (set.type === 'CREATE') {
      stack.disableRollback = isTrue(input.DisableRollback)
      stack.madeAt = new Date()
      create(cloud, stack, set.given, 'ROLLBACK' satisfies OnFailure)
    } else
      update(
        cloud,
        stack,
        set.given,
        isTrue(input.DisableRollback),
        () => set.revertsDrift && revertDrift(cloud, stack),
      )
    return {}
  },
}

function find({ cloud, input, account, region }: Call): { readonly stack: Stack; readonly set: ChangeSet } | undefined {
  const name = text(input.ChangeSetName)
  const stackName = text(input.StackName)
  for (const stack of cloud.stacks) {
    if (stack.account !== account || stack.region !== region) continue
    if (!name.startsWith('arn:') && stackName !== stack.name && stackName !== stack.id) continue
    const set = stack.changeSets.find((it) => it.name === name || it.id === name)
    if (set !== undefined) return { stack, set }
  }
  return undefined
}

function wanted(call: Call): { readonly stack: Stack; readonly set: ChangeSet } {
  const found = find(call)
  if (found === undefined)
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${text(call.input.ChangeSetName)}] does not exist`, 404)
  return found
}

const summary = (stack: Stack, set: ChangeSet): Input => ({
  ChangeSetName: set.name,
  ChangeSetId: set.id,
  StackId: stack.id,
  StackName: stack.name,
  Description: set.description,
  CreationTime: set.madeAt.toISOString(),
  ExecutionStatus: set.executionStatus,
  Status: set.status,
  StatusReason: set.reason,
})
