// Apps written down for Kubernetes: for the Flux of each cluster, and as templates for federations.

export { workloadBundles } from './bundles.ts'
