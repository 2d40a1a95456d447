// Karmada written down: its installation, its members, its policies, and the way back.

export { karmadaBundles } from './bundles.ts'
export { failbackSteps } from './failback.ts'
