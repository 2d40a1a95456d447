// The federation of the examples: a host, two members in two Regions, and an app on them. What a law is about is added.

interface Parts {
  /** Further fields of the federation, such as `failover: {}`. */
  readonly federation?: string
  readonly nodes?: string
  /** Further fields of the placement, beside its replicas. */
  readonly placement?: string
  /** Further fields of the app, one a line. */
  readonly app?: readonly string[]
  /** Its source. */
  readonly source?: string
}

export function federated({
  federation = '',
  nodes = 'm5.large',
  placement = '',
  app = [],
  source = '{ image: registry.example.com/game:1.0.0 }',
}: Parts): string {
  const more = (text: string) => (text === '' ? '' : `, ${text}`)
  return `clusters:
  - { name: parent, network: main, eks: { version: "1.35", addons: [vpc-cni, aws-ebs-csi-driver] } }
  - { name: west, network: main, eks: { version: "1.35" } }
  - { name: east, network: east, eks: { version: "1.35" } }
sites:
  - { name: parent, place: { region: us-west-2 }, cluster: parent, nodePools: [{ name: workers, replicas: 3 }] }
  - { name: west, place: { region: us-west-2 }, cluster: west, nodePools: [{ name: workers, instanceTypes: [${nodes}], replicas: 3 }] }
  - { name: east, place: { region: us-east-1 }, cluster: east, nodePools: [{ name: workers, instanceTypes: [${nodes}], replicas: 3 }] }
federations: [{ name: main, host: parent, members: [west, east]${more(federation)} }]
---
kind: App
metadata: { name: game }
source: ${source}
placement: [{ federation: main, replicas: 4${more(placement)} }]
${app.map((line) => `${line}\n`).join('')}`
}
