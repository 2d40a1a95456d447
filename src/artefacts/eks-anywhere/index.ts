// What the rest of the artefacts, and the runbook, see of EKS Anywhere.

export { eksAnywhereBundles } from './bundles.ts'
export { eksAnywhereFiles } from './files.ts'
export { filledIn } from './filled.ts'
