// Where a value came from, so that every message can point at it. A fleet of ten thousand sites shares the positions of its
// classes: an entity carries a short origin, and the place in the file is looked up only when somebody asks.

export interface Origin {
  /** The file, as the user named it; `-` for standard input. */
  readonly file: string
  /** Slash-separated path of keys and indices from the root of the file: document index first, such as `0/sites/1`. */
  readonly pointer: string
  /** The same in the reader's words, such as `sites.los-angeles`. */
  readonly label: string
  /** The row of a class, where the entity was expanded from one. */
  readonly row?: Row
}

export interface Row {
  readonly file: string
  readonly line: number
  readonly key: string
}

export interface Position {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export interface SourceFile {
  readonly text: string
  /** Pointer → [line, column] of each value written in the file; of keys, under the pointer followed by `#key`. */
  readonly positions: Readonly<Record<string, readonly [line: number, column: number]>>
}

/** The sources of a fleet, by file name. */
export type Sources = Readonly<Record<string, SourceFile>>

/** The position of an entity, or of a field inside it; of the nearest thing around it that is written down, where the field is a default. */
export function positionOf(sources: Sources, origin: Origin, field?: string): Position {
  const positions = sources[origin.file]?.positions ?? {}
  let pointer = field === undefined ? origin.pointer : `${origin.pointer}/${field}`
  for (;;) {
    const found = positions[pointer]
    if (found !== undefined) return { file: origin.file, line: found[0], column: found[1] }
    const cut = pointer.lastIndexOf('/')
    if (cut < 0) return { file: origin.file, line: 1, column: 1 }
    pointer = pointer.slice(0, cut)
  }
}

/** The path of a field in the reader's words: `sites.los-angeles.link.offlineFor`. */
export function labelOf(origin: Origin, field?: string): string {
  return field === undefined ? origin.label : `${origin.label}.${field.replaceAll('/', '.')}`
}
