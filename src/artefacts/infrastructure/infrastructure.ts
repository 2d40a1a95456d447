// What stands on a cluster before any app, and is installed by Flux. A list to read: each line is a bundle, or none where no cluster
// needs it. Curated packages of EKS Anywhere come with their clusters; add-ons of EKS come with the stack.

import type { Plan } from '../../model/plan.ts'
import type { Bundle } from '../bundle.ts'
import { clusterDnsBundle } from './cluster-dns.ts'
import { controllerBundle } from './controller.ts'

export const infrastructureBundles = (plan: Plan): readonly Bundle[] =>
  [controllerBundle(plan), clusterDnsBundle(plan)].flatMap((bundle) => bundle ?? [])
