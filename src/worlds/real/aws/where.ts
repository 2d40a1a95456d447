/** An account by its name in the fleet (undefined: the credentials as they are) and a Region. */
export interface Where {
  readonly account: string | undefined
  readonly region: string
}
