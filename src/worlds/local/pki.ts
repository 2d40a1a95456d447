// The certificates of a fleet: one authority, whose key never leaves this machine, and the four that it signs. Made once for a fleet and
// kept until `down`; private keys are readable by their owner only. Import this file only when there is something to make: the library,
// whose classes are wired together by decorators, takes a tenth of a second to load.

import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
import { dirname } from 'node:path'
import * as x509 from '@peculiar/x509'
import type { PkiFiles } from './engines/control-plane.ts'
import { privateFolder, writeFile } from './folder.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000

/** What servers are asked for: the aggregated API and the webhook by the name of their Service, all else by the loopback. */
const serverNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  'karmada-aggregated-apiserver.karmada-system.svc',
  'karmada-webhook.karmada-system.svc',
]

/** All of them. Half a set, from a run that was killed, is made again: no engine has used it. */
export async function makePki(files: PkiFiles, now: Date): Promise<void> {
  const keys = async () => {
    const pair = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const pem = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey), 'PRIVATE KEY')
    return { pair, pem: `${pem}\n` }
  }
  const times = { notBefore: new Date(now.getTime() - day), notAfter: new Date(now.getTime() + 365 * day) }

  const authority = await keys()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...times,
    serialNumber: '01',
    name: 'CN=skerry-local',
    keys: authority.pair,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.pair.publicKey),
    ],
  })

  const signed = async (serial: string, subject: string, certificate: string, key: string, server: boolean) => {
    const own = await keys()
    const made = await x509.X509CertificateGenerator.create({
      ...times,
      serialNumber: serial,
      subject,
      issuer: root.subject,
      publicKey: own.pair.publicKey,
      signingKey: authority.pair.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([
          x509.ExtendedKeyUsage.clientAuth,
          ...(server ? [x509.ExtendedKeyUsage.serverAuth] : []),
        ]),
        ...(server
          ? [
              new x509.SubjectAlternativeNameExtension([
                ...serverNames.map((value) => ({ type: 'dns' as const, value })),
                { type: 'ip' as const, value: '127.0.0.1' },
              ]),
            ]
          : []),
        await x509.AuthorityKeyIdentifierExtension.create(authority.pair.publicKey),
      ],
    })
    writeFile(certificate, `${made.toString('pem')}\n`)
    writeFile(key, own.pem)
  }

  privateFolder(dirname(files.ca))
  await signed('02', 'CN=skerry-server', files.server, files.serverKey, true)
  await signed('03', 'CN=skerry-admin, O=system:masters', files.admin, files.adminKey, false)
  await signed('04', 'CN=front-proxy-client', files.frontProxy, files.frontProxyKey, false)

  const tokens = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  writeFile(files.serviceAccountKey, tokens.privateKey)
  writeFile(files.serviceAccountPublic, tokens.publicKey)
  writeFile(files.caKey, authority.pem)
  // last: with it the set is whole
  writeFile(files.ca, `${root.toString('pem')}\n`)
}
