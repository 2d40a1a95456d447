// What is filled in when the files are used, and never before: variables in the files, with the secret that each comes from, and the
// environment in which eksctl anywhere looks for the credentials of a provider. Names only.

import type { Plan } from '../../model/plan.ts'
import type { Provider } from '../../places/on-premises/kinds.ts'
import { licenceVariable } from './documents.ts'
import { bmcVariables } from './hardware.ts'
import { packageVariables } from './packages.ts'
import type { Planned } from './view.ts'
import { plannedClusters } from './view.ts'

export interface Variable {
  readonly name: string
  /** Where the fleet says that it is kept. */
  readonly from?: string
}

export interface Filled {
  readonly cluster: string
  /** `${NAME}` in cluster.yaml. */
  readonly inCluster: readonly Variable[]
  /** Added to the Cluster once Flux has applied it: no variable of Git ever holds a token. */
  readonly licence: Variable | undefined
  readonly inPackages: readonly Variable[]
  readonly inHardware: readonly Variable[]
  /** Variables of the shell on the admin machine: getting-started of each provider, pkg/config. */
  readonly environment: readonly string[]
}

export const filledIn = (plan: Plan): readonly Filled[] => plannedClusters(plan).map((one) => filledOf(plan, one))

export function filledOf({ fleet }: Plan, { view, by }: Planned): Filled {
  const { spec } = view
  const machines = fleet.hardware?.[spec.hardware?.csv ?? '']?.machines ?? []
  const written = machines.flatMap(({ bmcIp, bmcUsername, bmcPassword }) =>
    bmcIp === ''
      ? []
      : [bmcUsername || `\${${bmcVariables.username}}`, bmcPassword || `\${${bmcVariables.password}}`].flatMap(
          variablesIn,
        ),
  )
  const kept = spec.hardware?.bmcSecretRef
  const licence = spec.licenseToken === undefined ? undefined : { name: licenceVariable, from: spec.licenseToken }
  return {
    cluster: view.name,
    inCluster: licence === undefined || by === 'flux' ? [] : [licence],
    licence: by === 'flux' ? licence : undefined,
    inPackages: packageVariables(view).map((name) => ({ name })),
    inHardware: [...new Set(written)].map((name) => ({ name, ...(kept !== undefined && { from: kept }) })),
    environment: [
      ...environment[spec.provider],
      ...(spec.registryMirror?.caCertificate === undefined || view.mirrorCertificate !== undefined ? [] : [mirrorCa]),
    ],
  }
}

const variablesIn = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/\$\{([A-Z]\w*)\}/g)].map(([, name = '']) => name)),
]

const mirrorCa = 'EKSA_REGISTRY_MIRROR_CA'

const environment: Readonly<Record<Provider, readonly string[]>> = {
  vsphere: ['EKSA_VSPHERE_USERNAME', 'EKSA_VSPHERE_PASSWORD'],
  bareMetal: [],
  nutanix: ['EKSA_NUTANIX_USERNAME', 'EKSA_NUTANIX_PASSWORD'],
  cloudStack: ['EKSA_CLOUDSTACK_B64ENCODED_SECRET'],
  snow: ['EKSA_AWS_CREDENTIALS_FILE', 'EKSA_AWS_CA_BUNDLES_FILE'],
  docker: [],
}
