// Which image a copy runs, and whether its kubelet must ask the registry before every start.

import type { App, Manifest } from '../../model/fleet.ts'

export interface Image {
  readonly image: string
  readonly pullAlways: boolean
}

export function imageOf(source: App['source'], manifests: readonly Manifest[]): Image {
  if (source.image !== undefined) return { image: source.image, pullAlways: isLatest(source.image) }
  const containers = manifests.flatMap(({ object }) => containersOf(object))
  const images = containers.map(({ image }) => image)
  return { image: images.join(' '), pullAlways: containers.some(mustPull) }
}

interface Container {
  readonly image: string
  readonly imagePullPolicy: string | undefined
}

const mustPull = ({ image, imagePullPolicy }: Container): boolean =>
  imagePullPolicy === undefined ? isLatest(image) : imagePullPolicy === 'Always'

/** Kubernetes pulls an image without a tag, or tagged latest, on every start unless told otherwise. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false
  const name = image.slice(image.lastIndexOf('/') + 1)
  return !name.includes(':') || name.endsWith(':latest')
}

function containersOf(object: unknown): readonly Container[] {
  const containers = at(object, ['spec', 'template', 'spec', 'containers']) ?? at(object, ['spec', 'containers'])
  if (!Array.isArray(containers)) return []
  return containers.flatMap((container: unknown) => {
    const image = at(container, ['image'])
    const policy = at(container, ['imagePullPolicy'])
    return typeof image === 'string'
      ? [{ image, imagePullPolicy: typeof policy === 'string' ? policy : undefined }]
      : []
  })
}

function at(value: unknown, path: readonly string[]): unknown {
  let inner = value
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null) return undefined
    inner = (inner as Readonly<Record<string, unknown>>)[key]
  }
  return inner
}

/** What the run assumes of images, where it matters. */
export function imageAssumption(
  copies: readonly { readonly pullAlways: boolean; readonly app: { readonly name: string } }[],
): readonly string[] {
  const names = [...new Set(copies.filter((copy) => copy.pullAlways).map((copy) => copy.app.name))].sort()
  return names.length === 0
    ? []
    : [`containers of ${names.join(', ')} ask the registry before every start (tag latest, or policy Always)`]
}
