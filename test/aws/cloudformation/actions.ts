// The API of CloudFormation on stacks. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/

import type { Call, Handlers } from '../cloud.ts'
import { AwsError, validation } from '../errors.ts'
import { isTrue, text, texts } from '../json.ts'
import { partitionArn, uuid } from '../resources/resource-type.ts'
import { changesOf, isSame, outputsDiffer } from './changes.ts'
import { givenBy } from './given.ts'
import { findStack, stackOf } from './lookup.ts'
import type { OnFailure } from './operations.ts'
import { continueRollback, create, destroy, rollback, update } from './operations.ts'
import type { Given, Stack } from './stack.ts'
import { templateOf } from './template.ts'

/** From here an update may begin. */
export const updatable = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'UPDATE_FAILED',
  'CREATE_FAILED',
]

export function newStack({ cloud, account, region, input }: Call, given: Given, status: string): Stack {
  const name = text(input.StackName)
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
    throw validation(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    )
  const stack: Stack = {
    id: partitionArn('cloudformation', { account, region }, `stack/${name}/${uuid(cloud.store.unique(32))}`),
    ...{ name, account, region, status, given },
    ...{ reason: undefined, madeAt: new Date(), updatedAt: undefined, deletedAt: undefined },
    ...{ resources: new Map(), outputs: [], events: [], changeSets: [] },
    ...{ isProtected: isTrue(input.EnableTerminationProtection), disableRollback: isTrue(input.DisableRollback) },
    ...{ tokens: new Map(), token: undefined, drift: { status: 'NOT_CHECKED', at: undefined }, driftOf: new Map() },
  }
  cloud.stacks.unshift(stack)
  return stack
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, ClientRequestToken */
const isRepeated = (stack: Stack, { input, action }: Call): boolean => {
  const token = text(input.ClientRequestToken)
  if (token === '') return false
  if (stack.tokens.get(token) === action) return true
  stack.tokens.set(token, action)
  stack.token = token
  return false
}

export const stackActions: Handlers = {
  CreateStack: (call) => {
    const { cloud, input } = call
    const there = findStack(cloud, input.StackName, call)
    if (there !== undefined) {
      if (text(input.ClientRequestToken) !== '' && there.tokens.get(text(input.ClientRequestToken)) === 'CreateStack')
        return { StackId: there.id }
      throw new AwsError('AlreadyExistsException', `Stack [${there.name}] already exists`)
    }
    const given = givenBy(call, undefined)
    const stack = newStack(call, given, 'CREATE_IN_PROGRESS')
    isRepeated(stack, call)
    create(cloud, stack, given, (text(input.OnFailure) || 'ROLLBACK') as OnFailure)
    return { StackId: stack.id }
  },
  UpdateStack: (call) => {
    const { cloud, input } = call
    const stack = stackOf(cloud, input.StackName, call)
    if (text(input.ClientRequestToken) !== '' && stack.tokens.get(text(input.ClientRequestToken)) === 'UpdateStack')
      return { StackId: stack.id }
    if (!updatable.includes(stack.status))
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`)
    const given = givenBy(call, stack)
    const isFailed = stack.status.endsWith('_FAILED')
    if (
      !isFailed &&
      (isSame(stack, given) || (changesOf(cloud, stack, given).length === 0 && !outputsDiffer(stack, given)))
    )
      throw validation('No updates are to be performed.')
    isRepeated(stack, call)
    update(cloud, stack, given, isTrue(input.DisableRollback))
    return { StackId: stack.id }
  },
  DeleteStack: (call) => {
    const { cloud, input } = call
    const stack = findStack(cloud, input.StackName, call)
    // one that is not there is as good as deleted
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {}
    if (stack.isProtected)
      throw validation(`Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`)
    const retained = texts(input.RetainResources)
    if (retained.length > 0 && stack.status !== 'DELETE_FAILED')
      throw validation(
        `Invalid operation on stack [${stack.id}]. The RetainResources parameter can only be used on a stack in the DELETE_FAILED state.`,
      )
    if (
      stack.status.endsWith('_CLEANUP_IN_PROGRESS') ||
      (stack.status.endsWith('_IN_PROGRESS') && !['CREATE_IN_PROGRESS', 'REVIEW_IN_PROGRESS'].includes(stack.status))
    )
      throw validation(`Stack [${stack.name}] cannot be deleted while in status ${stack.status}`)
    if (stack.status === 'CREATE_IN_PROGRESS')
      throw validation(`Stack [${stack.name}] is in CREATE_IN_PROGRESS: the fake does not model deleting it now`)
    isRepeated(stack, call)
    destroy(cloud, stack, retained)
    return {}
  },
  RollbackStack: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    if (!['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.status))
      throw validation(`Stack [${stack.id}] is in ${stack.status} state and can not be rolled back.`)
    rollback(call.cloud, stack)
    return { StackId: stack.id }
  },
  ContinueUpdateRollback: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
      throw validation(`Stack:${stack.id} is in ${stack.status} state and can not continue rollback.`)
    continueRollback(call.cloud, stack, texts(call.input.ResourcesToSkip))
    return {}
  },
  UpdateTerminationProtection: (call) => {
    const stack = stackOf(call.cloud, call.input.StackName, call)
    stack.isProtected = isTrue(call.input.EnableTerminationProtection)
    return { StackId: stack.id }
  },
  ValidateTemplate: ({ input }) => {
    const template = templateOf(text(input.TemplateBody))
    return {
      Description: template.Description,
      Parameters: Object.entries(template.Parameters).map(([key, it]) => ({
        ParameterKey: key,
        DefaultValue: it.Default,
        NoEcho: false,
      })),
      Capabilities: [],
    }
  },
}
