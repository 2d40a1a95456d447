// Values of intents as words of a command.

import type { IntentValue } from '../../model/plan.ts'

export const text = (value: IntentValue | undefined): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

export const isRecord = (value: IntentValue | undefined): value is { readonly [key: string]: IntentValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `${fleet_vpc_main}` → `fleet_vpc_main`. */
export const plainName = (variable: string): string => variable.slice('${'.length, -'}'.length)
