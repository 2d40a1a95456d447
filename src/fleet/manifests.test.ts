import { expect, test } from 'vitest'
import { positionOf } from '../model/origin.ts'
import type { Problem } from '../model/refusal.ts'
import { Refusal } from '../model/refusal.ts'
import { fleetFrom } from './from.ts'

const fleet = (source: string) => `apiVersion: skerry.dev/v1alpha1
kind: Fleet
metadata: { name: x }
sites: [{ name: a, place: { region: us-west-2 } }, { name: b, place: { region: us-west-2 } }]
---
kind: App
metadata: { name: web }
source: ${source}
placement: [{ site: a }, { site: b }]
`
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "nginx:1.27", env: [{ name: A, value: "1" }] }
        - { name: side, image: registry.example.com/side@sha256:abc0 }
`
const service =
  'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n'
const ingress = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, annotations: { alb.ingress.kubernetes.io/scheme: internal } }
spec: { rules: [{ http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] } }] }
`
const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: { name: web }\n'
const base = {
  'base/kustomization.yaml': 'resources: [namespace.yaml, deployment.yaml, service.yaml, ingress.yaml]\n',
  'base/deployment.yaml': deployment,
  'base/service.yaml': service,
  'base/ingress.yaml': ingress,
  'base/namespace.yaml': namespace,
}

const read = (source: string, files: Record<string, string>) => {
  const [app] = fleetFrom(fleet(source), files).apps
  return app?.placement[0]?.manifests ?? []
}
const kustomized = (kustomization: string, more: Record<string, string> = {}) =>
  read('{ kustomize: over }', { ...base, 'over/kustomization.yaml': kustomization, ...more })
const named = (kind: string, manifests: ReturnType<typeof read>) => manifests.find((manifest) => manifest.kind === kind)

function wrong(source: string, files: Record<string, string>): readonly Problem[] {
  try {
    fleetFrom(fleet(source), files)
  } catch (error) {
    if (error instanceof Refusal) return error.problems
    throw error
  }
  return []
}
const wrongIn = (kustomization: string, more: Record<string, string> = {}) =>
  wrong('{ kustomize: over }', { ...base, 'over/kustomization.yaml': kustomization, ...more })

test('a file and a folder of manifests are read, in the order of their names, each object with its line', () => {
  const files = {
    'm/b.yaml': `${service}---\n${ingress}`,
    'm/a.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n' } }),
    'm/sub/c.yml': namespace,
    'm/README.md': '# no',
    'm/.hidden.yaml': 'x',
  }
  const manifests = read('{ manifests: ./m }', files)
  expect(manifests.map(({ kind, name, namespace }) => [kind, name, namespace])).toEqual([
    ['ConfigMap', 'c', 'n'],
    ['Service', 'web', undefined],
    ['Ingress', 'web', undefined],
    ['Namespace', 'web', undefined],
  ])
  const whole = fleetFrom(fleet('{ manifests: m/b.yaml }'), files)
  const [, second] = whole.apps[0]?.placement[0]?.manifests ?? []
  expect(second && positionOf(whole.sources, second.origin, 'spec/rules')).toEqual({
    file: 'm/b.yaml',
    line: 9,
    column: 16,
  })
  expect(second?.origin.label).toBe('Ingress/web')
})

test('a source is read once and shared by the copies', () => {
  const [app] = fleetFrom(fleet('{ manifests: m.yaml }'), { 'm.yaml': service }).apps
  expect(app?.placement[0]?.manifests).toBe(app?.placement[1]?.manifests)
})

test('a list is taken apart', () => {
  expect(
    read('{ manifests: m.yaml }', {
      'm.yaml': `apiVersion: v1\nkind: List\nitems:\n  - { apiVersion: v1, kind: Secret, metadata: { name: s } }\n`,
    }),
  ).toEqual([expect.objectContaining({ kind: 'Secret', name: 's' })])
})

test('a chart and an image bring no manifests', () => {
  expect(read('{ image: nginx }', {})).toEqual([])
  expect(read('{ chart: { repository: https://x, name: a, version: 1.0.0 } }', {})).toEqual([])
})

test.each([
  ['a file that is not there', '{ manifests: no.yaml }', {}, 'there is no file no.yaml', 'fleet.yaml'],
  ['a folder without manifests', '{ manifests: m }', { 'm/a.txt': '' }, 'm holds no manifest', 'fleet.yaml'],
  ['a folder with a kustomization', '{ manifests: base }', base, 'base holds a kustomization', 'fleet.yaml'],
  [
    'a folder without a kustomization',
    '{ kustomize: m }',
    { 'm/a.yaml': service },
    'm holds no kustomization.yaml',
    'fleet.yaml',
  ],
  ['no folder', '{ kustomize: m }', {}, 'there is no folder m', 'fleet.yaml'],
  ['a path from the root', '{ manifests: /etc/passwd }', {}, 'the path "/etc/passwd" leads too far', 'fleet.yaml'],
  [
    'a path that climbs too far',
    '{ manifests: ../../../../etc }',
    {},
    'the path "../../../../etc" leads too far',
    'fleet.yaml',
  ],
  [
    'a manifest without a kind',
    '{ manifests: m.yaml }',
    { 'm.yaml': 'apiVersion: v1\nmetadata: { name: a }\n' },
    'the Kubernetes object has no kind',
    'm.yaml',
  ],
  [
    'a manifest without a name',
    '{ manifests: m.yaml }',
    { 'm.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: { generateName: a- }\n' },
    'the Pod has no name',
    'm.yaml',
  ],
  [
    'a manifest that is a text',
    '{ manifests: m.yaml }',
    { 'm.yaml': 'hello\n' },
    'the document is "hello", not a Kubernetes object',
    'm.yaml',
  ],
  ['a manifest that is no YAML', '{ manifests: m.yaml }', { 'm.yaml': 'a: [\n' }, 'a bracket is not closed', 'm.yaml'],
])('%s is told', (_, source, files, message, file) => {
  expect(wrong(source, files)).toEqual([
    expect.objectContaining({ message, at: expect.objectContaining({ file }) as object }),
  ])
})

test('a path may climb a little: shared bases stand beside a fleet', () => {
  expect(read('{ manifests: ../shared/web.yaml }', { '../shared/web.yaml': service })).toHaveLength(1)
})

test('a kustomization keeps the order of its resources and sets its namespace where there is one', () => {
  const manifests = kustomized('namespace: game\nresources: [../base]\n')
  expect(manifests.map(({ kind, name, namespace }) => [kind, name, namespace])).toEqual([
    ['Namespace', 'game', undefined],
    ['Deployment', 'web', 'game'],
    ['Service', 'web', 'game'],
    ['Ingress', 'web', 'game'],
  ])
})

test('a strategic patch joins containers by name and keeps what it does not name', () => {
  const patch =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\nspec:\n  replicas: 5\n  template: { spec: { containers: [{ name: web, env: [{ name: B, value: "2" }] }, { name: new, image: x }] } }\n'
  const object = named(
    'Deployment',
    kustomized('resources: [../base]\npatches: [{ path: p.yaml }]\n', { 'over/p.yaml': patch }),
  )?.object
  expect(object).toMatchObject({
    spec: {
      replicas: 5,
      template: {
        spec: {
          containers: [
            // what the patch says comes first: kustomize 5.8.1
            { name: 'web', image: 'nginx:1.27', env: [{ name: 'B' }, { name: 'A' }] },
            { name: 'new' },
            { name: 'side' },
          ],
        },
      },
    },
  })
})

test('a strategic patch can take away: null for a key, $patch for an item and for an object', () => {
  const inline = (text: string) =>
    `resources: [../base]\npatches:\n  - patch: |\n${text
      .split('\n')
      .map((line) => `      ${line}`)
      .join('\n')}\n`
  const head = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n'
  expect(named('Deployment', kustomized(inline(`${head}  labels: null`)))?.object.metadata).toEqual({ name: 'web' })
  expect(
    JSON.stringify(
      named(
        'Deployment',
        kustomized(inline(`${head}spec: { template: { spec: { containers: [{ name: side, $patch: delete }] } } }`)),
      )?.object,
    ),
  ).not.toContain('side')
  expect(named('Deployment', kustomized(inline(`$patch: delete\n${head}`)))).toBeUndefined()
})

test('a JSON patch changes what its target selects', () => {
  const patch =
    '[{ op: replace, path: /spec/replicas, value: 9 }, { op: add, path: /metadata/annotations, value: { a~b: c } }, { op: remove, path: /metadata/labels/app }, { op: add, path: /spec/template/spec/containers/-, value: { name: last } }, { op: copy, from: /spec/replicas, path: /spec/copied }, { op: move, from: /spec/copied, path: /spec/moved }]'
  const object = named(
    'Deployment',
    kustomized(
      `resources: [../base]\npatches: [{ target: { kind: Deployment, labelSelector: app=web }, patch: "${patch}" }]\n`,
    ),
  )?.object
  expect(object).toMatchObject({
    metadata: { annotations: { 'a~b': 'c' }, labels: {} },
    spec: { replicas: 9, moved: 9 },
  })
  expect(JSON.stringify(object)).toContain('"name":"last"')
  expect(JSON.stringify(object)).not.toContain('copied')
})

test('lists of a kind that is not of Kubernetes are replaced, not joined', () => {
  const crd = 'apiVersion: x.example.com/v1\nkind: Thing\nmetadata: { name: t }\nspec: { containers: [{ name: a }] }\n'
  const patch =
    'apiVersion: x.example.com/v1\nkind: Thing\nmetadata: { name: t }\nspec: { containers: [{ name: b }] }\n'
  const manifests = kustomized('resources: [t.yaml]\npatches: [{ path: p.yaml }]\n', {
    'over/t.yaml': crd,
    'over/p.yaml': patch,
  })
  expect(named('Thing', manifests)?.object).toMatchObject({ spec: { containers: [{ name: 'b' }] } })
})

test('images, replicas, labels and annotations', () => {
  const manifests = kustomized(`resources: [../base]
images: [{ name: nginx, newName: mirror.local/nginx, newTag: "1.28" }, { name: registry.example.com/side, newTag: v2 }]
replicas: [{ name: web, count: 7 }]
labels: [{ pairs: { team: games }, includeSelectors: true }, { pairs: { only: meta } }]
commonAnnotations: { owner: games }
`)
  const { object } = named('Deployment', manifests) ?? {}
  expect(object).toMatchObject({
    metadata: { labels: { app: 'web', team: 'games', only: 'meta' }, annotations: { owner: 'games' } },
    spec: {
      replicas: 7,
      selector: { matchLabels: { app: 'web', team: 'games' } },
      template: {
        metadata: { labels: { team: 'games' }, annotations: { owner: 'games' } },
        spec: { containers: [{ image: 'mirror.local/nginx:1.28' }, { image: 'registry.example.com/side:v2' }] },
      },
    },
  })
  expect(JSON.stringify(object)).not.toContain('"selector":{"matchLabels":{"app":"web","team":"games","only"')
  expect(named('Service', manifests)?.object).toMatchObject({ spec: { selector: { app: 'web', team: 'games' } } })
})

test('a prefix and a suffix rename objects and what refers to them', () => {
  const manifests = kustomized('resources: [../base]\nnamePrefix: a-\nnameSuffix: -z\n')
  expect(manifests.map(({ kind, name }) => `${kind}/${name}`)).toEqual([
    'Namespace/web',
    'Deployment/a-web-z',
    'Service/a-web-z',
    'Ingress/a-web-z',
  ])
  expect(JSON.stringify(named('Ingress', manifests)?.object)).toContain('"service":{"name":"a-web-z"')
})

test('a component works on what the kustomization has so far', () => {
  const manifests = kustomized('resources: [../base]\ncomponents: [../more]\n', {
    'more/kustomization.yaml': 'kind: Component\nreplicas: [{ name: web, count: 4 }]\n',
  })
  expect(named('Deployment', manifests)?.object).toMatchObject({ spec: { replicas: 4 } })
})

test('what is read from a base is not changed by an overlay: two overlays of one base differ', () => {
  const files = {
    ...base,
    'one/kustomization.yaml': 'resources: [../base]\nreplicas: [{ name: web, count: 1 }]\n',
    'two/kustomization.yaml': 'resources: [../base]\nreplicas: [{ name: web, count: 2 }]\n',
  }
  const text = fleet('{ kustomize: one }').replace('{ site: b }', '{ site: b, source: { kustomize: two } }')
  const [app] = fleetFrom(text, files).apps
  expect(app?.placement.map(({ manifests }) => named('Deployment', manifests)?.object.spec)).toMatchObject([
    { replicas: 1 },
    { replicas: 2 },
  ])
})

test.each([
  ['an unknown key', 'resource: [../base]\n', 'unknown key resource in a kustomization', /did you mean resources\?/],
  [
    'charts',
    'resources: [../base]\nhelmCharts: []\n',
    'skerry does not carry out helmCharts of a kustomization',
    /kustomize build/,
  ],
  [
    'a base elsewhere',
    'resources: ["https://github.com/x/y//z?ref=v1"]\n',
    'the resource https://github.com/x/y//z?ref=v1 lies elsewhere',
    /keep a copy/,
  ],
  ['a resource that is not there', 'resources: [no.yaml]\n', 'there is no file over/no.yaml', /path/],
  ['itself as a resource', 'resources: [../over]\n', 'over names itself as a resource, by way of over', /take one/],
  ['the same object twice', 'resources: [../base, ../base/service.yaml]\n', 'Service web comes in twice', /name one/],
  [
    'a patch of nothing',
    'resources: [../base]\npatches: [{ target: { kind: Deployment, name: wob }, patch: "[]\\n" }]\n',
    'the patch changes nothing: there is no the target kind Deployment, name wob',
    /objects here/,
  ],
  [
    'a JSON patch that does not fit',
    'resources: [../base]\npatches: [{ target: { kind: Service }, patch: "[{ op: remove, path: /spec/no }]\\n" }]\n',
    'the patch does not fit Service web: remove /spec/no: there is no such place',
    /path of the operation/,
  ],
  [
    'a JSON patch without a target',
    'resources: [../base]\npatches: [{ patch: "[]\\n" }]\n',
    'a JSON patch has no target',
    /add target/,
  ],
  ['a resource that is a map', 'resources: [{ a: b }]\n', 'an item of resources is a map, not a path', /name a file/],
  [
    'a resource too far away',
    'resources: [../../../../../x]\n',
    'the path "../../../../../x" leads too far',
    /climbs at most 3/,
  ],
  ['a list that is a text', 'resources: ../base\n', 'resources is "../base", not a list', /write resources/],
  ['nothing', '# empty\n', 'the kustomization is empty', /list its resources/],
  ['two documents', 'resources: [../base]\n---\nresources: []\n', 'a kustomization is one document', /second/],
])('a kustomization with %s is told', (_, text, message, hint) => {
  const [problem, ...more] = wrongIn(text)
  expect(more).toEqual([])
  expect(problem?.message).toBe(message)
  expect(problem?.hint).toMatch(hint)
  expect(problem?.at?.file).toBe('over/kustomization.yaml')
})

test('bases that double at every level end in a sentence', () => {
  const files: Record<string, string> = { 'k0/kustomization.yaml': 'resources: [s.yaml]\n', 'k0/s.yaml': service }
  for (let level = 1; level <= 18; level += 1) {
    files[`k${level}/kustomization.yaml`] = `resources: [../p${level}, ../q${level}]\n`
    files[`p${level}/kustomization.yaml`] = `namePrefix: p-\nresources: [../k${level - 1}]\n`
    files[`q${level}/kustomization.yaml`] = `namePrefix: q-\nresources: [../k${level - 1}]\n`
  }
  expect(wrong('{ kustomize: k9 }', files)[0]?.message ?? 'fine').toBe('fine')
  expect(wrong('{ kustomize: k18 }', files)[0]?.message).toBe('the kustomizations are nested too deep')
})

const generating = {
  'gen/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: "nginx:1.27", envFrom: [{ configMapRef: { name: settings } }] }]
      volumes: [{ name: v, configMap: { name: plain } }]
`,
  'gen/kustomization.yaml': `resources: [deployment.yaml]
configMapGenerator:
  - name: settings
    literals: [COLOR=blue, 'QUOTED="a <b> & c"']
    files: [app.conf, other.txt=app.conf]
    envs: [vars.env]
  - name: plain
    literals: [A=1]
    options: { disableNameSuffixHash: true, labels: { tier: web } }
`,
  'gen/app.conf': 'port = 80\n# é\n',
  'gen/vars.env': '# comment\nX=1\n  Y=two words\n\n',
}

test('a generated ConfigMap has the name that kustomize gives it, and pods refer to it', () => {
  const manifests = read('{ kustomize: gen }', generating)
  const maps = manifests.filter(({ kind }) => kind === 'ConfigMap')
  // by kustomize 5.8: what is in it is the end of its name
  expect(maps.map(({ name }) => name)).toEqual(['settings-4245f262cm', 'plain'])
  expect(maps[0]?.object.data).toEqual({
    COLOR: 'blue',
    QUOTED: 'a <b> & c',
    X: '1',
    Y: 'two words',
    'app.conf': 'port = 80\n# é\n',
    'other.txt': 'port = 80\n# é\n',
  })
  expect(maps[1]?.object.metadata).toEqual({ name: 'plain', labels: { tier: 'web' } })
  const text = JSON.stringify(named('Deployment', manifests)?.object)
  expect(text).toContain('"configMapRef":{"name":"settings-4245f262cm"}')
  expect(text).toContain('"configMap":{"name":"plain"}')
})

test('an overlay merges into a generated ConfigMap before its name is fixed', () => {
  const over = `resources: [../gen]
namePrefix: my-
configMapGenerator: [{ name: settings, behavior: merge, literals: [COLOR=red] }]
`
  const manifests = read('{ kustomize: over }', { ...generating, 'over/kustomization.yaml': over })
  const map = manifests.find(({ name }) => name.startsWith('my-settings'))
  expect(map?.name).toBe('my-settings-hd49d268b4')
  expect(map?.object).toMatchObject({ data: { COLOR: 'red', X: '1' } })
  expect(JSON.stringify(named('Deployment', manifests)?.object)).toContain('"name":"my-settings-hd49d268b4"')
})

test('a generator that cannot be carried out is told with its line', () => {
  const made = (generator: string) =>
    wrong('{ kustomize: gen }', { ...generating, 'gen/kustomization.yaml': `configMapGenerator:\n  - ${generator}\n` })
  expect(made('{ literals: [A=1] }')[0]?.message).toBe('a configMapGenerator has no name')
  expect(made('{ name: a, literals: [A] }')[0]).toMatchObject({
    message: 'the literal "A" has no key',
    at: { line: 2 },
  })
  expect(made('{ name: a, literals: [A=1, A=2] }')[0]?.message).toBe('the key A comes twice')
  expect(made('{ name: a, behavior: merge, literals: [A=1] }')[0]?.message).toContain('there is no ConfigMap a')
  expect(made('{ name: a, files: [nowhere.txt] }')[0]?.message).toContain('nowhere.txt')
})
