// All judges of the twin, as a list to read.

import { affinity } from './affinity.ts'
import { answers } from './answers.ts'
import { causality } from './causality.ts'
import { demand } from './demand.ts'
import type { Judge } from './judge.ts'
import { liveness } from './liveness.ts'
import { rates } from './rates.ts'
import { reach } from './reach.ts'
import { replicas } from './replicas.ts'
import { segments } from './segments.ts'
import { starts } from './starts.ts'
import { timers } from './timers.ts'

export type { Judge } from './judge.ts'

export const judges: readonly Judge[] = [
  causality,
  timers,
  replicas,
  affinity,
  starts,
  rates,
  reach,
  answers,
  demand,
  segments,
  liveness,
]
