// Releases of EKS Anywhere with the Kubernetes versions that each one builds, and the days on which support of a version ends. Data
// of aws/eks-anywhere, docs/data/version_support.yml (v0.26, July 2026), Apache-2.0, copyright Amazon.com, Inc. or its affiliates.
// The validator of EKS Anywhere itself accepts any version; its release then has no images for it.

export interface AnywhereRelease {
  /** Minor version, such as 0.26. */
  readonly version: string
  readonly released: string
  /** Minor versions of Kubernetes 1, the oldest and the newest. */
  readonly kubernetes: readonly [oldest: number, newest: number]
  readonly patched: boolean
}

/** The newest first. */
export const anywhereReleases: readonly AnywhereRelease[] = [
  { version: '0.26', released: '2026-07-16', kubernetes: [30, 36], patched: true },
  { version: '0.25', released: '2026-03-01', kubernetes: [29, 35], patched: true },
  { version: '0.24', released: '2025-11-06', kubernetes: [28, 34], patched: false },
  { version: '0.23', released: '2025-06-30', kubernetes: [28, 33], patched: false },
  { version: '0.22', released: '2025-02-28', kubernetes: [28, 32], patched: false },
  { version: '0.21', released: '2024-10-30', kubernetes: [27, 31], patched: false },
  { version: '0.20', released: '2024-06-28', kubernetes: [26, 30], patched: false },
  { version: '0.19', released: '2024-02-29', kubernetes: [25, 29], patched: false },
  { version: '0.18', released: '2023-10-30', kubernetes: [24, 28], patched: false },
  { version: '0.17', released: '2023-08-16', kubernetes: [23, 27], patched: false },
  { version: '0.16', released: '2023-06-01', kubernetes: [23, 27], patched: false },
  { version: '0.15', released: '2023-03-30', kubernetes: [22, 26], patched: false },
  { version: '0.14', released: '2023-01-19', kubernetes: [21, 25], patched: false },
]

export const newestRelease = '0.26'

/** The last days of standard and of extended support by EKS Anywhere, by minor version of Kubernetes 1. */
export const kubernetesSupport: Readonly<Record<number, readonly [standardUntil: string, extendedUntil: string]>> = {
  28: ['2024-12-31', '2025-12-31'],
  29: ['2025-04-30', '2026-04-30'],
  30: ['2025-08-31', '2026-08-31'],
  31: ['2025-12-31', '2026-12-31'],
  32: ['2026-04-30', '2027-04-30'],
  33: ['2026-08-31', '2027-08-31'],
  34: ['2026-12-31', '2027-12-31'],
  35: ['2027-04-30', '2028-04-30'],
  36: ['2027-08-31', '2028-08-31'],
}

/** 0.26.1, v0.26.1 → 0.26; the newest where none is given. */
export function releaseOf(version: string | undefined): string {
  return /^v?(\d+\.\d+)/.exec(version ?? '')?.[1] ?? newestRelease
}

/** 0.26 → 26. */
export function minorOfRelease(version: string | undefined): number {
  return Number(releaseOf(version).split('.')[1])
}
