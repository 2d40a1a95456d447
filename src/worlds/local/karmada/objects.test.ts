// The files of Karmada's release, with their placeholders filled.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { accountObjects, pushObjects } from './members.ts'
import { aggregation, crdName, marked, markFor, markOf, webhookPath, webhookYaml, withConversion } from './objects.ts'

const crd = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    controller-gen.kubebuilder.io/version: v0.20.0
  name: resourcebindings.work.karmada.io
spec:
  group: work.karmada.io
`

test('a CRD is named as its file says, and other files are none', () => {
  expect(crdName('work.karmada.io_resourcebindings.yaml')).toBe('resourcebindings.work.karmada.io')
  expect(crdName('kustomization.yaml')).toBeUndefined()
})

test('a CRD gets its webhook, and a mark by which it is known to be applied', () => {
  const text = withConversion(crd, 8443, 'Q0E=')
  const mark = markFor(text)
  const { metadata, spec } = parse(marked(text, mark))
  expect(spec).toEqual({
    group: 'work.karmada.io',
    conversion: {
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: 'https://127.0.0.1:8443/convert', caBundle: 'Q0E=' },
        conversionReviewVersions: ['v1'],
      },
    },
  })
  expect(markOf(metadata)).toBe(mark)
  expect(metadata.annotations['controller-gen.kubebuilder.io/version']).toBe('v0.20.0')
  expect(markFor(withConversion(crd, 8444, 'Q0E='))).not.toBe(mark)
})

test('webhooks are pointed at where ours answers', () => {
  const release = `# comment
apiVersion: admissionregistration.k8s.io/v1
kind: MutatingWebhookConfiguration
metadata:
  name: mutating-config
webhooks:
  - name: work.karmada.io
    clientConfig:
      url: https://karmada-webhook.karmada-system.svc:443/mutate-work
      caBundle: {{caBundle}}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: validating-config
webhooks: []
`
  const documents = webhookYaml(release, 8443, 'Q0E=')
  expect(documents.map(webhookPath)).toEqual([
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/mutating-config',
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/validating-config',
  ])
  expect(parse(documents[0] ?? '').webhooks[0].clientConfig).toEqual({
    url: 'https://127.0.0.1:8443/mutate-work',
    caBundle: 'Q0E=',
  })
})

test('the aggregated API is found on the loopback, by a Service that has its port', () => {
  const [service, apiService] = aggregation(9443, 'Q0E=')
  expect(service?.spec).toMatchObject({ type: 'ExternalName', externalName: 'localhost', ports: [{ port: 9443 }] })
  expect(apiService?.spec).toMatchObject({ service: { port: 9443 }, caBundle: 'Q0E=' })
})

test('a member that is pushed to joins by objects alone: an account there, its token and the Cluster here', () => {
  expect(accountObjects('virginia').map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
    'Namespace/karmada-cluster',
    'ServiceAccount/karmada-virginia',
    'ServiceAccount/karmada-impersonator',
    'ClusterRole/karmada-controller-manager:karmada-virginia',
    'ClusterRoleBinding/karmada-controller-manager:karmada-virginia',
  ])
  const access = {
    apiEndpoint: 'https://127.0.0.1:6443',
    id: 'uid',
    caBundle: 'Q0E=',
    token: 'a',
    impersonatorToken: 'b',
  }
  const objects = pushObjects(
    {
      cluster: 'virginia',
      sync: 'push',
      region: 'us-east-1',
      zones: ['us-east-1a'],
      provider: 'aws',
      labels: { tier: 'member' },
    },
    access,
  )
  expect(objects[0]).toMatchObject({ kind: 'Secret', data: { caBundle: 'Q0E=', token: 'YQ==' } })
  expect(objects[2]).toEqual({
    apiVersion: 'cluster.karmada.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'virginia', labels: { tier: 'member' }, annotations: { 'skerry.dev/joined': 'true' } },
    spec: {
      syncMode: 'Push',
      apiEndpoint: 'https://127.0.0.1:6443',
      id: 'uid',
      secretRef: { namespace: 'karmada-cluster', name: 'virginia' },
      impersonatorSecretRef: { namespace: 'karmada-cluster', name: 'virginia-impersonator' },
      region: 'us-east-1',
      zones: ['us-east-1a'],
      provider: 'aws',
    },
  })
})
