// Drift: what is there differs from what is declared. One shape, whoever noticed: each with the commands that settle it both ways.

export interface Difference {
  readonly path: string
  /** As the plan says; undefined: not at all. */
  readonly declared: string | undefined
  readonly there: string | undefined
}

export interface Drift {
  /** `template`: the stack was deployed from another one; `resource`: changed by hand since; `object`: of a Kubernetes API; `flux`: what Flux says. */
  readonly by: 'template' | 'resource' | 'object' | 'flux'
  /** `extra`: it is there and nobody declares it; `notHeardOf`: it could not be looked at. */
  readonly kind: 'changed' | 'missing' | 'extra' | 'suspended' | 'failing' | 'notHeardOf'
  /** `stack local-zone-network-main, Subnet OregonPublicA`. */
  readonly what: string
  readonly where: string
  readonly differences: readonly Difference[]
  /** To take the declaration, it would be made anew. */
  readonly replaces: boolean
  readonly why: string | undefined
  readonly takeDeclaration: readonly string[]
  readonly takeWhatIsThere: readonly string[]
}
