// Drills: what is taken away, what is expected, and the verdict over many runs.

export type { CompareDrillOptions, DrillComparison } from './compare.ts'
export { compareDrill } from './compare.ts'
export { lengthOf } from './length.ts'
export { type LiveOptions, type LiveProgress, runLive, waitingText } from './live.ts'
export { clustersNeeded } from './needs.ts'
export { type LiveDrills, oneByOne } from './one-by-one.ts'
export type { DrillOptions, DrillResult, RunsDone } from './result.ts'
export { drillInRuns, runDrill } from './run.ts'
export type { SingleLossReport } from './single-losses.ts'
export { everySingleLoss, everySingleLossInRuns, runEverySingleLoss } from './single-losses.ts'
