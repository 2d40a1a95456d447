import type { Packet } from 'dns-packet'
import packet from 'dns-packet'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Found, Zones } from './reply.ts'
import { oddsOption, replyTo } from './reply.ts'

const long = `${'l'.repeat(60)}.${'m'.repeat(60)}.${'n'.repeat(60)}.example.com`
const many = Array.from({ length: 8 }, (_, index) => `127.0.${index}.1`)
const found = (...addresses: string[]): Found => ({
  kind: 'addresses',
  addresses,
  seconds: 6.6,
  odds: Object.fromEntries(addresses.map((address) => [address, 1 / addresses.length])),
})
const names: Readonly<Record<string, Found>> = {
  'www.example.com': found('127.0.1.2'),
  'deep.under.example.com': found('127.0.1.3'),
  'many.example.com': found(...many),
  [long]: found(...many),
  'other.example.com': { kind: 'cname', to: 'www.example.com', seconds: 60 },
  'round.example.com': { kind: 'cname', to: 'round.example.com', seconds: 60 },
}
const zones: Zones = {
  zoneOf: (name) => ['example.com'].find((zone) => name === zone || name.endsWith(`.${zone}`)),
  exists: (name) => Object.keys(names).some((owner) => owner === name || owner.endsWith(`.${name}`)),
  look: (name, from) => (name === 'by.example.com' ? found(from ?? '127.0.0.9') : names[name]),
  negativeSeconds: 90,
}

type Options = readonly { readonly code: number; readonly [key: string]: unknown }[]
const opt = (udpPayloadSize: number, options: Options = [], ednsVersion = 0) =>
  ({ type: 'OPT', name: '.', udpPayloadSize, extendedRcode: 0, ednsVersion, flags: 0, options }) as const
const bytes = (query: Record<string, unknown>): Buffer =>
  packet.encode({ type: 'query', id: 4711, ...query } as unknown as Packet)

interface Read {
  readonly id: number
  readonly rcode: string
  readonly flag_aa: boolean
  readonly flag_tc: boolean
  readonly questions: readonly { readonly name: string }[]
  readonly answers: readonly {
    readonly type: string
    readonly data: unknown
    readonly ttl: number
    readonly name: string
  }[]
  readonly authorities: readonly { readonly type: string; readonly name: string; readonly ttl: number }[]
  readonly additionals: readonly {
    readonly type: string
    readonly extendedRcode: number
    readonly options: readonly { readonly code: number; readonly data: Buffer }[]
  }[]
}
const read = (answer: Buffer | undefined): Read => {
  if (answer === undefined) throw new Error('no answer')
  return packet.decode(answer) as unknown as Read
}
const ask = (name: string, type = 'A', additionals: readonly unknown[] = [], over: 'udp' | 'tcp' = 'udp'): Read =>
  read(replyTo(bytes({ questions: [{ type, name }], additionals }), over, zones))

describe('what is there', () => {
  test('an address, with authority, the id of the question and a TTL in whole seconds', () => {
    expect(ask('www.example.com')).toMatchObject({
      id: 4711,
      rcode: 'NOERROR',
      flag_aa: true,
      flag_tc: false,
      answers: [{ type: 'A', data: '127.0.1.2', ttl: 7 }],
    })
  })
  test('letters are answered in the case that they came in', () => {
    const { questions, answers } = ask('wWw.ExAmPlE.cOm')
    expect([questions[0]?.name, answers[0]?.name, answers[0]?.data]).toEqual([
      'wWw.ExAmPlE.cOm',
      'wWw.ExAmPlE.cOm',
      '127.0.1.2',
    ])
  })
  test('a CNAME and what it leads to; one that leads to itself comes to an end', () => {
    expect(ask('other.example.com').answers.map(({ type, data }) => [type, data])).toEqual([
      ['CNAME', 'www.example.com'],
      ['A', '127.0.1.2'],
    ])
    expect(ask('round.example.com').rcode).toBe('NOERROR')
  })
  test('SOA and NS at the top of the zone', () => {
    expect(ask('example.com', 'SOA').answers).toMatchObject([{ type: 'SOA', data: { serial: 1, minimum: 86_400 } }])
    expect(ask('example.com', 'NS').answers).toMatchObject([{ type: 'NS', data: 'localhost' }])
  })
  test('whoever asks with a client subnet is answered for it, and told so', () => {
    const subnet = { code: 8, family: 1, ip: '198.18.0.3', sourcePrefixLength: 32, scopePrefixLength: 0 }
    const { answers, additionals } = ask('by.example.com', 'A', [opt(1232, [subnet])])
    expect(answers[0]?.data).toBe('198.18.0.3')
    expect([...(additionals[0]?.options[0]?.data ?? [])]).toEqual([0, 1, 32, 32, 198, 18, 0, 3])
  })
  test('the odds of each address, for whoever asks for them', () => {
    const { additionals } = ask('www.example.com', 'A', [opt(1232, [{ code: oddsOption, data: Buffer.alloc(0) }])])
    expect(JSON.parse(String(additionals[0]?.options[0]?.data))).toEqual({ seconds: 6.6, odds: { '127.0.1.2': 1 } })
    expect(ask('www.example.com', 'A', [opt(1232)]).additionals[0]?.options).toEqual([])
  })
})

describe('what is not there', () => {
  test('a name that is, without records of that type: no error, nothing, and the SOA', () => {
    for (const type of ['AAAA', 'TXT', 'UNKNOWN_65280', 'SRV'])
      expect(ask('www.example.com', type)).toMatchObject({
        rcode: 'NOERROR',
        answers: [],
        authorities: [{ type: 'SOA' }],
      })
    expect(ask('under.example.com')).toMatchObject({ rcode: 'NOERROR', answers: [] })
    expect(ask('example.com')).toMatchObject({ rcode: 'NOERROR', answers: [] })
  })
  test('a name that is not: NXDOMAIN, with how long that may be remembered', () => {
    expect(ask('nobody.example.com')).toMatchObject({
      rcode: 'NXDOMAIN',
      flag_aa: true,
      authorities: [{ type: 'SOA', name: 'example.com', ttl: 90 }],
    })
  })
  test('a name of somebody else, a zone transfer and another class are refused', () => {
    expect(ask('www.example.org').rcode).toBe('REFUSED')
    expect(ask('example.com', 'AXFR', [], 'tcp').rcode).toBe('REFUSED')
    expect(
      read(replyTo(bytes({ questions: [{ type: 'A', name: 'www.example.com', class: 'CH' }] }), 'udp', zones)).rcode,
    ).toBe('REFUSED')
  })
})

describe('size', () => {
  const size = (additionals: readonly unknown[], over: 'udp' | 'tcp' = 'udp') =>
    replyTo(bytes({ questions: [{ type: 'A', name: long }], additionals }), over, zones)
  test('512 bytes without EDNS, what the client can take with it, and all of it over TCP', () => {
    expect(read(size([]))).toMatchObject({ flag_tc: true, answers: [] })
    expect(size([])?.length).toBeLessThanOrEqual(512)
    expect(read(size([opt(1232)]))).toMatchObject({ flag_tc: true, answers: [] })
    expect(read(size([opt(4096)]))).toMatchObject({ flag_tc: false })
    expect(read(size([opt(4096)])).answers).toHaveLength(8)
    expect(read(size([], 'tcp')).answers).toHaveLength(8)
    expect(ask('many.example.com').answers).toHaveLength(8)
  })
  test('a size below 512 is taken as 512', () => {
    expect(ask('www.example.com', 'A', [opt(10)])).toMatchObject({ flag_tc: false, answers: [{ data: '127.0.1.2' }] })
  })
})

describe('what nobody should send', () => {
  test('several questions and none are format errors; updates are not implemented; a later EDNS is told so', () => {
    const two = {
      questions: [
        { type: 'A', name: 'www.example.com' },
        { type: 'AAAA', name: 'www.example.com' },
      ],
    }
    expect(read(replyTo(bytes(two), 'udp', zones))).toMatchObject({ id: 4711, rcode: 'FORMERR', answers: [] })
    expect(read(replyTo(bytes({ questions: [] }), 'udp', zones)).rcode).toBe('FORMERR')
    const update = bytes({ questions: [{ type: 'SOA', name: 'example.com' }], flags: 5 << 11 })
    expect(read(replyTo(update, 'udp', zones)).rcode).toBe('NOTIMP')
    expect(ask('www.example.com', 'A', [opt(1232, [], 1)]).additionals[0]?.extendedRcode).toBe(1)
    expect(ask('www.example.com', 'A', [opt(1232), opt(1232)]).rcode).toBe('FORMERR')
  })
  test('an answer gets no answer, so that two servers never talk for ever', () => {
    expect(replyTo(packet.encode({ type: 'response', id: 1, questions: [] }), 'udp', zones)).toBeUndefined()
  })
  test('whatever comes: no exception, and never more than one answer of a kind that can be read', () => {
    const query = bytes({ questions: [{ type: 'A', name: 'www.example.com' }], additionals: [opt(1232)] })
    const mangled = fc
      .array(fc.record({ at: fc.nat(query.length - 1), to: fc.nat(255) }), { maxLength: 8 })
      .chain((changes) => fc.record({ changes: fc.constant(changes), cut: fc.nat(query.length) }))
      .map(({ changes, cut }) => {
        const copy = Buffer.from(query)
        for (const { at, to } of changes) copy[at] = to
        return cut % 3 === 0 ? copy.subarray(0, cut) : copy
      })
    fc.assert(
      fc.property(fc.oneof(mangled, fc.uint8Array({ maxLength: 300 }).map(Buffer.from)), (garbage) => {
        const answer = replyTo(Buffer.from(garbage), 'udp', zones)
        if (answer === undefined) return
        expect(answer.readUInt16BE(0)).toBe(garbage.readUInt16BE(0))
        expect(answer[2] ?? 0).toBeGreaterThanOrEqual(0x80)
        expect(answer.length).toBeLessThanOrEqual(4_096)
        packet.decode(answer)
      }),
      { numRuns: 3_000 },
    )
  })
})
