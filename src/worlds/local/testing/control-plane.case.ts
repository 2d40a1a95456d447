// A control plane whose engines are compared with their golden values.

import type { ControlPlane } from '../engines/control-plane.ts'
import { pkiFiles } from '../engines/control-plane.ts'

export const virginia: ControlPlane = {
  owner: { kind: 'cluster', name: 'virginia' },
  folder: '/state/clusters/virginia',
  pki: pkiFiles('/state/pki'),
}

export const karmada: ControlPlane = {
  owner: { kind: 'federation', name: 'main' },
  folder: '/state/federations/main',
  pki: pkiFiles('/state/pki'),
}
