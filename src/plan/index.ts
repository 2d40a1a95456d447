// What the rest of skerry sees of planning.

export { narrowPlan } from './narrow.ts'
export { observedFrom, plan } from './plan.ts'
export type { SavedPlan } from './saved.ts'
export { fleetDigest, planSchema, readObserved, readPlan, savePlan } from './saved.ts'
