// How the Kubernetes API of a fake EKS cluster comes about: somebody else makes it, and is told which machines there are.

export interface FakeCluster {
  readonly name: string
  readonly account: string
  readonly region: string
  readonly version: string
  /** On an Outpost: nodes join with an id. */
  readonly isLocal: boolean
  /** Tells whose token it is, or throws with the reason why it is none: what the EKS control plane does with the header of each request. */
  readonly whoHas: (token: string) => {
    readonly arn: string
    readonly username: string
    readonly groups: readonly string[]
  }
}

export interface FakeMachine {
  readonly instanceId: string
  readonly providerId: string
  readonly privateDnsName: string
  readonly privateIp: string
  readonly instanceType: string
  readonly zone: string
  readonly region: string
  /** Of a managed group, or what nodeadm is told by user data. */
  readonly labels: Readonly<Record<string, string>>
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[]
  /** The role of its instance profile: without an access entry it does not join. */
  readonly roleArn: string
}

export interface RunningKubernetes {
  readonly endpoint: string
  /** PEM. */
  readonly ca: string
  readonly stop: () => Promise<void> | void
  /** All machines that may be nodes of the cluster now; told again at each change. */
  readonly machines?: (machines: readonly FakeMachine[]) => void
}

export type FakeKubernetes = (cluster: FakeCluster) => Promise<RunningKubernetes>
