// The undo of what is done in a cluster, armed in that cluster: a CronJob whose one time is the limit, with rights to exactly what it gives
// back. No call from outside is needed for it, and it waits without running: it lives through nodes that are lost meanwhile.

import { fieldsAt, put } from '../../../artefacts/workloads/fields.ts'
import type { KubeObject } from '../../kube/client.ts'
import type { Undo } from './undo.ts'

export const undoNamespace = 'skerry-drill'

interface Right {
  readonly namespace: string
  readonly group: string
  readonly resource: string
  readonly verbs: readonly string[]
}

interface Path {
  readonly group: string
  readonly namespace: string
  readonly resource: string
  readonly name: string
}

/** `/apis/apps/v1/namespaces/game/deployments/web/scale` in its parts. */
export function pathParts(path: string): Path {
  const [, root, ...rest] = path.split('/')
  const [group, , , namespace = '', resource = '', object = ''] = root === 'api' ? ['', ...rest] : rest
  return { group: group ?? '', namespace, resource, name: object }
}

/** `name`: of this undo, since several faults of a drill may arm one in the same cluster. */
export function cronObjects(
  all: readonly Undo[],
  at: Date,
  version: string,
  name = 'give-back',
): readonly KubeObject[] {
  const rights: Right[] = []
  const commands: string[][] = []
  const files: Record<string, string> = {}
  for (const undo of all) {
    if (undo.kind === 'scale') {
      const { group, namespace, resource, name: object } = pathParts(undo.path)
      rights.push({ namespace, group, resource: `${resource}/scale`, verbs: ['get', 'patch', 'update'] })
      rights.push({ namespace, group, resource, verbs: ['get'] })
      commands.push(['--namespace', namespace, 'scale', `${resource}/${object}`, `--replicas=${undo.replicas}`])
    } else if (undo.kind === 'suspended') {
      const { group, namespace, resource, name: object } = pathParts(undo.path)
      rights.push({ namespace, group, resource, verbs: ['get', 'patch'] })
      commands.push([
        ...['--namespace', namespace, 'patch', `${resource}.${group}`, object],
        ...['--type=merge', '--patch={"spec":{"suspend":false}}'],
      ])
    } else if (undo.kind === 'object') {
      const { object } = undo
      const file = `${object.kind.toLowerCase()}-${object.metadata.name}.json`
      files[file] = JSON.stringify(object)
      const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : ''
      rights.push({
        ...{ namespace: object.metadata.namespace ?? 'default', group, verbs: ['get', 'create', 'patch'] },
        resource: object.kind === 'Ingress' ? 'ingresses' : `${object.kind.toLowerCase()}s`,
      })
      commands.push(['apply', '--server-side', '--force-conflicts', `--filename=/undo/${file}`])
    }
  }
  if (commands.length === 0) return []
  const at1 = { namespace: undoNamespace, labels: { 'app.kubernetes.io/managed-by': 'skerry' } }
  const volume = Object.keys(files).length > 0
  const containers = commands.map((args, index) => ({
    name: `step-${index + 1}`,
    // published with each release of Kubernetes; it holds kubectl and nothing else
    image: `registry.k8s.io/kubectl:v${version}.0`,
    args,
    securityContext: {
      ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, runAsUser: 65_532, readOnlyRootFilesystem: true },
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
    ...(volume && { volumeMounts: [{ name: 'undo', mountPath: '/undo', readOnly: true }] }),
  }))
  const namespaces = [...new Set(rights.map(({ namespace }) => namespace))]
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: undoNamespace, labels: at1.labels } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, ...at1 } },
    ...(volume ? [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...at1 }, data: files }] : []),
    ...namespaces.flatMap((namespace): KubeObject[] => {
      const metadata = { name: `skerry-${name}`, namespace, labels: at1.labels }
      return [
        {
          ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata },
          rules: rights
            .filter((right) => right.namespace === namespace)
            .map(({ group, resource, verbs }) => ({ apiGroups: [group], resources: [resource], verbs })),
        },
        {
          ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata },
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: `skerry-${name}` },
          subjects: [{ kind: 'ServiceAccount', name, namespace: undoNamespace }],
        },
      ]
    }),
    {
      ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name, ...at1 } },
      spec: {
        schedule: cronOf(at),
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 3_600,
        jobTemplate: {
          spec: {
            backoffLimit: 10,
            template: {
              spec: {
                serviceAccountName: name,
                restartPolicy: 'OnFailure',
                initContainers: containers.slice(0, -1),
                containers: containers.slice(-1),
                ...(volume && { volumes: [{ name: 'undo', configMap: { name } }] }),
              },
            },
          },
        },
      },
    },
  ]
}

/** The next whole minute: never early. It would come again in a year, and is long gone by then. */
export function cronOf(at: Date): string {
  const next = new Date(Math.ceil(at.getTime() / 60_000) * 60_000)
  return `${next.getUTCMinutes()} ${next.getUTCHours()} ${next.getUTCDate()} ${next.getUTCMonth() + 1} *`
}

/** Without what only the server says of it: as somebody could have applied it. */
export function bare(object: KubeObject): KubeObject {
  const { name: own, namespace, labels, annotations } = object.metadata
  const whole = { ...object, status: undefined } as KubeObject
  const spec = fieldsAt(object, 'spec')
  const { clusterIP: _ip, clusterIPs: _ips, ...rest } = spec
  return put(
    { ...whole, ...(object.kind === 'Service' && spec.clusterIP !== 'None' && { spec: rest }) } as KubeObject &
      Record<string, unknown>,
    ['metadata'],
    {
      name: own,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
    },
  )
}
