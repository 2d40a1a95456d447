// Drills: what is taken away, what is expected, and the verdict over many runs.

export type { DrillOptions, DrillResult, RunsDone } from './result.ts'
export { drillInRuns, runDrill } from './run.ts'
export type { SingleLossReport } from './single-losses.ts'
export { everySingleLoss, everySingleLossInRuns, runEverySingleLoss } from './single-losses.ts'
