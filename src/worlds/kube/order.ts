// The order in which objects go onto an API: what others lie in or are of first; what sets the rest in motion last.

import type { KubeObject } from './client.ts'

export function inOrder(objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const rank = ({ kind }: KubeObject): number =>
    kind === 'Namespace' || kind === 'CustomResourceDefinition'
      ? 0
      : kind === 'ServiceAccount' || kind === 'ConfigMap' || kind === 'Secret' || kind.endsWith('OverridePolicy')
        ? 1
        : kind.endsWith('PropagationPolicy')
          ? 3
          : 2
  return [0, 1, 2, 3].map((wanted) => objects.filter((object) => rank(object) === wanted)).filter((it) => it.length > 0)
}
