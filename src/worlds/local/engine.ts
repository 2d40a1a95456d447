// An engine is a value: what is run, with what, on which ports, how one knows that it is ready, and how it is stopped. The files of
// engines/ make these from plain configuration and touch nothing; the one runner carries them out.

export type EngineName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kwok'
  | 'karmada-apiserver'
  | 'karmada-kube-controller-manager'
  | 'karmada-aggregated-apiserver'
  | 'karmada-controller-manager'
  | 'karmada-scheduler'
  | 'karmada-webhook'
  | 'karmada-agent'
  | 'source-controller'
  | 'kustomize-controller'
  | 'helm-controller'
  | 'outside'
  | 'powerdns'

/** Whose control plane it is part of; the fleet: what stands outside of them all. */
export interface Owner {
  readonly kind: 'cluster' | 'federation' | 'fleet'
  readonly name: string
}

export interface EngineSpec {
  /** One in the whole fleet, such as `cluster/virginia/kube-apiserver`. */
  readonly id: string
  readonly name: EngineName
  readonly owner: Owner
  /** The program, as `skerry engines install` knows it: Karmada's API server is a kube-apiserver. */
  readonly binary: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<string, number>>
  /** Written before it starts. */
  readonly files: readonly EngineFile[]
  readonly ready: Probe
  /** Engines and steps of the bring-up that must be ready first. */
  readonly needs: readonly string[]
  readonly stop: Stop
  /** Whether it is started again when it ends before it was ready; once ready, only the next `up` starts it again. */
  readonly restart: 'whileStarting' | 'never'
}

export interface EngineFile {
  readonly path: string
  /** Permissions, such as 0o600. */
  readonly mode: number
  readonly text: string
}

export type Probe =
  | {
      readonly kind: 'http' | 'https'
      readonly port: number
      readonly path: string
      readonly status: number
    }
  | { readonly kind: 'tcp'; readonly port: number }

export interface Stop {
  readonly order: StopOrder
  /** From SIGTERM to SIGKILL. */
  readonly graceSeconds: number
}

/**
 * Clients go first, then API servers, then etcd: an API server whose etcd went away before it did not stop in half an hour. The world
 * outside, which the ways of clients lead through, goes with the API servers: they wait for its watches until they are killed.
 */
export type StopOrder = 0 | 1 | 2
export const stopOrder = { client: 0, apiServer: 1, etcd: 2, outside: 1 } as const satisfies Record<string, StopOrder>

/** Ports by engine and by their name there, as the kernel chose them. */
export type Ports = Readonly<Record<string, Readonly<Record<string, number>>>>

export const engineId = (owner: Owner, engine: string): string => `${owner.kind}/${owner.name}/${engine}`

/**
 * What an engine was started with, as text: one that runs with another is started anew. Addresses that it reads from a kubeconfig, which
 * stand in no argument, are given in `ports`.
 */
export const engineText = ({ args, env, files, binary, name, owner }: EngineSpec, ports: Ports): string =>
  JSON.stringify([
    binary,
    args,
    Object.entries(env).sort(),
    files.map(({ path, mode, text }) => [path, mode, text]),
    Object.entries(ports)
      .filter(
        ([id]) =>
          name !== 'etcd' && /apiserver$/.test(id) && (id.startsWith(engineId(owner, '')) || name === 'karmada-agent'),
      )
      .sort(),
  ])
