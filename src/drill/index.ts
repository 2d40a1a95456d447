// Drills: what is taken away, what is expected, and the verdict over many runs.

export type { DrillOptions, DrillResult } from './result.ts'
export { runDrill } from './run.ts'
export type { SingleLossReport } from './single-losses.ts'
export { everySingleLoss, runEverySingleLoss } from './single-losses.ts'
