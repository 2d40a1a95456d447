// How long tests wait for what comes at once, or never.

import type { Patience } from '../../src/worlds/real/kubernetes/index.ts'

export const quick: Patience = {
  everySeconds: 0.01,
  answerSeconds: 3,
  nodesSeconds: 1.5,
  availableSeconds: 3,
  addressSeconds: 3,
  reconciledSeconds: 5,
  karmadaSeconds: 5,
  goneSeconds: 3,
}
