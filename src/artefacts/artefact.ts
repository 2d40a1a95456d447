// A file for a real engine, and the Kubernetes objects that most of them hold. Text is made in one way everywhere, so that the same
// fleet always gives the same bytes: fields in the order in which they are written, two spaces, no line folded, no date.

import { stringify } from 'yaml'

export interface Artefact {
  /** Relative to the output folder, with `/` between its parts. */
  readonly path: string
  readonly text: string
}

export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
  readonly [field: string]: unknown
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * One document, or several with `---` between them. A field that is undefined is left out. Text that the YAML 1.1 of the engines would take
 * for something else (`yes`, `on`, `0x1`) is quoted.
 */
export function yamlOf(...documents: readonly unknown[]): string {
  return documents
    .map((document) => stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }))
    .join('---\n')
}
