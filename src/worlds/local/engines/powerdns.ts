// PowerDNS Authoritative, where it is installed: it answers for the zones that no account of AWS holds, from the very files that go to the
// fleet's own servers, but for the addresses of front doors. Its checks count whole seconds, so that it is there at true constants alone.

import { join } from 'node:path'
import { nameIntents, plainNames, powerDnsFiles } from '../../../artefacts/dns/index.ts'
import type { EngineSpec, Owner } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { Layout } from '../layout.ts'

export const powerDnsPorts = ['dns'] as const

export const powerDnsId = (owner: Owner): string => engineId(owner, 'powerdns')

/** The layout with it, where it is there, what it decides can be seen from its answers, and doors have addresses with one port. */
export function withPowerDns(
  layout: Layout,
  { program, speed, addresses }: { readonly program: boolean; readonly speed: number; readonly addresses: boolean },
): Layout {
  const decides = program && addresses && speed === 1 && plainNames(nameIntents(layout.plan)).length > 0
  return decides ? { ...layout, powerDns: true } : layout
}

export interface PowerDnsEngine {
  readonly ports: Readonly<Record<(typeof powerDnsPorts)[number], number>>
  /** The state folder. */
  readonly folder: string
  /** Of a public door. */
  readonly address: (app: string, site: string) => string | undefined
  readonly doorsPort: number
}

export function powerDns({ plan, owner }: Layout, { ports, folder, address, doorsPort }: PowerDnsEngine): EngineSpec {
  const home = join(folder, 'powerdns')
  const files = powerDnsFiles(plan, nameIntents(plan), { folder: home, address, port: doorsPort })
  return {
    id: powerDnsId(owner),
    name: 'powerdns',
    owner,
    binary: 'pdns_server',
    args: [
      `--config-dir=${home}`,
      '--daemon=no',
      '--guardian=no',
      '--local-address=127.0.0.1',
      `--local-port=${ports.dns}`,
      `--socket-dir=${home}`,
      // it asks nobody on the internet how safe it is
      '--security-poll-suffix=',
      // with each verdict of its checks
      '--loglevel=6',
    ],
    env: {},
    ports,
    files: files.map(({ path, text }) => {
      const name = path.slice(path.lastIndexOf('/') + 1)
      return { path: name.endsWith('.zone') ? join(home, 'zones', name) : join(home, name), mode: 0o600, text }
    }),
    ready: { kind: 'tcp', port: ports.dns },
    needs: [],
    stop: { order: stopOrder.outside, graceSeconds: 3 },
    restart: 'whileStarting',
  }
}
