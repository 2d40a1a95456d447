// All types of resource that the fake models. One that is not here is refused before a stack begins.

import { autoScaling } from './auto-scaling.ts'
import { balancing } from './balancing.ts'
import { clusters } from './clusters.ts'
import { gateways } from './gateways.ts'
import { identities } from './identities.ts'
import { machines } from './machines.ts'
import { networks } from './networks.ts'
import { observation } from './observation.ts'
import type { ResourceType, ResourceTypes } from './resource-type.ts'
import { route53 } from './route53.ts'
import { securityGroups } from './security-groups.ts'

export const types: ResourceTypes = {
  ...networks,
  ...gateways,
  ...securityGroups,
  ...machines,
  ...autoScaling,
  ...identities,
  ...clusters,
  ...balancing,
  ...route53,
  ...observation,
}

export const typeOf = (name: string): ResourceType | undefined => types[name]
