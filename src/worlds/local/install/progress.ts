// What an install tells while it goes on.

export type InstallProgress =
  | { readonly kind: 'waiting'; readonly pid: number; readonly since: string }
  | { readonly kind: 'takingOver'; readonly processes: number }
  | {
      readonly kind: 'littleRoom'
      readonly folder: string
      readonly freeMebibytes: number
      readonly needMebibytes: number
    }
  | (Position & {
      readonly kind: 'building'
      /** What Go says it does: a package, or a download. */
      readonly at: string
      readonly packages: number
      readonly elapsedSeconds: number
    })
  | (Position & { readonly kind: 'built'; readonly seconds: number; readonly bytes: number })
  | (Position & { readonly kind: 'files' })

interface Position {
  readonly family: string
  readonly name: string
  /** The number of this part, from 1, and of how many. */
  readonly part: number
  readonly parts: number
  readonly leftSeconds: number
}
