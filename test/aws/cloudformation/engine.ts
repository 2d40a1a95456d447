// How a stack is made and changed: resources as soon as what they need is there, each with its events.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html

import type { Cloud } from '../cloud.ts'
import { AwsError } from '../errors.ts'
import type { Input } from '../json.ts'
import { record, stable, tagsOf, text } from '../json.ts'
import { make } from '../resources/resource-type.ts'
import { typeOf } from '../resources/types.ts'
import { resolved } from './intrinsics.ts'
import { resourceIs, told } from './progress.ts'
import { checkProperties, differenceOf } from './schemas.ts'
import { scopeOf } from './scope.ts'
import type { Given, Stack, StackResource } from './stack.ts'
import { inOrder, needsOf } from './template.ts'

/** Those whose condition holds. */
export function wantedOf(cloud: Cloud, stack: Stack, given: Given): Readonly<Record<string, Input>> {
  const scope = scopeOf(cloud, stack, given, new Map(), true)
  return Object.fromEntries(
    Object.entries(given.template.Resources).filter(
      ([, it]) => it.Condition === undefined || scope.condition(text(it.Condition)),
    ),
  )
}

export interface Carried {
  readonly failed: readonly string[]
  /** What was replaced or is wanted no more: deleted only after the rest went well. */
  readonly leftovers: readonly StackResource[]
}

/** Each resource when all that it needs is done. After a failure nothing new begins, and what goes on is called off. */
export async function carryOut(cloud: Cloud, stack: Stack, given: Given): Promise<Carried> {
  const wanted = wantedOf(cloud, stack, given)
  const order = inOrder(wanted)
  const done = new Map<string, Promise<void>>()
  const failed: string[] = []
  const leftovers: StackResource[] = []
  for (const id of order) {
    const definition = wanted[id] ?? {}
    const needs = [...needsOf(definition)].filter((need) => wanted[need] !== undefined)
    const begin = async (): Promise<void> => {
      await Promise.all(needs.map((need) => done.get(need)))
      if (failed.length > 0) return
      const left = await one(cloud, stack, given, { id, definition, needs, hasFailed: () => failed.length > 0 }).catch(
        (error: unknown) => {
          if (!(error instanceof AwsError)) throw error
          failed.push(id)
          return undefined
        },
      )
      if (left !== undefined) leftovers.push(left)
    }
    done.set(id, begin())
  }
  await Promise.all(done.values())
  if (failed.length === 0)
    for (const resource of stack.resources.values())
      if (wanted[resource.logicalId] === undefined) leftovers.push(resource)
  return { failed, leftovers }
}

interface One {
  readonly id: string
  readonly definition: Input
  readonly needs: readonly string[]
  readonly hasFailed: () => boolean
}

/** Makes or changes one. Gives what it took the place of. Throws the error that its event tells. */
async function one(
  cloud: Cloud,
  stack: Stack,
  given: Given,
  { id, definition, needs, hasFailed }: One,
): Promise<StackResource | undefined> {
  const type = text(definition.Type)
  const kind = typeOf(type)
  if (kind === undefined) throw new AwsError('ValidationError', `Unrecognized resource types: [${type}]`)
  const before = stack.resources.get(id)
  const fresh: StackResource = {
    logicalId: id,
    type,
    physicalId: undefined,
    status: '',
    reason: undefined,
    at: new Date(),
    definition,
    declared: {},
    needs,
  }
  let declared: Input
  try {
    declared = record(resolved(definition.Properties, scopeOf(cloud, stack, given, stack.resources)))
    checkProperties(id, type, declared)
  } catch (error) {
    const at = before ?? fresh
    if (before === undefined) stack.resources.set(id, fresh)
    resourceIs(cloud, stack, at, before === undefined ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS')
    resourceIs(cloud, stack, at, before === undefined ? 'CREATE_FAILED' : 'UPDATE_FAILED', told(error))
    throw error
  }
  const hasSame = before !== undefined && before.type === type && before.physicalId !== undefined
  const difference = hasSame ? differenceOf(type, before.declared, declared) : undefined
  if (hasSame && difference?.properties.length === 0) {
    if (stable(before.definition.Metadata) !== stable(definition.Metadata)) {
      resourceIs(cloud, stack, before, 'UPDATE_IN_PROGRESS')
      resourceIs(cloud, stack, before, 'UPDATE_COMPLETE')
    }
    before.definition = definition
    return undefined
  }
  const at = { stack: stack.name, logicalId: id, type }
  const pause = async () => {
    await cloud.pause()
    const slow = cloud.faults.ofResource('resourceSlow', at)
    if (slow !== undefined) await cloud.pause(slow.milliseconds)
    const fault = cloud.faults.ofResource('resourceFailed', at)
    if (fault !== undefined) throw new AwsError('GeneralServiceException', fault.message ?? 'it was planted to fail')
    if (hasFailed())
      throw new AwsError('Cancelled', `Resource ${before === undefined ? 'creation' : 'update'} cancelled`)
  }
  if (hasSame && difference?.replaces === false) {
    resourceIs(cloud, stack, before, 'UPDATE_IN_PROGRESS')
    try {
      await pause()
      const entity = cloud.store.get(type, before.physicalId ?? '', stack)
      if (entity === undefined) throw new AwsError('NotFound', `${before.physicalId} does not exist`)
      const was = entity.properties
      entity.properties = {
        ...was,
        ...declared,
        ...Object.fromEntries(
          difference.properties.filter((name) => declared[name] === undefined).map((name) => [name, undefined]),
        ),
      }
      try {
        await kind.changed?.(entity, cloud, { name: stack.name, logicalId: id })
      } catch (error) {
        entity.properties = was
        throw error
      }
      entity.tags = { ...entity.tags, ...tagsOf(declared[kind.tags ?? 'Tags']) }
      before.declared = declared
      before.definition = definition
      resourceIs(cloud, stack, before, 'UPDATE_COMPLETE')
      return undefined
    } catch (error) {
      resourceIs(
        cloud,
        stack,
        before,
        'UPDATE_FAILED',
        error instanceof AwsError && error.code === 'Cancelled' ? error.message : told(error),
      )
      throw error
    }
  }
  const isReplacement = before?.physicalId !== undefined
  const verb = isReplacement ? 'UPDATE' : 'CREATE'
  if (isReplacement)
    resourceIs(
      cloud,
      stack,
      before,
      'UPDATE_IN_PROGRESS',
      'Requested update requires the creation of a new physical resource; hence creating one.',
    )
  else {
    stack.resources.set(id, fresh)
    resourceIs(cloud, stack, fresh, 'CREATE_IN_PROGRESS')
  }
  try {
    await pause()
    const entity = await make(kind, {
      cloud,
      type,
      account: stack.account,
      region: stack.region,
      properties: declared,
      nameFor: (longest) => nameFor(cloud, stack.name, id, longest),
      stack: { name: stack.name, logicalId: id },
      tags: {
        ...stack.given.tags,
        ...given.tags,
        'aws:cloudformation:stack-name': stack.name,
        'aws:cloudformation:stack-id': stack.id,
        'aws:cloudformation:logical-id': id,
      },
      owner: { stack: stack.id, logicalId: id },
      by: given.by,
      initiated: (physicalId) => {
        fresh.physicalId = physicalId
        if (!isReplacement) resourceIs(cloud, stack, fresh, 'CREATE_IN_PROGRESS', 'Resource creation Initiated')
      },
    })
    fresh.physicalId = entity.id
    fresh.declared = declared
    stack.resources.set(id, fresh)
    resourceIs(cloud, stack, fresh, `${verb}_COMPLETE`)
    return isReplacement ? before : undefined
  } catch (error) {
    resourceIs(
      cloud,
      stack,
      isReplacement ? before : fresh,
      `${verb}_FAILED`,
      error instanceof AwsError && error.code === 'Cancelled' ? error.message : told(error),
    )
    throw error
  }
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html */
function nameFor(cloud: Cloud, stack: string, logicalId: string, longest: number): string {
  const suffix = cloud.store.unique(12, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789')
  const room = longest - suffix.length - 2
  if (longest <= 32) return `${stack.slice(0, 6).replace(/-$/, '')}-${logicalId.slice(0, 6)}-${suffix}`
  return `${stack.slice(0, Math.max(1, room - Math.min(logicalId.length, 24)))}-${logicalId.slice(0, 24)}-${suffix}`
}
