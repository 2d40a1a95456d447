import type { NameIntents } from './intents.ts'
import { mostAnswers } from './lua.ts'

/**
 * The names of zones of PowerDNS, where each is decided by checks over HTTP alone, and an answer holds all that it is chosen from: whoever asks sees
 * by an answer what the server believes. Else none.
 */
export function plainNames({ zones, records, checks }: NameIntents): readonly string[] {
  const own = new Set(zones.flatMap(({ step, servedBy }) => (servedBy === 'powerdns' ? step : [])))
  const held = records.filter(({ zone, to }) => zone !== undefined && own.has(zone.step) && to.kind !== 'name')
  const hosts = new Set(held.map(({ host }) => host))
  const asked = checks.filter(({ host }) => hosts.has(host))
  const isPlain =
    asked.length > 0 &&
    asked.every(({ protocol, contains, by }) => protocol === 'http' && contains === undefined && by === 'checkers') &&
    held.every(({ policy }) => policy === 'simple' || policy === 'failover' || policy === 'multivalue') &&
    [...hosts].every((host) => held.filter((record) => record.host === host).length <= mostAnswers)
  return isPlain ? [...hosts] : []
}
