// KWOK plays the kubelets of the nodes of one site: heartbeats, and pods that run without a container. One process for each site, so that
// a site's heartbeats can be cut from its cluster. It does nothing without stages, which come as files of its own module.

import { join } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import { kubeconfigPath } from './control-plane.ts'

export const kwokPorts = ['http'] as const

/** The label by which the KWOK process of a site knows its nodes. */
export const siteLabel = 'skerry.dev/site'

export interface KwokConfig {
  readonly ports: { readonly http: number }
  readonly site: string
  /** Files with the stages that nodes and pods go through. */
  readonly stages: readonly string[]
  /** Of the pods of this site; two sites of a cluster have two. */
  readonly podCidr: string
}

/** Files that `skerry engines install kwok` puts beside the program: what nodes and pods of KWOK v0.8.0 go through. */
export const kwokStages: readonly string[] = [
  'stages/node/fast/node-initialize.yaml',
  'stages/node/heartbeat-with-lease/node-heartbeat-with-lease.yaml',
  'stages/pod/fast/pod-ready.yaml',
  'stages/pod/fast/pod-complete.yaml',
  'stages/pod/fast/pod-delete.yaml',
]

export function kwok(of: ControlPlane, { ports, site, stages, podCidr }: KwokConfig): EngineSpec {
  const { owner, folder } = of
  return {
    id: engineId(owner, `kwok-${site}`),
    name: 'kwok',
    owner,
    binary: 'kwok',
    args: [
      `--kubeconfig=${kubeconfigPath(of)}`,
      ...stages.map((stage) => `--config=${stage}`),
      '--manage-all-nodes=false',
      `--manage-nodes-with-label-selector=${siteLabel}=${site}`,
      '--node-lease-duration-seconds=40',
      '--node-ip=127.0.0.1',
      `--cidr=${podCidr}`,
      `--server-address=127.0.0.1:${ports.http}`,
    ],
    env: { HOME: folder, KWOK_WORKDIR: join(folder, 'kwok') },
    ports,
    files: [],
    ready: { kind: 'http', port: ports.http, path: '/healthz', status: 200 },
    needs: [engineId(owner, 'kube-apiserver')],
    stop: { order: stopOrder.client, graceSeconds: 2 },
    restart: 'whileStarting',
  }
}
