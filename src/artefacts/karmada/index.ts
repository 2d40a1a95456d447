// Karmada written down: its installation, its members, its policies, and the way back.

export { karmadaBundles } from './bundles.ts'
export {
  bindingOf,
  type FailbackAction,
  type FailbackStep,
  failbackActions,
  failbackSteps,
  failbackUndone,
  type WayBack,
  whereText,
} from './failback.ts'
export { homeTargets } from './home.ts'
