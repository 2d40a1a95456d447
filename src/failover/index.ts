// Failover in closed form: what stands between a loss and a served user, with bounds, for check, drill and explain alike.

export { nodesAt, siteAfter } from './after.ts'
export { roundTrip } from './distance.ts'
export { explainFailover } from './explain.ts'
export { idleFaults } from './idle.ts'
export type { Loss } from './loss.ts'
export { singleLosses } from './loss.ts'
export { movesOf } from './moves.ts'
export { failoverPaths, lossOfFaults } from './paths.ts'
export { placed } from './placed.ts'
export { policyOf, routedSites } from './routing.ts'
export type { Survival, SurvivalWithPaths } from './survival.ts'
export { survivalOf, survivals, withCheck } from './survival.ts'
