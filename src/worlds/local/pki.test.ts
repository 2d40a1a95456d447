// The certificates as a stranger reads them.
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pkiFiles } from './engines/control-plane.ts'
import { makePki } from './pki.ts'

test('one authority signs all; servers are named by the loopback; keys are only for their owner', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-pki-'))
  try {
    const files = pkiFiles(join(folder, 'pki'))
    await makePki(files, new Date())
    const read = (path: string) => new X509Certificate(readFileSync(path))
    const root = read(files.ca)
    expect(root.ca).toBe(true)
    for (const path of [files.server, files.admin, files.frontProxy]) {
      expect(read(path).verify(root.publicKey)).toBe(true)
      expect(read(path).ca).toBe(false)
    }
    expect(read(files.server).checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(read(files.server).checkHost('localhost')).toBe('localhost')
    expect(read(files.server).checkHost('karmada-aggregated-apiserver.karmada-system.svc')).toBeDefined()
    expect(read(files.admin).subject).toContain('O=system:masters')
    expect(read(files.frontProxy).subject).toBe('CN=front-proxy-client')
    for (const file of readdirSync(join(folder, 'pki'), { recursive: true, encoding: 'utf8' })) {
      const stat = statSync(join(folder, 'pki', file))
      expect([file, stat.mode & 0o777]).toEqual([file, stat.isDirectory() ? 0o700 : 0o600])
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
