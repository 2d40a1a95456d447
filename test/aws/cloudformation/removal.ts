// How resources of a stack are deleted: each before what it needs, kept where they say so.

import type { Cloud } from '../cloud.ts'
import { AwsError } from '../errors.ts'
import { text } from '../json.ts'
import { typeOf } from '../resources/types.ts'
import { event, resourceIs, told } from './progress.ts'
import type { Stack, StackResource } from './stack.ts'

/** Deletes resources, each before what it needs. Gives the logical ids that stayed. */
export async function remove(
  cloud: Cloud,
  stack: Stack,
  resources: readonly StackResource[],
  retained: readonly string[] = [],
  keep: 'DeletionPolicy' | 'UpdateReplacePolicy' = 'DeletionPolicy',
): Promise<readonly string[]> {
  const done = new Map<StackResource, Promise<void>>()
  const failed: string[] = []
  const users = (of: StackResource) => resources.filter((it) => it !== of && it.needs.includes(of.logicalId))
  const drop = (resource: StackResource): Promise<void> => {
    const begun = done.get(resource)
    if (begun !== undefined) return begun
    const work = (async () => {
      await Promise.all(users(resource).map(drop))
      if (users(resource).some((it) => failed.includes(it.logicalId))) {
        failed.push(resource.logicalId)
        return
      }
      if (!(await removeOne(cloud, stack, resource, retained, keep))) failed.push(resource.logicalId)
    })()
    done.set(resource, work)
    return work
  }
  await Promise.all(resources.map(drop))
  return resources.filter((it) => it.status === 'DELETE_FAILED').map((it) => it.logicalId)
}

async function removeOne(
  cloud: Cloud,
  stack: Stack,
  resource: StackResource,
  retained: readonly string[],
  keep: string,
): Promise<boolean> {
  const isCurrent = stack.resources.get(resource.logicalId) === resource
  const forget = (): void => {
    if (isCurrent) stack.resources.delete(resource.logicalId)
  }
  const policy = text(resource.definition[keep])
  const wasNeverMade = policy === 'RetainExceptOnCreate' && stack.status.startsWith('ROLLBACK')
  if (
    ((policy === 'Retain' || policy === 'RetainExceptOnCreate') &&
      !wasNeverMade &&
      resource.physicalId !== undefined) ||
    retained.includes(resource.logicalId)
  ) {
    resourceIs(cloud, stack, resource, 'DELETE_SKIPPED')
    forget()
    return true
  }
  if (resource.physicalId === undefined) {
    if (resource.status !== '') event(cloud, stack, resource, 'DELETE_COMPLETE')
    forget()
    return true
  }
  resourceIs(cloud, stack, resource, 'DELETE_IN_PROGRESS')
  try {
    await cloud.pause()
    const at = { stack: stack.name, logicalId: resource.logicalId, type: resource.type }
    const slow = cloud.faults.ofResource('resourceSlow', at)
    if (slow !== undefined) await cloud.pause(slow.milliseconds)
    const fault = cloud.faults.ofResource('deleteFailed', at)
    if (fault !== undefined)
      throw new AwsError(
        'InvalidRequest',
        fault.message ??
          `Resource handler returned message: "${resource.physicalId} has dependencies and cannot be deleted" (HandlerErrorCode: InvalidRequest)`,
      )
    const entity = cloud.store.get(resource.type, resource.physicalId, stack)
    // gone by hand is gone
    if (entity !== undefined) {
      await typeOf(resource.type)?.unmake?.(entity, cloud)
      cloud.store.remove(entity)
    }
    resourceIs(cloud, stack, resource, 'DELETE_COMPLETE')
    forget()
    return true
  } catch (error) {
    resourceIs(cloud, stack, resource, 'DELETE_FAILED', told(error))
    return false
  }
}
