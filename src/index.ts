// skerry, the library: what the command does, as functions. Everything takes plain data and gives plain data; only `readFleet`
// touches files.
//
//   const fleet = await readFleet(['fleet.yaml'])
//   const findings = check(fleet, '2026-11-21')
//   const made = plan(fleet)
//   const result = runDrill(made, fleet.drills[0])

// 5 write
export { type Artefact, artefacts, render } from './artefacts/index.ts'
export type { Comparison } from './artefacts/ownership.ts'
export { type DeployPolicy, deployPolicy } from './artefacts/policy/deploy-policy.ts'
// 2, 3 judge
export { check } from './check/check.ts'
export { deliverToBranch } from './delivery/branch.ts'
export { compareFolder, deliverToFolder } from './delivery/folder.ts'
export { readPlanRecord, writePlanRecord } from './delivery/plan-record.ts'
// 7 break
export {
  type CompareDrillOptions,
  clustersNeeded,
  compareDrill,
  type DrillComparison,
  type DrillOptions,
  type DrillResult,
  drillInRuns,
  everySingleLoss,
  everySingleLossInRuns,
  type LiveDrills,
  type LiveOptions,
  type LiveProgress,
  lengthOf,
  oneByOne,
  type RunsDone,
  runDrill,
  runEverySingleLoss,
  runLive,
  type SingleLossReport,
  waitingText,
} from './drill/index.ts'
// explain
export { explainField, fieldPaths } from './explain/field.ts'
export { explainLaw, lawCodes } from './explain/law.ts'
export { explainPlace } from './explain/place.ts'
export { explainPlacement } from './explain/placement.ts'
export { explainTimer, timerIds } from './explain/timer.ts'
export { explainFailover, survivalOf } from './failover/index.ts'
// 1 read
export { defineFleet } from './fleet/define.ts'
export { fleetFrom } from './fleet/from.ts'
export { readFleet } from './fleet/read.ts'
export type { AppDocument, Document, DrillDocument, FleetDocument } from './model/declaration/index.ts'
export type { Finding, Hit, Rule, Severity } from './model/finding.ts'
// 0 the words
export type * from './model/fleet.ts'
export { type Narrowing, narrowFleet } from './model/narrow.ts'
export type { Origin, Position } from './model/origin.ts'
export type { Fact, Place, PlaceKind, Traits } from './model/place.ts'
export type * from './model/plan.ts'
export { type Problem, Refusal } from './model/refusal.ts'
export type * from './model/timeline.ts'
// 4 decide
export {
  fleetDigest,
  narrowPlan,
  observedFrom,
  plan,
  readObserved,
  readPlan,
  type SavedPlan,
  savePlan,
} from './plan/index.ts'
// 9 tell
export { comparisonText, deliveredText } from './report/artefacts-text.ts'
export { drillComparisonJson, drillComparisonText } from './report/drill-comparison.ts'
export { drillJson, singleLossJson } from './report/drill-json.ts'
export { drillJunit } from './report/drill-junit.ts'
export { drillBrief, drillText } from './report/drill-text.ts'
export { fieldText, lawText, placementText, placeText, timerText } from './report/explain-text.ts'
export { failoverText } from './report/failover-text.ts'
export { findingsGithub, findingsJson, findingsJunit, findingsSarif } from './report/findings-machine.ts'
export { type Checked, findingsBrief, findingsText } from './report/findings-text.ts'
export { failbackJson, failbackText } from './report/local-failback.ts'
export { localStatusPrometheus } from './report/local-prometheus.ts'
export { localStatusBrief, localStatusJson, localStatusLine, localStatusText } from './report/local-status-text.ts'
export { besideText, downText, upJson, upText } from './report/local-text.ts'
export { planJson } from './report/plan-json.ts'
export { planMarkdown } from './report/plan-markdown.ts'
export { planBackwardText, planBrief, planText } from './report/plan-text.ts'
export { realStatusPrometheus } from './report/real-status-prometheus.ts'
export { realStatusBrief, realStatusJson, realStatusLine, realStatusText } from './report/real-status-text.ts'
export { realJson, realText } from './report/real-text.ts'
export { singleLossText } from './report/single-loss-text.ts'
// 4 decide, as Karmada does
export type { Binding, MemberCluster, Outcome } from './schedule/binding.ts'
export { availableReplicas } from './schedule/estimate.ts'
export type { Placement as KarmadaPlacement } from './schedule/placement.ts'
export { schedule, scheduleOutcomes } from './schedule/schedule.ts'
// 8 record
export { compare as compareTimelines } from './timeline/compare.ts'
export { readTimeline } from './timeline/read.ts'
export { writeTimeline } from './timeline/write.ts'
// 6 act, on this machine
export type { Places as EnginePlaces } from './worlds/local/install/cache.ts'
export { engineFiles, findEngine } from './worlds/local/install/cache.ts'
export type { InstallOptions, InstallResult } from './worlds/local/install/install.ts'
export { installEngines } from './worlds/local/install/install.ts'
export type { EngineList, ListedEngine } from './worlds/local/install/list.ts'
export { listEngines } from './worlds/local/install/list.ts'
export type { EngineBinary, EngineFamily, EngineFiles } from './worlds/local/install/locks.ts'
export { engineLocks } from './worlds/local/install/locks.ts'
export type { InstallProgress } from './worlds/local/install/progress.ts'
export type { Installed } from './worlds/local/install/want.ts'
export { simulate } from './worlds/twin/simulate.ts'
export { Interrupted } from './worlds/world.ts'
/** Engines as processes of this machine; loaded when it is used. */
export const localWorld = () => import('./worlds/local/index.ts')
/** AWS and the floors on premises; loaded when it is used. */
export const realWorld = () => import('./worlds/real/index.ts')
export type { DownReport, FailbackReport, LocalStatus, LogFile, UpReport } from './worlds/local/index.ts'
