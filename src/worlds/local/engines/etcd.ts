// etcd, one for each control plane, so that a fault of one database is a fault of one cluster. It does not wait for the disk
// (`--unsafe-no-fsync`): what it holds is a sandbox, and a power cut of this machine ends that anyway. Clients must show a certificate:
// every user of this machine reaches the loopback, and secrets lie in here.

import { join } from 'node:path'
import type { EngineSpec } from '../engine.ts'
import { engineId, stopOrder } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'

export const etcdPorts = ['client', 'peer'] as const

export const etcdUrl = (port: number): string => `https://127.0.0.1:${port}`

export function etcd(of: ControlPlane, ports: Readonly<Record<(typeof etcdPorts)[number], number>>): EngineSpec {
  const { owner, folder, pki } = of
  const id = engineId(owner, 'etcd')
  return {
    id,
    name: 'etcd',
    owner,
    binary: 'etcd',
    args: [
      '--name=default',
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl(ports.client)}`,
      `--advertise-client-urls=${etcdUrl(ports.client)}`,
      `--listen-peer-urls=${etcdUrl(ports.peer)}`,
      `--initial-advertise-peer-urls=${etcdUrl(ports.peer)}`,
      `--initial-cluster=default=${etcdUrl(ports.peer)}`,
      `--initial-cluster-token=${id}`,
      '--client-cert-auth',
      `--trusted-ca-file=${pki.ca}`,
      `--cert-file=${pki.server}`,
      `--key-file=${pki.serverKey}`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${pki.ca}`,
      `--peer-cert-file=${pki.server}`,
      `--peer-key-file=${pki.serverKey}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    env: {},
    ports,
    files: [],
    ready: { kind: 'https', port: ports.client, path: '/health', status: 200 },
    needs: [],
    stop: { order: stopOrder.etcd, graceSeconds: 5 },
    restart: 'whileStarting',
  }
}
