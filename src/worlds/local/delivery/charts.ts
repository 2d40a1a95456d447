// A chart repository as files: packages that helm reads, and the index that names them. The same charts give the same bytes.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { privateFolder, writeFile } from '../folder.ts'

export interface Chart {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly files: Readonly<Record<string, string>>
}

/** Into a folder that is served as it is. Charts are JSON where YAML is asked for, which is YAML too. */
export function writeCharts(folder: string, charts: readonly Chart[]): void {
  privateFolder(folder)
  const entries: Record<string, object[]> = {}
  for (const chart of charts) {
    const file = `${chart.name}-${chart.version}.tgz`
    const meta = { apiVersion: 'v2', name: chart.name, version: chart.version, description: chart.description }
    const bytes = packed(chart.name, { 'Chart.yaml': `${JSON.stringify(meta)}\n`, ...chart.files })
    writeFile(join(folder, file), bytes)
    const digest = createHash('sha256').update(bytes).digest('hex')
    entries[chart.name] = [...(entries[chart.name] ?? []), { ...meta, digest, urls: [file], created: epoch }]
  }
  writeFile(join(folder, 'index.yaml'), `${JSON.stringify({ apiVersion: 'v1', entries, generated: epoch }, null, 1)}\n`)
}

const epoch = '1970-01-01T00:00:00Z'

function packed(name: string, files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const body = Buffer.from(text)
    return [header(`${name}/${path}`, body.length), body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 9 })
}

/** POSIX ustar: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html */
function header(path: string, size: number): Buffer {
  const block = Buffer.alloc(512)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  block.write(path, 0, 100)
  block.write(octal(0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(size, 12), 124)
  block.write(octal(0, 12), 136)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar\0' + '00', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
