// What a run of a test has instead of the machine's own: no helm, no pause longer than it must be, no patience for what will not come.

import { setTimeout as wait } from 'node:timers/promises'
import type { Means } from '../../src/worlds/real/ground-for.ts'
import { fakeHelm } from '../kubernetes/helm.ts'
import { quick } from '../kubernetes/patience.ts'

const seconds = 15

export const quickMeans = (): Means => ({
  helm: fakeHelm().run,
  pause: (milliseconds, signal) =>
    wait(Math.min(milliseconds, 10), undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  patience: {
    ...{ ...quick, nodesSeconds: seconds, availableSeconds: seconds, addressSeconds: seconds, goneSeconds: seconds },
    ...{ karmadaSeconds: seconds, answerSeconds: seconds, reconciledSeconds: seconds },
  },
  retryMode: 'standard',
})
