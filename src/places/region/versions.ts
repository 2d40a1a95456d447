// Kubernetes versions on EKS: the last day of standard support and of extended support, twelve months later. Of versions before the
// first row both are over; of versions after the last row nothing is known here yet.

export interface VersionRow {
  readonly version: string
  readonly standardUntil: string
  readonly extendedUntil: string
}

export const eksVersions: readonly VersionRow[] = [
  { version: '1.30', standardUntil: '2025-07-23', extendedUntil: '2026-07-23' },
  { version: '1.31', standardUntil: '2025-11-26', extendedUntil: '2026-11-26' },
  { version: '1.32', standardUntil: '2026-03-23', extendedUntil: '2027-03-23' },
  { version: '1.33', standardUntil: '2026-07-29', extendedUntil: '2027-07-29' },
  { version: '1.34', standardUntil: '2026-12-02', extendedUntil: '2027-12-02' },
  { version: '1.35', standardUntil: '2027-03-27', extendedUntil: '2028-03-27' },
]

/** The newest version that EKS offers, as far as is known here; its dates are not. */
export const newestVersion = '1.36'
