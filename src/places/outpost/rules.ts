// What only Outposts ask for, beyond their traits: the rack and its slots, the subnets on it, the service link and the local gateway.

import type { Rule } from '../../model/finding.ts'
import { capacityRules } from './rules-capacity.ts'
import { linkRules } from './rules-link.ts'
import { shapeRules } from './rules-shape.ts'

export const rules: readonly Rule[] = [...shapeRules, ...capacityRules, ...linkRules]
