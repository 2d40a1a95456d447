// What a fleet may be at most. Every limit exists so that a wrong or hostile file ends in one sentence, not in a full memory; all of
// them lie far above any fleet that a team keeps by hand (ten thousand sites come from a CSV, which costs a row each).

export const limits = {
  /** Of one YAML or JSON file, bytes. A parser of YAML with positions takes about a hundred times that in memory. */
  yamlBytes: 4 * 1024 * 1024,
  /** Of one CSV, bytes. */
  csvBytes: 32 * 1024 * 1024,
  /** Of everything read for one fleet, bytes. */
  totalBytes: 64 * 1024 * 1024,
  /** Of files read for one fleet. */
  files: 5_000,
  /** Of maps and lists inside each other. */
  depth: 64,
  /** Of values in one file, with aliases written out. */
  values: 400_000,
  /** Of documents in one file. */
  documents: 2_000,
  /** Of characters in one key. */
  keyLength: 1_024,
  /** Of characters in one field of a CSV row. */
  cellLength: 10_000,
  /** Of folders that a path may climb above the folder of the fleet, so that shared bases can stand beside it. */
  climb: 3,
  /** Of Kubernetes objects that one kustomization makes. */
  objects: 20_000,
  /** Of problems told at once. */
  problems: 100,
} as const

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`
