// Every law that a fleet is judged by: those of the places, and those of the whole fleet. A list to read: importing a file does
// nothing, and a new law is one entry in one of these arrays.

import type { Rule } from '../model/finding.ts'
import { places } from '../places/index.ts'
import { acceptanceRules } from './laws/acceptances.ts'
import { addressRules } from './laws/addresses.ts'
import { autoscalingRules } from './laws/autoscaling.ts'
import { balancingRules } from './laws/balancing.ts'
import { clusterAccessRules } from './laws/cluster-access.ts'
import { clusterNetworkRules } from './laws/cluster-network.ts'
import { controllerRules } from './laws/controller.ts'
import { drillFaultRules } from './laws/drill-faults.ts'
import { federationAppRules } from './laws/federation-apps.ts'
import { federationFailoverRules } from './laws/federation-failover.ts'
import { federationHostRules } from './laws/federation-host.ts'
import { federationMemberRules } from './laws/federation-members.ts'
import { federationPlacementRules } from './laws/federation-placement.ts'
import { fluxRules } from './laws/flux.ts'
import { healthCheckRules } from './laws/health-checks.ts'
import { linkRules } from './laws/links.ts'
import { manifestRules } from './laws/manifests.ts'
import { nodeRules } from './laws/nodes.ts'
import { poolRules } from './laws/pools.ts'
import { recordRules } from './laws/records.ts'
import { recoveryRules } from './laws/recovery.ts'
import { replicaRules } from './laws/replicas.ts'
import { repositoryRules } from './laws/repository.ts'
import { residencyRules } from './laws/residency.ts'
import { routingRules } from './laws/routing.ts'
import { takeoverRules } from './laws/takeover.ts'
import { versionRules } from './laws/versions.ts'
import { zoneRules } from './laws/zones.ts'
import { survivalRules } from './survival.ts'

export const rules: readonly Rule[] = [
  ...Object.values(places).flatMap((place) => place.rules),
  ...zoneRules,
  ...addressRules,
  ...clusterNetworkRules,
  ...clusterAccessRules,
  ...versionRules,
  ...poolRules,
  ...nodeRules,
  ...balancingRules,
  ...controllerRules,
  ...recordRules,
  ...routingRules,
  ...healthCheckRules,
  ...recoveryRules,
  ...takeoverRules,
  ...drillFaultRules,
  ...linkRules,
  ...federationHostRules,
  ...federationPlacementRules,
  ...federationFailoverRules,
  ...federationAppRules,
  ...federationMemberRules,
  ...residencyRules,
  ...fluxRules,
  ...manifestRules,
  ...repositoryRules,
  ...autoscalingRules,
  ...replicaRules,
  ...survivalRules,
  ...acceptanceRules,
]
