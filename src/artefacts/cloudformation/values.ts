// Intents are JSON: what a template needs of them, asked for by kind.

import type { IntentValue } from '../../model/plan.ts'

type Asked = IntentValue | undefined

export const asText = (value: Asked): string => (value === undefined || value === null ? '' : String(value))
export const asList = (value: Asked): readonly IntentValue[] => (Array.isArray(value) ? value : [])
export const asTexts = (value: Asked): string[] => asList(value).map(asText)
export const isTrue = (value: Asked): boolean => value === true
export const asRecord = (value: Asked): { readonly [key: string]: IntentValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: IntentValue })
    : {}
export const asLabels = (value: Asked): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(asRecord(value)).map(([key, label]) => [key, asText(label)]))
