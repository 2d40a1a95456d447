// The operations on a stack, from the state in which they may begin to the state in which they end.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html#cfn-console-view-stack-data-resources-status-codes

import type { Cloud } from '../cloud.ts'
import { AwsError } from '../errors.ts'
import { text } from '../json.ts'
import { tellWaiting } from '../resources/machines-of.ts'
import { carryOut, wantedOf } from './engine.ts'
import { resolved } from './intrinsics.ts'
import { event, stackIs } from './progress.ts'
import { remove } from './removal.ts'
import { scopeOf } from './scope.ts'
import type { Given, Stack } from './stack.ts'

export type OnFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE'

export function create(cloud: Cloud, stack: Stack, given: Given, onFailure: OnFailure): void {
  stack.given = given
  stackIs(cloud, stack, 'CREATE_IN_PROGRESS', 'User Initiated')
  cloud.go(async () => {
    const { failed } = await carryOut(cloud, stack, given)
    const reason =
      failed.length > 0
        ? `The following resource(s) failed to create: [${failed.join(', ')}]. `
        : outputsOf(cloud, stack, given)
    if (reason === undefined) {
      stackIs(cloud, stack, 'CREATE_COMPLETE')
      return
    }
    if (onFailure === 'DO_NOTHING' || stack.disableRollback) {
      stackIs(cloud, stack, 'CREATE_FAILED', reason)
      return
    }
    if (onFailure === 'DELETE') {
      stackIs(cloud, stack, 'DELETE_IN_PROGRESS', `${reason}Delete requested by user.`)
      await deleted(cloud, stack, [])
      return
    }
    stackIs(cloud, stack, 'ROLLBACK_IN_PROGRESS', `${reason}Rollback requested by user.`)
    await undone(cloud, stack)
  })
}

async function undone(cloud: Cloud, stack: Stack): Promise<void> {
  const stayed = await remove(cloud, stack, [...stack.resources.values()])
  if (stayed.length > 0)
    stackIs(cloud, stack, 'ROLLBACK_FAILED', `The following resource(s) failed to delete: [${stayed.join(', ')}]. `)
  else stackIs(cloud, stack, 'ROLLBACK_COMPLETE')
}

export function update(
  cloud: Cloud,
  stack: Stack,
  given: Given,
  disableRollback = false,
  first: () => unknown = () => undefined,
): void {
  const before = stack.given
  stack.updatedAt = new Date()
  stackIs(cloud, stack, 'UPDATE_IN_PROGRESS', 'User Initiated')
  cloud.go(async () => {
    await first()
    const { failed, leftovers } = await carryOut(cloud, stack, given)
    const reason =
      failed.length > 0
        ? `The following resource(s) failed to update: [${failed.join(', ')}]. `
        : outputsOf(cloud, stack, given)
    if (reason !== undefined) {
      if (disableRollback) {
        stackIs(cloud, stack, 'UPDATE_FAILED', reason)
        return
      }
      stackIs(cloud, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason)
      await backTo(cloud, stack, before)
      return
    }
    stack.given = given
    stackIs(cloud, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
    await remove(cloud, stack, leftovers, [], 'DeletionPolicy')
    for (const left of leftovers)
      if (stack.resources.get(left.logicalId) === left) stack.resources.delete(left.logicalId)
    stackIs(cloud, stack, 'UPDATE_COMPLETE')
    tellWaiting(cloud, stack)
  })
}

/** Makes again what was changed, and deletes what was new. */
async function backTo(cloud: Cloud, stack: Stack, before: Given): Promise<void> {
  const { failed, leftovers } = await carryOut(cloud, stack, before)
  if (failed.length > 0) {
    stackIs(
      cloud,
      stack,
      'UPDATE_ROLLBACK_FAILED',
      `The following resource(s) failed to update: [${failed.join(', ')}]. `,
    )
    return
  }
  stack.given = before
  stackIs(cloud, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS')
  await remove(cloud, stack, leftovers)
  for (const left of leftovers) if (stack.resources.get(left.logicalId) === left) stack.resources.delete(left.logicalId)
  outputsOf(cloud, stack, before)
  stackIs(cloud, stack, 'UPDATE_ROLLBACK_COMPLETE')
}

export function continueRollback(cloud: Cloud, stack: Stack, skipped: readonly string[]): void {
  stackIs(cloud, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated')
  for (const id of skipped) stack.resources.delete(id)
  cloud.go(() => backTo(cloud, stack, stack.given))
}

/** What RollbackStack does from CREATE_FAILED and UPDATE_FAILED. */
export function rollback(cloud: Cloud, stack: Stack): void {
  const wasNew = stack.status === 'CREATE_FAILED'
  stackIs(cloud, stack, wasNew ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS', 'User Initiated')
  cloud.go(() => (wasNew ? undone(cloud, stack) : backTo(cloud, stack, stack.given)))
}

export function destroy(cloud: Cloud, stack: Stack, retained: readonly string[]): void {
  stackIs(cloud, stack, 'DELETE_IN_PROGRESS', 'User Initiated')
  cloud.go(() => deleted(cloud, stack, retained))
}

async function deleted(cloud: Cloud, stack: Stack, retained: readonly string[]): Promise<void> {
  const stayed = await remove(cloud, stack, [...stack.resources.values()], retained)
  if (stayed.length > 0) {
    stackIs(cloud, stack, 'DELETE_FAILED', `The following resource(s) failed to delete: [${stayed.join(', ')}]. `)
    return
  }
  stack.deletedAt = new Date()
  stack.outputs = []
  stackIs(cloud, stack, 'DELETE_COMPLETE')
}

/** Gives the reason why they cannot be had. */
function outputsOf(cloud: Cloud, stack: Stack, given: Given): string | undefined {
  try {
    const scope = scopeOf(cloud, stack, given, stack.resources)
    wantedOf(cloud, stack, given)
    stack.outputs = Object.entries(given.template.Outputs)
      .filter(([, it]) => it.Condition === undefined || scope.condition(text(it.Condition)))
      .map(([key, it]) => ({
        key,
        value: text(resolved(it.Value, scope)),
        description: it.Description === undefined ? undefined : text(it.Description),
        exportName: undefined,
      }))
    return undefined
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    event(
      cloud,
      stack,
      { logicalId: stack.name, type: 'AWS::CloudFormation::Stack', physicalId: stack.id },
      stack.status,
      error.message,
    )
    return `${error.message}. `
  }
}
