// A cluster with an app at one site, as its API server would have it, and the way of the site to it.

import type { FakeApi, FakeObject } from '../../../testing/fake-api.case.ts'
import type { Hop } from '../../conditions.ts'
import type { DoorConfig } from '../config.ts'

const podsPath = '/api/v1/pods'
const nodesPath = '/api/v1/nodes'
const slicesPath = '/apis/discovery.k8s.io/v1/endpointslices'
const ingressesPath = '/apis/networking.k8s.io/v1/ingresses'

export interface PodIs {
  readonly ready?: boolean
  readonly containersReady?: boolean
  readonly deleted?: boolean
  readonly annotations?: Readonly<Record<string, string>>
  readonly node?: string
}

export interface FakeSite {
  node(name: string, site: string, ready: string, labels?: Readonly<Record<string, string>>): void
  pod(name: string, is: PodIs): void
  removePod(name: string): void
  ingress(there: boolean): void
}

const condition = (type: string, status: string) => ({ type, status })

/** The endpoints follow the pods at once. */
export function fakeSite(api: FakeApi): FakeSite {
  const pods = new Map<string, PodIs>()
  let ingresses = 0
  for (const path of [podsPath, nodesPath, slicesPath, ingressesPath]) api.serve(path)
  const slice = (): void =>
    api.put(slicesPath, {
      metadata: { uid: 'slice', name: 'game-x1', namespace: 'games', labels: { 'kubernetes.io/service-name': 'game' } },
      endpoints: [...pods].map(([name, { ready = true, deleted = false }]) => ({
        conditions: { ready: ready && !deleted },
        targetRef: { kind: 'Pod', uid: name, name },
      })),
    })
  return {
    node: (name, site, ready, labels = {}) =>
      api.put(nodesPath, {
        metadata: { uid: name, name, labels: { 'skerry.dev/site': site, ...labels } },
        status: { conditions: [condition('Ready', ready)] },
      }),
    pod: (name, is) => {
      const { ready = true, containersReady = true, deleted = false, annotations = {}, node = 'edge-1' } = is
      pods.set(name, is)
      const object: FakeObject = {
        metadata: {
          ...{ uid: name, name, namespace: 'games', labels: { app: 'game' }, annotations },
          ...(deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
        },
        spec: { nodeName: node },
        status: {
          conditions: [
            condition('Ready', ready ? 'True' : 'False'),
            condition('ContainersReady', containersReady ? 'True' : 'False'),
          ],
        },
      }
      api.put(podsPath, object)
      slice()
    },
    removePod: (name) => {
      pods.delete(name)
      api.remove(podsPath, name)
      slice()
    },
    ingress: (there) => {
      if (!there) return api.remove(ingressesPath, 'game')
      ingresses += 1
      api.put(ingressesPath, { metadata: { uid: `ingress-${ingresses}`, name: 'game', namespace: 'games' } })
    },
  }
}

/** An app in Los Angeles, whose control plane stands in Oregon. */
export function gameAt(
  ports: { readonly api: number; readonly link: number },
  door: number,
  more: Partial<DoorConfig> = {},
): DoorConfig {
  const way: readonly Hop[] = ['site/la/serviceLink', 'site/la/power']
  return {
    ...{ app: 'game', site: 'la', cluster: 'oregon', namespace: 'games', service: 'game', pods: { app: 'game' } },
    ...{ kind: 'balancer', stands: 'region', api: ports.api, ingress: undefined },
    ways: [
      { site: 'oregon', port: ports.api, crosses: ['site/oregon/power'] },
      { site: 'la', port: ports.link, crosses: way },
    ],
    controllers: ['oregon'],
    public: { address: '127.77.0.1', port: door, crosses: ['site/la/internet'] },
    lan: { address: '127.77.0.2', port: door },
    toPods: { la: ['site/la/serviceLink'], oregon: [] },
    check: { intervalSeconds: 15, timeoutSeconds: 5, healthyThreshold: 2, unhealthyThreshold: 2 },
    clusterDns: [],
    startupSeconds: 45,
    ...more,
  }
}
