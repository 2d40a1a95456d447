/** The Git server and the chart repository that Flux fetches from, over HTTP on the loopback. */
export interface RepositoriesConfig {
  readonly port: number
  /** Of a bare repository. */
  readonly git: string
  /** With index.yaml and packages. */
  readonly charts: string
}

/** Where each is found on the server. */
export const repositoryPaths = { git: '/fleet.git', charts: '/charts' } as const
