// Flux: when what was changed by hand, or lost, comes back.

import type { Timer } from './timer.ts'

export const intervalJitter = 0.05
/** Retries of a source that cannot be fetched, and of a Kustomization whose artifact is missing. */
export const sourceBackoff = { firstSeconds: 0.75, maxSeconds: 900 } as const
export const dependencySeconds = 30

/** From a change by hand to the reconciliation that undoes it. */
export function kustomizationReconcile(intervalSeconds: number): Timer {
  return {
    id: 'flux.kustomization',
    title: 'Flux reconciles the Kustomization again',
    minSeconds: 0,
    maxSeconds: intervalSeconds * (1 + intervalJitter) + 5,
    meanSeconds: intervalSeconds / 2,
    source:
      'fluxcd/pkg/runtime v0.110.3 jitter/interval.go:31; kustomize-controller v1.9.6 internal/controller/kustomization_controller.go:238',
    decidedBy: 'engine',
    note: 'also while Git is away: the last artifact is applied',
    fixed: { minSeconds: 0, maxSeconds: 5 },
  }
}

/** From a Git server or link that is back to the next fetch. */
export function sourceFetch(outageSeconds: number, intervalSeconds: number): Timer {
  return {
    id: 'flux.source',
    title: 'Flux fetches the source again',
    minSeconds: 0,
    maxSeconds: Math.max(intervalSeconds * (1 + intervalJitter), Math.min(outageSeconds, sourceBackoff.maxSeconds)) + 5,
    source:
      'fluxcd/pkg/runtime v0.110.3 controller/rate_limiter.go:28; source-controller v1.9.6 docs/spec/v1/gitrepositories.md:1236',
    decidedBy: 'engine',
    note: 'after errors the back-off bounds it, up to 15 minutes, not the interval',
    fixed: { minSeconds: 0, maxSeconds: 5 },
  }
}

/** From the loss of the artifact, or a dependency that is not ready, to the next attempt. */
export function dependencyRetry(): Timer {
  return {
    id: 'flux.dependency',
    title: 'Flux looks again at what the Kustomization waits for',
    minSeconds: 0,
    maxSeconds: dependencySeconds * (1 + intervalJitter) + 1,
    meanSeconds: dependencySeconds / 2,
    source: 'kustomize-controller v1.9.6 main.go:116',
    decidedBy: 'engine',
    fixed: { minSeconds: 0, maxSeconds: 1 },
  }
}
