// Karmada's own API server: a kube-apiserver in which no pod ever runs. Never with `--enable-aggregator-routing`, whose resolver refuses
// the Service of type ExternalName by which the aggregated API is found (k8s.io/apiserver, pkg/util/proxy).
// Source of the flags: Karmada v1.18.2, artifacts/deploy/karmada-apiserver.yaml.

import type { EngineSpec } from '../engine.ts'
import type { ControlPlane } from './control-plane.ts'
import type { ApiServerConfig } from './kube-apiserver.ts'
import { apiServer } from './kube-apiserver.ts'

export const karmadaApiserver = (of: ControlPlane, config: ApiServerConfig): EngineSpec =>
  apiServer(of, config, 'karmada-apiserver', [
    '--disable-admission-plugins=StorageObjectInUseProtection,ServiceAccount',
    // only here does it hand requests on to another server; each file costs an inotify instance
    `--proxy-client-cert-file=${of.pki.frontProxy}`,
    `--proxy-client-key-file=${of.pki.frontProxyKey}`,
    `--requestheader-client-ca-file=${of.pki.ca}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
  ])
