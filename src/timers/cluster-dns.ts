// In-cluster name service that stands elsewhere: how long answers live on without it, and how soon it is asked again.

import type { Timer } from './timer.ts'

/** CoreDNS of EKS caches for 30 s, and gives its answers that much life. */
export const clusterDnsTtlSeconds = 30

/** From the last way to cluster DNS that is cut to requests that fail for want of a name. */
export function clusterDnsLost(): Timer {
  return {
    id: 'clusterDns.lost',
    title: 'what is left of answered names expires, and no new one is answered',
    minSeconds: 0,
    maxSeconds: clusterDnsTtlSeconds,
    meanSeconds: clusterDnsTtlSeconds / 2,
    source: 'the ConfigMap coredns of EKS (cache 30); a client that holds nothing fails at once',
    decidedBy: 'standIn',
    note: 'the servers with the cache are on the far side: only what clients still hold helps them',
  }
}

/** From the way that is back to names that are answered. */
export function clusterDnsBack(): Timer {
  return {
    id: 'clusterDns.back',
    title: 'the next lookup is answered',
    minSeconds: 0,
    maxSeconds: 10,
    meanSeconds: 3,
    source: 'resolv.conf(5): 5 s for an attempt, two attempts',
    decidedBy: 'standIn',
  }
}
