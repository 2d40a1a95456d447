// A control plane that comes back: its machines, then its leader elections.

import { allFixed } from './pace.ts'
import type { Timer } from './timer.ts'

/** From kubelets that run to an API server that answers. An assumption. */
export const staticPodsSeconds = 60

/** Of a control plane that stands at a site, after its power is back. */
export function controlPlaneBoot(bootSeconds: number): Timer {
  const seconds = bootSeconds + staticPodsSeconds
  return {
    id: 'controlPlane.boot',
    title: 'the control plane at the site boots',
    minSeconds: seconds,
    maxSeconds: seconds,
    meanSeconds: seconds,
    source: 'bootTime of its machines, and 60 s for etcd and API server, which is an assumption',
    decidedBy: 'standIn',
  }
}

/** From an API server that answers to controllers that act. */
export function controllersStart(): Timer {
  return allFixed({
    id: 'kubernetes.controllers.start',
    title: 'the controllers elect a leader and read everything anew',
    minSeconds: 0,
    maxSeconds: 30,
    meanSeconds: 11,
    source: 'kubernetes v1.36.3 component-base config/v1alpha1/defaults.go:37 (lease 15 s, renewal 10 s, retry 2 s)',
    decidedBy: 'engine',
  })
}
