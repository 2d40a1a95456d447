// What users get, asked from outside as they would: names from the name servers, kept by resolvers as long as their TTL says, and a request
// to whatever address each of them holds. From this machine only: whoever stands elsewhere may be led elsewhere.

import type { RecordWithTtl } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

export interface Asked {
  readonly host: string
  readonly protocol: 'http' | 'https'
  readonly port: number
  readonly path: string
}

/** The way out; a test has its own. */
export interface Outside {
  /** What the name's own name servers say now. */
  readonly resolve: (host: string) => Promise<readonly { readonly address: string; readonly ttlSeconds: number }[]>
  /** Addresses behind the name of a load balancer. */
  readonly addressesOf: (name: string) => Promise<readonly string[]>
  /** The status of the answer; undefined: none in time. */
  readonly status: (address: string, asked: Asked) => Promise<number | undefined>
}

/** A second attempt of a person's browser comes later than that. */
const patienceMs = 2_000

export function outsideHere(nameServers: readonly string[]): Outside {
  const plain = new Resolver({ timeout: patienceMs, tries: 1 })
  const own = new Resolver({ timeout: patienceMs, tries: 1 })
  let known: Promise<void> | undefined
  const withOwn = async (): Promise<void> => {
    const addresses = await Promise.all(nameServers.map((name) => plain.resolve4(name).catch(() => [])))
    const all = addresses.flat()
    if (all.length > 0) own.setServers(all)
  }
  return {
    resolve: async (host) => {
      known ??= withOwn()
      await known
      const records: readonly RecordWithTtl[] = await own.resolve4(host, { ttl: true })
      return records.map(({ address, ttl }) => ({ address, ttlSeconds: ttl }))
    },
    addressesOf: (name) => plain.resolve4(name).catch(() => []),
    status: (address, { host, protocol, port, path }) =>
      new Promise((resolve) => {
        const ask = protocol === 'https' ? httpsRequest : httpRequest
        const asked = ask({
          ...{ host: address, port, path, method: 'GET', timeout: patienceMs, headers: { host } },
          // an answer is an answer, also with a certificate that has run out
          ...(protocol === 'https' && { servername: host, rejectUnauthorized: false }),
        })
        const over = setTimeout(() => asked.destroy(), patienceMs)
        asked.once('response', (response) => {
          response.resume()
          clearTimeout(over)
          resolve(response.statusCode)
        })
        asked.once('timeout', () => asked.destroy())
        asked.once('error', () => {
          clearTimeout(over)
          resolve(undefined)
        })
        asked.once('close', () => resolve(undefined))
        asked.end()
      }),
  }
}

// ---------------------------------------------------------------------------------------------- resolvers

/** What users of one name get at a moment. */
export interface Got {
  readonly served: number
  /** Share by site; adds up to `served`. */
  readonly by: Readonly<Record<string, number>>
  /** Sites that the name servers gave last, in the order of the alphabet. */
  readonly answer: string
}

export interface Users {
  /** Asks as all of them would in the second that begins. */
  second(nowSeconds: number): Promise<Got>
}

const resolvers = 20

/** Resolvers whose answers run out at different times, as those of many users do. `siteOf`: an address that is nobody's has none. */
export function usersOf(outside: Outside, asked: Asked, siteOf: (address: string) => string | undefined): Users {
  const held: { addresses: readonly string[]; until: number; next: number }[] = Array.from(
    { length: resolvers },
    () => ({
      addresses: [],
      until: Number.NEGATIVE_INFINITY,
      next: 0,
    }),
  )
  let first = true
  let answer = ''
  return {
    second: async (now) => {
      const stale = held.filter(({ until }) => until <= now)
      await Promise.all(
        stale.map(async (one) => {
          const found = await outside.resolve(asked.host).catch(() => undefined)
          // a resolver that hears nothing asks again in the next second
          if (found === undefined) return Object.assign(one, { addresses: [], until: now })
          const ttl = Math.max(1, Math.min(...found.map(({ ttlSeconds }) => ttlSeconds), 86_400))
          const phase = first ? ((held.indexOf(one) + 1) / resolvers) * ttl : ttl
          answer = [...new Set(found.map(({ address }) => siteOf(address) ?? address))].sort().join(',')
          return Object.assign(one, { addresses: found.map(({ address }) => address), until: now + phase })
        }),
      )
      first = false
      // each user takes one of the addresses
      const chosen = held.map((one) => {
        const address = one.addresses[one.next % Math.max(1, one.addresses.length)]
        one.next += 1
        return address
      })
      const distinct = [...new Set(chosen.filter((address) => address !== undefined))]
      const statuses = new Map(
        await Promise.all(distinct.map(async (address) => [address, await outside.status(address, asked)] as const)),
      )
      const by: Record<string, number> = {}
      for (const address of chosen) {
        const status = address === undefined ? undefined : statuses.get(address)
        if (address === undefined || status === undefined || status >= 500) continue
        const site = siteOf(address) ?? address
        by[site] = (by[site] ?? 0) + 1
      }
      const shares = Object.fromEntries(Object.entries(by).map(([site, count]) => [site, count / resolvers]))
      return { served: Object.values(by).reduce((sum, count) => sum + count, 0) / resolvers, by: shares, answer }
    },
  }
}
