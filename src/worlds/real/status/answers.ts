// Who answers users now, computed: the records of a name by the rules of Route 53 over what is known to be healthy. A pure function, so that
// it can be held against what the name servers really say.
// Rules: Route 53 Developer Guide, How Amazon Route 53 chooses records when health checking is configured.

export interface Answering {
  /** What a record is told apart by: its set identifier, or the name itself. */
  readonly id: string
  readonly site: string | undefined
  readonly policy: 'simple' | 'failover' | 'weighted' | 'latency' | 'geolocation' | 'multivalue'
  readonly role?: 'PRIMARY' | 'SECONDARY'
  readonly weight?: number
  /** Undefined: nothing watches it, so that it counts as healthy; `unknown`: somebody does and was not heard of. */
  readonly health: 'healthy' | 'unhealthy' | 'unknown' | undefined
}

export interface Answer {
  readonly id: string
  readonly site: string | undefined
  /** Of all users; undefined: of those whom latency or place leads there. */
  readonly share: number | undefined
}

export interface WhoAnswers {
  readonly answers: readonly Answer[]
  /** None is healthy: Route 53 then answers as though all were. */
  readonly allUnhealthy: boolean
  /** Somebody's health is not known, and counts as healthy here. */
  readonly certain: boolean
}

const isWell = ({ health }: Answering): boolean => health !== 'unhealthy'

export function whoAnswers(records: readonly Answering[]): WhoAnswers {
  const certain = records.every(({ health }) => health !== 'unknown')
  const allUnhealthy = records.length > 0 && !records.some(isWell)
  return { answers: answersOf(records), allUnhealthy, certain }
}

function answersOf(records: readonly Answering[]): readonly Answer[] {
  const [first] = records
  if (first === undefined) return []
  const only = ({ id, site }: Answering, share: number | undefined): Answer => ({ id, site, share })
  switch (first.policy) {
    case 'simple':
      return records.map((record) => only(record, 1 / records.length))
    case 'failover': {
      const primary = records.find(({ role }) => role === 'PRIMARY')
      const secondary = records.find(({ role }) => role === 'SECONDARY')
      // both unhealthy: the primary is answered
      const chosen =
        primary !== undefined && (isWell(primary) || secondary === undefined || !isWell(secondary))
          ? primary
          : secondary
      return chosen === undefined ? [] : [only(chosen, 1)]
    }
    case 'weighted': {
      const weightOf = ({ weight }: Answering): number => weight ?? 0
      const weighted = records.filter((record) => weightOf(record) > 0)
      const zeros = records.filter((record) => weightOf(record) === 0)
      // records of weight 0 are a last resort, unless all are
      const chosen =
        [weighted.filter(isWell), zeros.filter(isWell), weighted, zeros].find((group) => group.length > 0) ?? []
      const whole = chosen.reduce((sum, record) => sum + weightOf(record), 0)
      return chosen.map((record) => only(record, whole === 0 ? 1 / chosen.length : weightOf(record) / whole))
    }
    case 'multivalue': {
      // eight at most at once, drawn anew for each query: over all users each gets the same
      const well = records.filter(isWell)
      const chosen = well.length === 0 ? records : well
      return chosen.map((record) => only(record, 1 / chosen.length))
    }
    default: {
      const well = records.filter(isWell)
      const chosen = well.length === 0 ? records : well
      return chosen.map((record) => only(record, chosen.length === 1 ? 1 : undefined))
    }
  }
}
