// From the bytes of a query to the bytes of its answer. What is no query gets no answer; whatever else comes is answered in kind, and
// nothing that a stranger sends may do harm. The question goes back as it came, with the case of its letters.

import type { Answer, OptAnswer, PacketOpt } from 'dns-packet'
import packet from 'dns-packet'

/** What the server knows, by name in small letters. */
export interface Zones {
  /** The zone that a name lies in. */
  readonly zoneOf: (name: string) => string | undefined
  /** There are records of that name, or names below it. */
  readonly exists: (name: string) => boolean
  /** `from`: the client subnet of EDNS. */
  readonly look: (name: string, from: string | undefined) => Found | undefined
  /** Of what is not there, real seconds. */
  readonly negativeSeconds: number
}

export type Found =
  | { readonly kind: 'cname'; readonly to: string; readonly seconds: number }
  | {
      readonly kind: 'addresses'
      readonly addresses: readonly string[]
      readonly seconds: number
      /** The chance of each address. */
      readonly odds: Readonly<Record<string, number>>
    }

/**
 * An option of EDNS for experiments (RFC 6891 leaves 65001 and up to them). A resolver of ours stands for many: with it, it asks for the
 * chance of each address beside the one that was drawn, and for a TTL that is no whole number.
 */
export const oddsOption = 65_001

export interface OddsAnswer {
  readonly seconds: number
  readonly odds: Readonly<Record<string, number>>
}

const codes = { noError: 0, formErr: 1, servFail: 2, nxDomain: 3, notImp: 4, refused: 5, badVers: 16 } as const

const flagOf = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursionDesired: 0x0100 } as const

/** Without EDNS, and what Route 53 sends at most with it. */
const udpBytes = { least: 512, most: 4096 } as const

export function replyTo(query: Buffer, over: 'udp' | 'tcp', zones: Zones): Buffer | undefined {
  if (query.length < 12) return undefined
  const flags = query.readUInt16BE(2)
  // answers and notices get no answer, so that two servers never talk for ever
  if ((flags & flagOf.response) !== 0) return undefined
  if (((flags >> 11) & 15) !== 0) return bare(query, codes.notImp)
  // several questions cannot have one rcode (RFC 9619)
  const question = query.readUInt16BE(4) === 1 ? questionOf(query) : undefined
  if (question === undefined) return bare(query, codes.formErr)
  let edns: OptAnswer | undefined
  try {
    const opts = (packet.decode(query).additionals ?? []).filter((each) => each.type === 'OPT')
    if (opts.length > 1) return bare(query, codes.formErr)
    edns = opts[0]
  } catch {
    return bare(query, codes.formErr)
  }
  try {
    return written(query, question, edns, over, answerTo(question, edns, zones))
  } catch {
    return bare(query, codes.servFail)
  }
}

interface Question {
  readonly name: string
  readonly type: number
  readonly class: number
  /** As they came. */
  readonly bytes: Buffer
}

interface Said {
  readonly code: number
  readonly answers?: readonly Answer[]
  readonly authorities?: readonly Answer[]
  readonly authoritative?: boolean
  readonly odds?: OddsAnswer
}

/** Labels as they are, with a dot inside of one marked: it parts no labels. */
function questionOf(query: Buffer): Question | undefined {
  const labels: string[] = []
  let at = 12
  for (;;) {
    const length = query[at]
    // nothing lies before the first question that a pointer could point at
    if (length === undefined || length > 63 || at - 12 > 255) return undefined
    at += 1
    if (length === 0) break
    labels.push(query.toString('latin1', at, at + length).replaceAll('.', '\\.'))
    at += length
  }
  if (at + 4 > query.length || at - 12 > 255) return undefined
  return {
    name: labels.join('.'),
    type: query.readUInt16BE(at),
    class: query.readUInt16BE(at + 2),
    bytes: query.subarray(12, at + 4),
  }
}

const types = { A: 1, NS: 2, CNAME: 5, SOA: 6, IXFR: 251, AXFR: 252, ANY: 255 } as const

function answerTo({ name, type, class: asked }: Question, edns: OptAnswer | undefined, zones: Zones): Said {
  if ((edns?.ednsVersion ?? 0) !== 0) return { code: codes.badVers }
  const key = name.toLowerCase()
  const zone = zones.zoneOf(key)
  if (zone === undefined || (asked !== 1 && asked !== 255)) return { code: codes.refused }
  if (type === types.AXFR || type === types.IXFR) return { code: codes.refused }
  const soa = soaOf(zone, zones.negativeSeconds)
  const apex = key === zone
  const answers: Answer[] = []
  let odds: OddsAnswer | undefined
  let owner = name
  // a chain of names ends, also where it is a circle
  for (let hops = 0; hops < 9; hops += 1) {
    const found = zones.look(owner.toLowerCase(), clientSubnet(edns))
    if (found === undefined) break
    if (found.kind === 'cname') {
      answers.push({ type: 'CNAME', name: owner, ttl: wireTtl(found.seconds), data: found.to })
      if (type === types.CNAME || type === types.ANY) break
      owner = found.to
      continue
    }
    if (type === types.A || type === types.ANY) {
      for (const data of found.addresses) answers.push({ type: 'A', name: owner, ttl: wireTtl(found.seconds), data })
      odds = { seconds: found.seconds, odds: found.odds }
    }
    break
  }
  if (apex && (type === types.SOA || type === types.ANY)) answers.push(soa)
  if (apex && (type === types.NS || type === types.ANY))
    answers.push({ type: 'NS', name: owner, ttl: soa.ttl ?? 0, data: 'localhost' })
  const nothing = answers.length === 0
  return {
    code: nothing && !apex && !zones.exists(key) ? codes.nxDomain : codes.noError,
    authoritative: true,
    answers,
    ...(nothing && { authorities: [soa] }),
    ...(odds !== undefined && { odds }),
  }
}

/** A TTL is a whole number, and one of 0 would mean that nobody keeps the answer at all. */
const wireTtl = (seconds: number): number => (seconds <= 0 ? 0 : Math.max(1, Math.round(seconds)))

/** With the times that Route 53 gives a new zone. */
const soaOf = (zone: string, negativeSeconds: number) =>
  ({
    type: 'SOA',
    name: zone,
    ttl: wireTtl(negativeSeconds),
    data: {
      mname: 'localhost',
      rname: `hostmaster.${zone}`,
      serial: 1,
      refresh: 7_200,
      retry: 900,
      expire: 1_209_600,
      minimum: 86_400,
    },
  }) as const

interface SubnetOption {
  readonly code: number
  readonly family?: number
  readonly ip?: string
}

function clientSubnet(edns: OptAnswer | undefined): string | undefined {
  const subnet = ((edns?.options ?? []) as readonly SubnetOption[]).find(({ code }) => code === 8)
  return subnet?.family === 1 ? subnet.ip : undefined
}

function written(
  query: Buffer,
  { bytes }: Question,
  edns: OptAnswer | undefined,
  over: 'udp' | 'tcp',
  said: Said,
): Buffer {
  const additionals = edns === undefined ? [] : [optOf(edns, said)]
  const most =
    over === 'tcp'
      ? 65_535
      : edns === undefined
        ? udpBytes.least
        : Math.min(Math.max(edns.udpPayloadSize, udpBytes.least), udpBytes.most)
  const flags = headerFlags(query, said)
  const whole = joined(query, flags, bytes, said.answers ?? [], said.authorities ?? [], additionals)
  if (whole.length <= most) return whole
  // whoever wants the rest asks again over TCP
  return joined(
    query,
    flags | flagOf.truncated,
    bytes,
    [],
    [],
    edns === undefined ? [] : [optOf(edns, { code: said.code })],
  )
}

const headerFlags = (query: Buffer, { code, authoritative }: Pick<Said, 'code' | 'authoritative'>): number =>
  (query.readUInt16BE(2) & flagOf.recursionDesired) | (authoritative === true ? flagOf.authoritative : 0) | (code & 15)

function joined(
  query: Buffer,
  flags: number,
  question: Buffer,
  answers: readonly Answer[],
  authorities: readonly Answer[],
  additionals: readonly Answer[],
): Buffer {
  const rest = packet.encode({
    type: 'response',
    id: query.readUInt16BE(0),
    flags,
    answers: [...answers],
    authorities: [...authorities],
    additionals: [...additionals],
  })
  const whole = Buffer.concat([rest.subarray(0, 12), question, rest.subarray(12)])
  whole.writeUInt16BE(1, 4)
  return whole
}

function optOf(edns: OptAnswer, { code, odds }: Pick<Said, 'code' | 'odds'>): OptAnswer {
  const options = (edns.options ?? []) as readonly PacketOpt[]
  const subnet = options.find((option) => Number(option.code) === 8)?.data
  const wanted = options.some((option) => Number(option.code) === oddsOption)
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize: udpBytes.most,
    extendedRcode: code >> 4,
    ednsVersion: 0,
    // whether signatures were wanted is said again; there are none
    flags: edns.flags & 0x8000,
    options: [
      ...(subnet === undefined || subnet.length < 4 ? [] : [{ code: 8, data: scoped(subnet) }]),
      ...(wanted && odds !== undefined ? [{ code: oddsOption, data: Buffer.from(JSON.stringify(odds)) }] : []),
    ] as unknown as PacketOpt[],
  } as OptAnswer
}

/** The answer is meant for exactly the network that asked. */
function scoped(subnet: Buffer): Buffer {
  const copy = Buffer.from(subnet)
  copy.writeUInt8(copy.readUInt8(2), 3)
  return copy
}

function bare(query: Buffer, code: number): Buffer {
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  header.writeUInt16BE(flagOf.response | (query.readUInt16BE(2) & (0x7800 | flagOf.recursionDesired)) | code, 2)
  return header
}
