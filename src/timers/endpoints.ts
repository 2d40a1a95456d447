// Who may receive traffic, as the API says it, and how long the nodes take to follow.

import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

export function endpointSlice(): Timer {
  return allFixed({
    id: 'kubernetes.endpointSlice',
    title: 'the endpoints of the service follow',
    minSeconds: 0,
    maxSeconds: 1.5,
    meanSeconds: 0.2,
    source: 'kubernetes v1.36.3 pkg/controller/endpointslice/endpointslice_controller.go:67; measured 0.15 to 0.3 s',
    decidedBy: 'engine',
  })
}

export function proxySync(): Timer {
  return allFixed({
    id: 'kubernetes.proxySync',
    title: 'the nodes follow the endpoints',
    minSeconds: 0,
    maxSeconds: 1.5,
    meanSeconds: 0.5,
    source: 'kubernetes v1.36.3 pkg/proxy/apis/config/v1alpha1/defaults.go:63 (at least 1 s between two syncs)',
    decidedBy: 'engine',
  })
}
