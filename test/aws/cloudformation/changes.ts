// What an update would change, before anything does: for change sets, and to refuse an update that changes nothing.

import type { Cloud } from '../cloud.ts'
import { record, same, stable, text } from '../json.ts'
import { wantedOf } from './engine.ts'
import { resolved } from './intrinsics.ts'
import { differenceOf } from './schemas.ts'
import { notYet, refOf, scopeOf } from './scope.ts'
import type { Change, Given, Stack, StackResource } from './stack.ts'
import { inOrder } from './template.ts'

/**
 * Of an update with the very same template, parameters and tags nothing is looked at: so a changed output of another stack, asked for by
 * Fn::GetStackOutput, is not noticed.
 */
export const isSame = (stack: Stack, given: Given): boolean =>
  same(stack.given.template as never, given.template as never) &&
  stable(stack.given.values) === stable(given.values) &&
  stable(stack.given.tags) === stable(given.tags)

export function changesOf(cloud: Cloud, stack: Stack, given: Given): readonly Change[] {
  const isNew = stack.status === 'REVIEW_IN_PROGRESS'
  if (!isNew && isSame(stack, given)) return []
  const wanted = wantedOf(cloud, stack, given)
  const changes: Change[] = []
  // ids of what would be replaced are not known yet: whoever names them changes too
  const seen = new Map<string, StackResource>(isNew ? [] : stack.resources)
  for (const id of inOrder(wanted)) {
    const definition = wanted[id] ?? {}
    const type = text(definition.Type)
    const before = seen.get(id)
    if (before?.physicalId === undefined || before.type !== type) {
      seen.delete(id)
      changes.push({
        action: 'Add',
        logicalId: id,
        physicalId: undefined,
        type,
        replacement: undefined,
        scope: [],
        properties: [],
      })
      continue
    }
    const after = record(resolved(definition.Properties, scopeOf(cloud, stack, given, seen, true)))
    const { properties, replaces } = differenceOf(type, before.declared, after)
    const tagsDiffer = stable(stack.given.tags) !== stable(given.tags)
    const metadata = !same(before.definition.Metadata, definition.Metadata)
    if (properties.length === 0 && !metadata && !tagsDiffer) continue
    if (replaces) seen.set(id, { ...before, physicalId: notYet(id) })
    changes.push({
      action: 'Modify',
      logicalId: id,
      physicalId: refOf(before),
      type,
      replacement: replaces ? 'True' : 'False',
      scope: [
        ...(properties.length > 0 ? ['Properties'] : []),
        ...(metadata ? ['Metadata'] : []),
        ...(tagsDiffer ? ['Tags'] : []),
      ],
      properties,
    })
  }
  if (!isNew)
    for (const resource of stack.resources.values())
      if (wanted[resource.logicalId] === undefined)
        changes.push({
          action: 'Remove',
          logicalId: resource.logicalId,
          physicalId: refOf(resource),
          type: resource.type,
          replacement: undefined,
          scope: [],
          properties: [],
        })
  return changes
}

/** Outputs alone may change too. */
export const outputsDiffer = (stack: Stack, given: Given): boolean =>
  !same(stack.given.template.Outputs as never, given.template.Outputs as never)
