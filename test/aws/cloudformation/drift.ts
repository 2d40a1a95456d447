// Drift: what a stack declared against what stands now, for the properties that it declared.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html

import type { Cloud, Handlers } from '../cloud.ts'
import { validation } from '../errors.ts'
import type { Input, Json } from '../json.ts'
import { isRecord, same, text, texts } from '../json.ts'
import { page } from '../pages.ts'
import { typeOf } from '../resources/types.ts'
import { stackOf } from './lookup.ts'
import { refOf } from './scope.ts'
import type { Change, ResourceDrift, Stack, StackResource } from './stack.ts'

const detections = new WeakMap<Cloud, Map<string, { readonly stack: Stack; status: string; readonly at: Date }>>()
const detectionsOf = (cloud: Cloud) => {
  const found = detections.get(cloud) ?? new Map()
  detections.set(cloud, found)
  return found
}

const settled = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED']

export const driftActions: Handlers = {
  DetectStackDrift: ({ cloud, input, ...place }) => {
    const stack = stackOf(cloud, input.StackName, place)
    if (!settled.includes(stack.status))
      throw validation(
        `Drift detection cannot be performed on stack [${stack.id}] while stack is in [${stack.status}] state`,
      )
    const id = cloud.store.unique(32)
    const detection = { stack, status: 'DETECTION_IN_PROGRESS', at: new Date() }
    detectionsOf(cloud).set(id, detection)
    cloud.go(async () => {
      await cloud.pause()
      detect(cloud, stack, texts(input.LogicalResourceIds))
      detection.status = 'DETECTION_COMPLETE'
    })
    return { StackDriftDetectionId: id }
  },
  DetectStackResourceDrift: ({ cloud, input, ...place }) => {
    const stack = stackOf(cloud, input.StackName, place)
    const id = text(input.LogicalResourceId)
    detect(cloud, stack, [id])
    const resource = stack.resources.get(id)
    const drift = stack.driftOf.get(id)
    if (resource === undefined || drift === undefined)
      throw validation(`Resource ${id} does not exist for stack ${stack.name}`)
    return { StackResourceDrift: shown(stack, resource, drift) }
  },
  DescribeStackDriftDetectionStatus: ({ cloud, input }) => {
    const found = detectionsOf(cloud).get(text(input.StackDriftDetectionId))
    if (found === undefined)
      throw validation(`Drift detection with id ${text(input.StackDriftDetectionId)} does not exist`)
    return {
      StackId: found.stack.id,
      StackDriftDetectionId: text(input.StackDriftDetectionId),
      DetectionStatus: found.status,
      Timestamp: found.at.toISOString(),
      ...(found.status === 'DETECTION_COMPLETE' && {
        StackDriftStatus: found.stack.drift.status,
        DriftedStackResourceCount: [...found.stack.driftOf.values()].filter(isDrifted).length,
      }),
    }
  },
  DescribeStackResourceDrifts: ({ cloud, input, ...place }) => {
    const stack = stackOf(cloud, input.StackName, place)
    const wanted = texts(input.StackResourceDriftStatusFilters)
    const all = [...stack.driftOf].flatMap(([id, drift]) => {
      const resource = stack.resources.get(id)
      return resource === undefined || (wanted.length > 0 && !wanted.includes(drift.status))
        ? []
        : [shown(stack, resource, drift)]
    })
    const { items, next } = page(cloud, all, input.NextToken, input.MaxResults)
    return { StackResourceDrifts: items, ...(next !== undefined && { NextToken: next }) }
  },
}

const isDrifted = ({ status }: ResourceDrift): boolean => status === 'MODIFIED' || status === 'DELETED'

function detect(cloud: Cloud, stack: Stack, only: readonly string[]): void {
  const at = new Date()
  for (const resource of stack.resources.values()) {
    if (only.length > 0 && !only.includes(resource.logicalId)) continue
    const entity = cloud.store.get(resource.type, resource.physicalId ?? '', stack)
    const actual =
      entity === undefined
        ? undefined
        : Object.fromEntries(Object.keys(resource.declared).map((key) => [key, entity.properties[key]]))
    const differences = actual === undefined ? [] : differencesOf(resource.declared, actual, '')
    const status = entity === undefined ? 'DELETED' : differences.length > 0 ? 'MODIFIED' : 'IN_SYNC'
    stack.driftOf.set(resource.logicalId, { status, expected: resource.declared, actual, differences, at })
  }
  stack.drift = { status: [...stack.driftOf.values()].some(isDrifted) ? 'DRIFTED' : 'IN_SYNC', at }
}

/** What a change set that knows of drift would do about it: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html */
export function drifted(cloud: Cloud, stack: Stack): readonly Change[] {
  detect(cloud, stack, [])
  return [...stack.driftOf].flatMap(([logicalId, { status, differences }]): Change[] => {
    const resource = stack.resources.get(logicalId)
    if (resource === undefined || (status !== 'DELETED' && status !== 'MODIFIED')) return []
    const gone = status === 'DELETED'
    return [
      {
        ...{ action: gone ? 'Add' : 'Modify', logicalId, type: resource.type },
        physicalId: gone ? undefined : refOf(resource),
        replacement: gone ? undefined : 'False',
        scope: gone ? [] : ['Properties'],
        properties: gone ? [] : [...new Set(differences.map(({ path }) => path.split('/')[1] ?? ''))],
      },
    ]
  })
}

/** What was deleted is made anew by the update that follows; what was changed is as declared again. */
export async function revertDrift(cloud: Cloud, stack: Stack): Promise<void> {
  for (const { action, logicalId } of drifted(cloud, stack)) {
    const resource = stack.resources.get(logicalId)
    if (resource === undefined) continue
    if (action === 'Add') {
      stack.resources.delete(logicalId)
      continue
    }
    const entity = cloud.store.get(resource.type, resource.physicalId ?? '', stack)
    if (entity === undefined) continue
    entity.properties = { ...entity.properties, ...resource.declared }
    await typeOf(resource.type)?.changed?.(entity, cloud, { name: stack.name, logicalId })
  }
}

function differencesOf(expected: Json, actual: Json, path: string): ResourceDrift['differences'] {
  if (same(expected, actual)) return []
  if (isRecord(expected) && isRecord(actual))
    return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((key) =>
      differencesOf(expected[key], actual[key], `${path}/${key}`),
    )
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length)
    return expected.flatMap((item: Json, index) => differencesOf(item, actual[index] as Json, `${path}/${index}`))
  const shownAs = (value: Json) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : text(value))
  return [
    {
      path,
      expected: shownAs(expected),
      actual: shownAs(actual),
      type: expected === undefined ? 'ADD' : actual === undefined ? 'REMOVE' : 'NOT_EQUAL',
    },
  ]
}

const shown = (stack: Stack, resource: StackResource, drift: ResourceDrift): Input => ({
  StackId: stack.id,
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: refOf(resource),
  ResourceType: resource.type,
  ExpectedProperties: JSON.stringify(drift.expected),
  ...(drift.actual !== undefined && { ActualProperties: JSON.stringify(drift.actual) }),
  PropertyDifferences: drift.differences.map((it) => ({
    PropertyPath: it.path,
    ExpectedValue: it.expected,
    ActualValue: it.actual,
    DifferenceType: it.type,
  })),
  StackResourceDriftStatus: drift.status,
  Timestamp: drift.at.toISOString(),
})
