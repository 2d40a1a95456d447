// The drills by which the twin is held against real engines, and how fast each is played. Slow: what waits for constants that no flag
// shortens (docs/guides/local.md), such as the client timeout of Karmada, would not end within its drill any more.

export interface Measured {
  /** A folder of examples/, or one beside this file. */
  readonly example: string
  readonly drill: string
  readonly speed: number
}

const at = (speed: number, example: string, ...drills: readonly string[]): readonly Measured[] =>
  drills.map((drill) => ({ example, drill, speed }))

/** Those that are measured before the others, until there are enough repetitions of each. */
const first: readonly Measured[] = [
  ...at(10, 'local-zone', 'cut-link', 'scale-to-zero', 'lose-los-angeles'),
  ...at(10, 'recovery', 'deleted-by-hand', 'cut-service-link', 'lose-outpost'),
  ...at(10, 'wavelength', 'scale-to-zero', 'lose-boston'),
  ...at(10, 'federation', 'member-killed', 'unwell-in-virginia', 'cut-plant', 'blue-fails'),
  // the checks of PowerDNS count whole seconds
  ...at(1, 'two-floors', 'scale-to-zero', 'lines-lost'),
]

const whenTimeIsLeft: readonly Measured[] = [
  ...at(10, 'local-zone', 'check-port-801'),
  ...at(10, 'recovery', 'lose-local-zone'),
  ...at(10, 'federation', 'member-back', 'bad-release'),
  // with the constants as they are
  ...at(1, 'federation', 'member-killed', 'member-frozen'),
]

export const groups = [first, whenTimeIsLeft] as const
export const measuredDrills: readonly Measured[] = groups.flat()

export const nameOf = ({ example, drill, speed }: Measured): string => `${example}/${drill}${speed === 1 ? '@1' : ''}`
