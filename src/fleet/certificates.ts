// Certificates of registry mirrors, read once: a cluster that another cluster makes has no admin machine that could look for the file. Public
// by nature; a private key that lies in such a file is refused.

import type { Cluster } from '../model/fleet.ts'
import { isMissing } from './attached.ts'
import { decode } from './decode.ts'
import type { HardwareAround } from './hardware.ts'
import { fullPath, within } from './paths.ts'

/** By the path that a cluster names; of those that are there. */
export function readCertificates(
  clusters: readonly Cluster[],
  { folder, attached, problems }: Omit<HardwareAround, 'keep'>,
): Readonly<Record<string, string>> | undefined {
  const read: Record<string, string> = Object.create(null)
  const looked = new Set<string>()
  for (const cluster of clusters) {
    const path = cluster.eksAnywhere?.registryMirror?.caCertificate
    const inner = path === undefined || looked.has(path) ? undefined : within('.', path)
    if (path === undefined || inner === undefined) continue
    looked.add(path)
    const file = fullPath(folder, inner)
    const found = attached.file(file)
    const decoded = isMissing(found) ? undefined : decode(found)
    if (decoded === undefined || 'message' in decoded) continue
    if (/PRIVATE KEY/.test(decoded.text)) {
      problems.add(
        'a private key lies in the file of a certificate',
        { file },
        { hint: 'leave only the certificate in it' },
      )
      continue
    }
    if (/^-----BEGIN CERTIFICATE-----$/m.test(decoded.text)) read[path] = decoded.text
  }
  return Object.keys(read).length === 0 ? undefined : read
}
