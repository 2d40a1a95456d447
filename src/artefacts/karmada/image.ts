// Another image on some members, in the parts that Karmada's overrider knows: only those that differ are replaced.

import type { KubernetesObject } from '../artefact.ts'
import { at, itemsAt, podPath } from '../workloads/fields.ts'

interface Image {
  readonly registry: string
  readonly repository: string
  /** A tag, or a digest with its algorithm. */
  readonly tag: string
}

/** As container runtimes read it: the first part is a registry where it has a dot or a port, or is localhost. */
export function imageParts(image: string): Image {
  const [, name = image, tag = ''] = /^(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(image.replace(/@.*$/, '')) ?? []
  const digest = image.includes('@') ? image.slice(image.indexOf('@') + 1) : ''
  const cut = name.indexOf('/')
  const first = cut < 0 ? '' : name.slice(0, cut)
  const hasRegistry = /[.:]/.test(first) || first === 'localhost'
  return {
    registry: hasRegistry ? first : '',
    repository: hasRegistry ? name.slice(cut + 1) : name,
    tag: digest === '' ? tag : digest,
  }
}

/** Of several containers, the one whose image has the same name; without one of that name, the first. */
export function imageOverriders(workload: KubernetesObject, image: string): readonly object[] {
  const path = [...(podPath(workload) ?? []), 'spec', 'containers']
  const containers = itemsAt(workload, ...path).map((container) => imageParts(String(at(container, 'image') ?? '')))
  const wanted = imageParts(image)
  const named = containers.findIndex(({ repository }) => last(repository) === last(wanted.repository))
  const index = Math.max(0, named)
  const before = containers[index] ?? { registry: '', repository: '', tag: '' }
  const predicate = containers.length > 1 && { predicate: { path: `/${path.join('/')}/${index}/image` } }
  const part = (component: string, from: string, to: string) =>
    from === to
      ? []
      : [
          to === ''
            ? { ...predicate, component, operator: 'remove' }
            : { ...predicate, component, operator: 'replace', value: to },
        ]
  return [
    ...part('Registry', before.registry, wanted.registry),
    ...part('Repository', before.repository, wanted.repository),
    ...part('Tag', before.tag, wanted.tag),
  ]
}

const last = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1)
