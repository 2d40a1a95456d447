// An authority that signs itself and a server's certificate of it, made when a test begins: clients check it as they check a real one.

import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

export interface Certificates {
  /** PEM, as EKS gives it (there in base64). */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Of whoever may do anything, as the kubeconfig of an engine holds it. */
  readonly admin: { readonly cert: string; readonly key: string }
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const day = 86_400_000

/** `hosts`: what else than the loopback it answers to. */
export async function certificatesFor(hosts: readonly string[] = []): Promise<Certificates> {
  const pair = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const times = { notBefore: new Date(now - day), notAfter: new Date(now + 30 * day) }
  const authority = await pair()
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...times,
    serialNumber: '01',
    name: 'CN=kubernetes',
    keys: authority,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  })
  const signed = async (serialNumber: string, subject: string, extensions: readonly x509.Extension[]) => {
    const own = await pair()
    const made = await x509.X509CertificateGenerator.create({
      ...times,
      serialNumber,
      subject,
      issuer: root.subject,
      publicKey: own.publicKey,
      signingKey: authority.privateKey,
      signingAlgorithm: algorithm,
      extensions: [...extensions],
    })
    const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', own.privateKey), 'PRIVATE KEY')
    return { cert: `${made.toString('pem')}\n`, key: `${key}\n` }
  }
  const server = await signed('02', 'CN=kube-apiserver', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension([
      ...['localhost', ...hosts].map((value) => ({ type: 'dns' as const, value })),
      { type: 'ip' as const, value: '127.0.0.1' },
    ]),
  ])
  const admin = await signed('03', 'CN=system:admin, O=system:masters', [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
  ])
  return { ca: `${root.toString('pem')}\n`, ...server, admin }
}
