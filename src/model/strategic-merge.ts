// A strategic merge patch, as kustomize applies one: it joins the lists of Kubernetes' own kinds by their keys (containers by name, ports
// by number) and replaces every other list; lists of other kinds are always replaced. Reading and rendering share it.

export type PlainObject = Readonly<Record<string, unknown>>

const isMap = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const inside = (value: unknown, key: string): unknown =>
  isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined

/** Merge keys as in the struct tags (patchMergeKey) of k8s.io/api. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  ports: ['containerPort', 'port'],
  ownerReferences: ['uid'],
  conditions: ['type'],
}

/** The second key of lists that have two, as in the list types of the OpenAPI schema. */
const secondKeys: Readonly<Record<string, string>> = {
  ports: 'protocol',
  topologySpreadConstraints: 'whenUnsatisfiable',
}

const ownGroups =
  /^(?:v1|apps\/|batch\/|autoscaling\/|policy\/|networking\.k8s\.io\/|rbac\.authorization\.k8s\.io\/|storage\.k8s\.io\/)/

export const isOwnKind = (apiVersion: string): boolean => ownGroups.test(apiVersion)

export function strategicMerge(object: unknown, patch: unknown, ownKind: boolean): unknown {
  if (!isMap(patch)) return patch
  if (patch.$patch === 'replace') return without(patch, '$patch')
  const out: Record<string, unknown> = { ...(isMap(object) ? object : {}) }
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith('$')) continue
    if (change === null) delete out[key]
    else if (Array.isArray(change) && ownKind) out[key] = mergeList(key, out[key], change)
    else out[key] = strategicMerge(out[key], change, ownKind)
  }
  return out
}

function mergeList(name: string, before: unknown, change: readonly unknown[]): unknown[] {
  const keys = mergeKeys[name]
  const mergeKey = keys?.find((key) =>
    change.every((item) => inside(item, key) !== undefined || inside(item, '$patch') !== undefined),
  )
  if (mergeKey === undefined || !Array.isArray(before))
    return change.filter((item) => inside(item, '$patch') !== 'delete')
  if (change.some((item) => inside(item, '$patch') === 'replace'))
    return change.filter((item) => inside(item, '$patch') !== 'replace')
  const second = secondKeys[name]
  const byBoth = second !== undefined && [...before, ...change].every((item) => inside(item, second) !== undefined)
  const isSame = (one: unknown, other: unknown): boolean =>
    inside(one, mergeKey) === inside(other, mergeKey) && (!byBoth || inside(one, second) === inside(other, second))
  const isDeleted = (item: unknown) => change.some((it) => inside(it, '$patch') === 'delete' && isSame(it, item))
  const stays = before.filter((item) => !isDeleted(item))
  const changes = change.filter((item) => inside(item, '$patch') !== 'delete')
  const merged = (item: unknown, patch: unknown) => strategicMerge(item, patch, true)
  // kustomize puts the patch first (kyaml: MergeOptionsListPrepend); by two keys only what is new
  if (byBoth)
    return [
      ...changes.filter((item) => !stays.some((other) => isSame(item, other))),
      ...stays.map((item) => changes.filter((patch) => isSame(patch, item)).reduce(merged, item)),
    ]
  return [
    ...changes.map((patch) =>
      merged(
        stays.find((item) => isSame(item, patch)),
        patch,
      ),
    ),
    ...stays.filter((item) => !changes.some((patch) => isSame(patch, item))),
  ]
}

const without = (map: PlainObject, gone: string): PlainObject =>
  Object.fromEntries(Object.entries(map).filter(([key]) => key !== gone))
