// The plan of the example recovery, against the founding facts of an Outpost and a Local Zone kept alike by Flux (91 to 136).

import { expect, test } from 'vitest'
import { readFleet } from '../fleet/read.ts'
import type { Step } from '../model/plan.ts'
import { plan } from './index.ts'

const made = plan(await readFleet(['examples/recovery']))
const place = new Map(made.steps.map(({ id }, index) => [id, index]))
const at = (id: string): number => {
  const index = place.get(id)
  expect(index, `${id} is planned`).toBeDefined()
  return index ?? 0
}
const step = (id: string): Step => made.steps[at(id)] as Step
const undone = (id: string): number =>
  made.backward.findIndex(({ undoes, kind }) => undoes === id && kind !== 'gitops.suspend')
const both = ['outposts', 'localzone'] as const
const sorted = (places: readonly number[]): void => {
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
}

test('[seed 91, 92, 94] two clusters in two Regions, each with an OIDC provider and nodes of its own', () => {
  expect(both.map((site) => step(`cluster.create/eks-${site}`).intent.region)).toEqual(['us-east-1', 'us-west-2'])
  for (const site of both) {
    expect(step(`addon/eks-${site}/oidc-provider`).needs).toEqual([`cluster.create/eks-${site}`])
    expect(step(`pool.join/${site}/workers`).intent).toMatchObject({ cluster: `eks-${site}`, site })
  }
})

test('the two Regions are branches of their own up to the copies: nothing of one waits for anything of the other', () => {
  const reached = (id: string, seen = new Set<string>()): ReadonlySet<string> => {
    for (const need of step(id).needs) if (!seen.has(need)) reached(need, seen.add(need))
    return seen
  }
  for (const [own, other] of [both, [...both].reverse()]) {
    const needed = [...reached(`verify/controller/eks-${own}`), ...reached(`verify/nodes-ready/${own}/workers`)]
    expect(needed.filter((id) => id.includes(`eks-${other}`) || id.includes(`/${other}/`))).toEqual([])
  }
})

test('[seed 122] on each cluster Flux is installed, then its secret, its source, its Kustomization, when the nodes are Ready', () => {
  for (const site of both) {
    expect(step(`gitops.start/eks-${site}`).intent.order).toEqual(['install', 'secret', 'source', 'kustomization'])
    expect(step(`gitops.start/eks-${site}`).needs).toContain(`verify/nodes-ready/${site}/workers`)
  }
})

test('[seed 123] the source is the branch master, asked every minute, with the secret flux-system', () => {
  for (const site of both)
    expect(step(`gitops.start/eks-${site}`).intent.source).toMatchObject({
      kind: 'GitRepository',
      name: 'flux-system',
      branch: 'master',
      intervalSeconds: 60,
      secret: 'flux-system',
    })
})

test("[seed 98, 124] the root Kustomization reads the site's own folder under clusters, every 10 minutes, and prunes", () => {
  for (const site of both) {
    expect(step(`gitops.start/eks-${site}`).intent.root).toEqual({
      name: 'flux-system',
      path: `./clusters/${site}/flux-system`,
      intervalSeconds: 600,
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    })
  }
})

test("[seed 96, 97, 117, 118, 119] a chart repository, the controller's Kustomization, and the app's that depends on it", () => {
  for (const site of both) {
    const { helmRepositories, kustomizations } = step(`gitops.start/eks-${site}`).intent
    expect(helmRepositories).toEqual([
      { name: 'eks', namespace: 'flux-system', url: 'https://aws.github.io/eks-charts', intervalSeconds: 600 },
    ])
    const common = {
      intervalSeconds: 600,
      prune: true,
      wait: true,
      sourceRef: { kind: 'GitRepository', name: 'flux-system' },
    }
    expect(kustomizations).toEqual([
      { name: 'aws-load-balancer-controller', path: `./infrastructure/${site}`, dependsOn: [], ...common },
      { name: 'game-2048', path: `./apps/${site}`, dependsOn: ['aws-load-balancer-controller'], ...common },
    ])
  }
})

test('[seed 119] Flux runs before what it delivers, and the controller before the app', () => {
  for (const site of both) {
    sorted(
      [
        `gitops.start/eks-${site}`,
        `addon/eks-${site}/aws-load-balancer-controller`,
        `verify/controller/eks-${site}`,
        `app.place/game-2048/${site}`,
      ].map(at),
    )
    expect(step(`addon/eks-${site}/aws-load-balancer-controller`).needs).toContain(`gitops.start/eks-${site}`)
    expect(step(`app.place/game-2048/${site}`).needs).toEqual(
      expect.arrayContaining([`gitops.start/eks-${site}`, `verify/controller/eks-${site}`]),
    )
    expect(
      [`addon/eks-${site}/aws-load-balancer-controller`, `app.place/game-2048/${site}`].map((id) => step(id).intent.by),
    ).toEqual(['flux', 'flux'])
  }
})

test('[seed 99, 101, 102, 103, 104, 112] the release of the controller, with the values of its own cluster', () => {
  for (const site of both) {
    expect(step(`addon/eks-${site}/aws-load-balancer-controller`).intent).toMatchObject({
      namespace: 'kube-system',
      chart: { name: 'aws-load-balancer-controller', version: '1.5.4' },
      releaseName: 'ee',
      release: {
        intervalSeconds: 600,
        timeoutSeconds: 600,
        reconcileStrategy: 'ChartVersion',
        sourceRef: { kind: 'HelmRepository', name: 'eks', namespace: 'flux-system' },
      },
      values: { clusterName: `eks-${site}`, serviceAccount: { name: 'aws-load-balancer-controller' } },
    })
  }
})

test('[seed 121] each cluster has a role of its own for the controller, tied to the service account', () => {
  expect(both.map((site) => step(`addon/eks-${site}/aws-load-balancer-controller`).intent.serviceAccount)).toEqual(
    both.map((site) => ({
      namespace: 'kube-system',
      name: 'aws-load-balancer-controller',
      role: `${site}-load-balancer-controller`,
      identity: 'oidc',
    })),
  )
})

test('[seed 103] what is waited for has the name that the release ee gives it', () => {
  expect(step('verify/controller/eks-outposts').intent.deployment).toBe('ee-aws-load-balancer-controller')
})

test('[seed 106, 107, 109, 110] namespace, Deployment, Service and Ingress, in the order of the base, alike at both sites', () => {
  const [outposts, localzone] = both.map((site) => step(`app.place/game-2048/${site}`).intent)
  expect(outposts?.objects).toMatchObject(
    ['Namespace/game-2048', 'Deployment/deployment-2048', 'Service/service-2048', 'Ingress/ingress-2048'].map(
      (name) => ({ name }),
    ),
  )
  expect(outposts?.objects).toEqual(localzone?.objects)
  expect([outposts?.replicas, localzone?.replicas]).toEqual([1, 1])
})

test('[seed 111, 114] the load balancer of each site: class alb, internet-facing, to pod addresses, in the subnets of the site', () => {
  expect(both.map((site) => step(`app.place/game-2048/${site}`).intent.ingress)).toMatchObject(
    ['outposts-front', 'localzone-front'].map((subnet) => ({
      class: 'alb',
      scheme: 'internetFacing',
      targetType: 'ip',
      subnets: [subnet],
    })),
  )
})

test('[seed 125] in the end source and Kustomizations are reconciled, and Ingress, pods and services are listed on both', () => {
  for (const site of both) {
    expect(step(`verify/reconciled/eks-${site}`).intent).toMatchObject({
      source: 'GitRepository/flux-system',
      claim: 'reconciled',
    })
    expect(step(`verify/placed/game-2048/${site}`).intent).toMatchObject({
      namespace: 'game-2048',
      list: ['ingress', 'pods', 'services'],
    })
  }
})

test('[seed 126, 127] a public zone, and one health check per site on its load balancer: HTTP, port 80, path /, every 30 s, 3 in a row', () => {
  expect(step('route.point/zone/example.com')).toMatchObject({
    existing: false,
    intent: { name: 'example.com', private: false },
  })
  expect(step('route.point/checks/www.example.com').intent.checks).toEqual(
    both.map((site) => ({
      name: site,
      endpoint: { loadBalancerOf: { app: 'game-2048', site } },
      protocol: 'http',
      port: 80,
      path: '/',
      intervalSeconds: 30,
      failureThreshold: 3,
      by: 'checkers',
    })),
  )
})

test('[seed 129, 130] alias records of type A, primary for outposts and secondary for localzone, both with target health and health check', () => {
  expect(both.map((site) => step(`route.point/record/www.example.com/${site}`).intent)).toMatchObject([
    {
      type: 'A',
      role: 'PRIMARY',
      setIdentifier: 'outposts',
      alias: { evaluateTargetHealth: true },
      healthCheck: 'outposts',
    },
    {
      type: 'A',
      role: 'SECONDARY',
      setIdentifier: 'localzone',
      alias: { evaluateTargetHealth: true },
      healthCheck: 'localzone',
    },
  ])
})

test('[seed 132] zone, health checks, primary record, secondary record; the copies before them', () => {
  sorted(
    [
      'verify/placed/game-2048/outposts',
      'route.point/zone/example.com',
      'route.point/checks/www.example.com',
      'route.point/record/www.example.com/outposts',
      'route.point/record/www.example.com/localzone',
    ].map(at),
  )
  expect(step('route.point/record/www.example.com/localzone').needs).toContain(
    'route.point/record/www.example.com/outposts',
  )
})

test('[seed 134] the clean-up: records, health checks, zone, then app and release on each cluster, then Flux; but Flux is suspended first', () => {
  expect(made.backward.slice(0, 2).map(({ kind, subject }) => [kind, subject.cluster])).toEqual([
    ['gitops.suspend', 'eks-outposts'],
    ['gitops.suspend', 'eks-localzone'],
  ])
  for (const site of both) {
    sorted(
      [
        `route.point/record/www.example.com/${site}`,
        'route.point/checks/www.example.com',
        'route.point/zone/example.com',
        `app.place/game-2048/${site}`,
        `addon/eks-${site}/aws-load-balancer-controller`,
        `gitops.start/eks-${site}`,
        `pool.join/${site}/workers`,
        `cluster.create/eks-${site}`,
      ].map(undone),
    )
    const needs = (id: string) => made.backward[undone(id)]?.needs
    for (const delivered of [`app.place/game-2048/${site}`, `addon/eks-${site}/aws-load-balancer-controller`])
      expect(needs(delivered)).toContain(`suspend/gitops.start/eks-${site}`)
    expect(needs(`gitops.start/eks-${site}`)).toContain(`undo/addon/eks-${site}/aws-load-balancer-controller`)
  }
})
