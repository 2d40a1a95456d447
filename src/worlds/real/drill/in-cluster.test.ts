// The undo that waits in the cluster: one CronJob with rights to what it gives back and to nothing else.

import { expect, test } from 'vitest'
import { at, itemsAt } from '../../../artefacts/workloads/fields.ts'
import type { KubeObject } from '../../kube/client.ts'
import { bare, cronObjects, cronOf, pathParts } from './in-cluster.ts'

const when = new Date('2026-11-21T22:07:30Z')
const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'u', resourceVersion: '7', managedFields: [] },
  spec: { replicas: 3 },
  status: { readyReplicas: 3 },
}

test('its time is the next whole minute, never an earlier one', () => {
  expect(cronOf(when)).toBe('8 22 21 11 *')
  expect(cronOf(new Date('2026-11-21T23:59:30Z'))).toBe('0 0 22 11 *')
  expect(cronOf(new Date('2026-11-21T22:07:00Z'))).toBe('7 22 21 11 *')
})

test('a path of the API says whose it is', () => {
  expect(pathParts('/apis/apps/v1/namespaces/shop/deployments/web/scale')).toEqual({
    group: 'apps',
    namespace: 'shop',
    resource: 'deployments',
    name: 'web',
  })
  expect(pathParts('/api/v1/namespaces/shop/services/web')).toEqual({
    group: '',
    namespace: 'shop',
    resource: 'services',
    name: 'web',
  })
})

test('it scales back and lets Flux go on, step by step, with no right beyond that', () => {
  const objects = cronObjects(
    [
      { kind: 'scale', cluster: 'c', path: '/apis/apps/v1/namespaces/shop/deployments/web', replicas: 3 },
      {
        kind: 'suspended',
        cluster: 'c',
        path: '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/apps',
      },
    ],
    when,
    '1.35',
  )
  const cron = objects.find(({ kind }) => kind === 'CronJob')
  const pod = at(cron, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
  expect(itemsAt(pod, 'initContainers').map((it) => at(it, 'args'))).toEqual([
    ['--namespace', 'shop', 'scale', 'deployments/web', '--replicas=3'],
  ])
  expect(itemsAt(pod, 'containers').map((it) => itemsAt(it, 'args').at(-1))).toEqual([
    '--patch={"spec":{"suspend":false}}',
  ])
  const roles = objects.filter(({ kind }) => kind === 'Role')
  expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(['shop', 'flux-system'])
  const verbs = roles.flatMap((role) => itemsAt(role, 'rules').flatMap((rule) => itemsAt(rule, 'verbs')))
  expect(verbs).not.toContain('*')
  expect(verbs).not.toContain('delete')
})

test('a deleted object comes back from a file of its own, without what only a server says', () => {
  const objects = cronObjects([{ kind: 'object', cluster: 'c', object: bare(deployment) }], when, '1.35')
  const data = at(
    objects.find(({ kind }) => kind === 'ConfigMap'),
    'data',
  ) as Record<string, string>
  expect(JSON.parse(data['deployment-web.json'] ?? '{}')).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 3 },
  })
})

test('where nothing in the cluster is to be given back nothing is put there', () => {
  expect(cronObjects([], when, '1.35')).toEqual([])
})
