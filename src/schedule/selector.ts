// Which clusters an affinity matches. A condition that Kubernetes would refuse (a bad key, an operator with too few values) is no
// error here: it matches nothing, as in Karmada, whose webhook should have refused it.
// Source: Karmada v1.18.2, pkg/util/selector.go; Kubernetes v0.35.3, apimachinery/pkg/labels/selector.go.

import type { ClusterAffinity, FieldRequirement, LabelSelector } from './placement.ts'

interface Named {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
  readonly provider?: string
  readonly region?: string
  readonly zones?: readonly string[]
}

export function clusterMatches(cluster: Named, affinity: ClusterAffinity): boolean {
  if (affinity.exclude?.includes(cluster.name)) return false
  if (affinity.labelSelector !== undefined && !matchesLabels(affinity.labelSelector, cluster.labels ?? {})) return false
  const fields = fieldsOf(cluster)
  for (const expression of affinity.fieldSelector?.matchExpressions ?? []) {
    if (expression.key === 'zone' ? !matchesZones(expression, cluster.zones ?? []) : !matches(expression, fields)) {
      return false
    }
  }
  const names = affinity.clusterNames ?? []
  return names.length === 0 || names.includes(cluster.name)
}

const fieldsOf = ({ provider, region }: Named): Readonly<Record<string, string>> => ({
  ...(provider && { provider }),
  ...(region && { region }),
})

function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) =>
    matches({ key, operator: 'In', values: [value] }, labels),
  )
  const knows = (operator: string) => operator !== 'Gt' && operator !== 'Lt'
  return equal && (selector.matchExpressions ?? []).every((each) => knows(each.operator) && matches(each, labels))
}

function matches(requirement: FieldRequirement, labels: Readonly<Record<string, string>>): boolean {
  const values = requirement.values ?? []
  if (!isLabelKey(requirement.key) || !values.every(isLabelValue)) return false
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return values.length > 0 && (value === undefined || !values.includes(value))
    case 'Exists':
      return values.length === 0 && value !== undefined
    case 'DoesNotExist':
      return values.length === 0 && value === undefined
    case 'Gt':
    case 'Lt':
      return compares(requirement.operator, value, values)
    default:
      return false
  }
}

/** A cluster may lie in several zones: In wants one of them, NotIn none. */
function matchesZones({ operator, values = [] }: FieldRequirement, zones: readonly string[]): boolean {
  switch (operator) {
    case 'In':
      return zones.some((zone) => values.includes(zone))
    case 'NotIn':
      return !zones.some((zone) => values.includes(zone))
    case 'Exists':
      return zones.length > 0
    case 'DoesNotExist':
      return zones.length === 0
    default:
      return false
  }
}

function compares(operator: 'Gt' | 'Lt', value: string | undefined, values: readonly string[]): boolean {
  const [bound, ...more] = values
  if (bound === undefined || more.length > 0 || value === undefined) return false
  const [left, right] = [int64(value), int64(bound)]
  if (left === undefined || right === undefined) return false
  return operator === 'Gt' ? left > right : left < right
}

function int64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

const name = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const domain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/** Kubernetes' qualified name: an optional DNS domain and a slash, then the name. */
export function isLabelKey(key: string): boolean {
  const parts = key.split('/')
  const [prefix, last] = parts.length === 1 ? [undefined, parts[0]] : parts
  if (parts.length > 2 || last === undefined || last.length > 63 || !name.test(last)) return false
  return prefix === undefined || (prefix.length <= 253 && domain.test(prefix))
}

const isLabelValue = (value: string): boolean => value === '' || (value.length <= 63 && name.test(value))
