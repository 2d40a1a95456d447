// The way to the cluster that does the work; where it is there and not reached from here, what a person does about it.

import type { KubeClient } from '../../kube/client.ts'
import { NotReached } from '../kubernetes/access.ts'
import type { Outcome } from '../work.ts'
import type { Floor } from './heard.ts'

type ForPerson = Extract<Outcome, { readonly kind: 'person' }>

/** Undefined: nobody has brought its kubeconfig. */
export async function reached({ ground }: Floor, cluster: string): Promise<KubeClient | ForPerson | undefined> {
  try {
    return await ground.api({ kind: 'cluster', name: cluster })
  } catch (error) {
    if (!(error instanceof NotReached)) throw error
    return { kind: 'person', what: `${error.message}: ${error.hint}`, commands: error.commands }
  }
}

export const noKubeconfig = (cluster: string): ForPerson => ({
  kind: 'person',
  what: `bring the kubeconfig of ${cluster} here: no context of that name is in it`,
  commands: [
    `export KUBECONFIG=\${KUBECONFIG:-$HOME/.kube/config}:$PWD/${cluster}/${cluster}-eks-a-cluster.kubeconfig`,
  ],
})
