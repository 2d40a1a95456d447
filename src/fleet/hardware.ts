// Hardware files of clusters on bare metal, read once. A class of ten thousand stores names ten thousand of them, most of which are written
// when a store is built: a folder is listed once, and only what lies in it is opened. A password in such a file is seen here and goes no
// further: neither into the fleet nor into the text that messages quote.

import { posix } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Cluster } from '../model/fleet.ts'
import type { HardwareFile, hardwareColumns, Machine } from '../model/hardware.ts'
import type { SourceFile } from '../model/origin.ts'
import { brief } from '../model/visible.ts'
import type { Attached } from './attached.ts'
import { isMissing, whyMissing } from './attached.ts'
import { decode } from './decode.ts'
import { limits } from './limits.ts'
import { fullPath, within } from './paths.ts'
import type { Problems } from './problems.ts'

export interface HardwareAround {
  readonly folder: string
  readonly attached: Attached
  readonly keep: (file: string, source: SourceFile) => void
  readonly problems: Problems
}

export function readHardware(
  clusters: readonly Cluster[],
  around: HardwareAround,
): Readonly<Record<string, HardwareFile>> | undefined {
  const files: Record<string, HardwareFile> = Object.create(null)
  const folders = new Map<string, ReadonlySet<string>>()
  let bytes = 0
  let some = false
  for (const cluster of clusters) {
    const csv = cluster.eksAnywhere?.hardware?.csv
    if (csv === undefined || files[csv] !== undefined) continue
    const inner = within('.', csv)
    if (inner === undefined) continue
    const file = fullPath(around.folder, inner)
    const folder = posix.dirname(file)
    let names = folders.get(folder)
    if (names === undefined) {
      const listed = around.attached.folder(folder)
      names = new Set(isMissing(listed) ? [] : listed)
      folders.set(folder, names)
    }
    if (!names.has(posix.basename(file))) continue
    const found = around.attached.file(file)
    if (isMissing(found)) {
      const [message, hint] = whyMissing(file, found.missing, 'CSV')
      around.problems.add(message, { file }, { hint })
      continue
    }
    const decoded = decode(found, limits.csvBytes)
    if ('message' in decoded) {
      around.problems.add(decoded.message, { file }, { hint: decoded.hint })
      continue
    }
    bytes += decoded.text.length
    if (bytes > limits.totalBytes) {
      around.problems.add('the hardware files are too large together', { file }, { hint: 'leave out what is built' })
      break
    }
    const read = machinesOf(file, decoded.text, cluster.origin.label, around)
    if (read === undefined) continue
    files[csv] = read
    some = true
  }
  return some ? files : undefined
}

/** Filled in when the file is used: `${NAME}`. */
const reference = /^\$\{\w+\}$/

function machinesOf(
  file: string,
  text: string,
  label: string,
  { keep, problems }: HardwareAround,
): HardwareFile | undefined {
  let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
  try {
    // the types of the library do not know what `info` adds
    records = parse(text, {
      relax_column_count: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
    }) as unknown as typeof records
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    const line = 'lines' in error && typeof error.lines === 'number' ? error.lines : 1
    // the library quotes what it stumbled over, which may be a password
    const hint = 'fields are separated by commas; a field with a quote inside is put in quotes, and that one doubled'
    problems.add('not a CSV', { file, line, column: 1 }, { hint })
    return undefined
  }
  const [head, ...body] = records
  const columns = (head?.record ?? []).map((name) => name.trim())
  const index = new Map(columns.map((name, at) => [name, at]))
  const positions: Record<string, readonly [number, number]> = { '1': [1, 1] }
  const passwords: string[] = []
  const machines = body.map(({ record, info }): Machine => {
    const line = info.lines
    const cell = (name: (typeof hardwareColumns)['required' | 'optional'][number]): string =>
      record[index.get(name) ?? -1] ?? ''
    const password = cell('bmc_password')
    const written = password !== '' && !reference.test(password)
    if (written) passwords.push(password)
    positions[String(line)] = [line, 1]
    return {
      origin: {
        file,
        pointer: String(line),
        label: `${label}.hardware.${brief(cell('hostname'), 63) || `line ${line}`}`,
      },
      hostname: cell('hostname'),
      mac: cell('mac'),
      ipAddress: cell('ip_address'),
      netmask: cell('netmask'),
      gateway: cell('gateway'),
      nameservers: cell('nameservers') === '' ? [] : cell('nameservers').split('|'),
      disk: cell('disk'),
      labels: labelsOf(cell('labels')),
      vlanId: cell('vlan_id'),
      bmcIp: cell('bmc_ip'),
      bmcUsername: cell('bmc_username'),
      bmcPassword: written ? '' : password,
      passwordWritten: written,
    }
  })
  keep(file, { text: passwords.reduce((shown, password) => shown.replaceAll(password, '***'), text), positions })
  return { file, columns, machines }
}

/** `type=cp|rack=3`. */
function labelsOf(text: string): Readonly<Record<string, string>> {
  if (text === '') return {}
  return Object.fromEntries(
    text.split('|').map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    }),
  )
}
