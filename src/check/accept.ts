// A team may live with a finding and say why. What is accepted stays in the list, with the reason; an acceptance that covers
// nothing, or whose day has passed, is itself a finding, so that the list of excuses does not outlive its causes.

import type { Finding } from '../model/finding.ts'
import type { Acceptance, Fleet } from '../model/fleet.ts'
import { labelOf, positionOf } from '../model/origin.ts'
import { acceptanceStillApplies, acceptedErrorHasAnEnd } from './laws/acceptances.ts'

export function applyAcceptances(
  fleet: Fleet,
  findings: readonly Finding[],
  today: string | undefined,
): readonly Finding[] {
  const used = new Set<Acceptance>()
  const coversError = new Set<Acceptance>()
  const current = fleet.accept.filter((acceptance) => !hasExpired(acceptance, today))

  const judged = findings.map((finding): Finding => {
    const acceptance = current.find((candidate) => candidate.code === finding.code && covers(candidate, finding))
    if (acceptance === undefined) return finding
    used.add(acceptance)
    if (finding.severity === 'error') coversError.add(acceptance)
    return {
      ...finding,
      accepted: {
        reason: acceptance.reason,
        at: positionOf(fleet.sources, acceptance.origin),
        ...(acceptance.until === undefined ? {} : { until: acceptance.until }),
      },
    }
  })

  const own = fleet.accept.flatMap((acceptance): Finding[] => {
    if (hasExpired(acceptance, today))
      return [
        about(
          fleet,
          acceptance,
          acceptanceStillApplies,
          'until',
          `ran out on ${acceptance.until}`,
          `mend what ${acceptance.code} finds, or give a later day`,
        ),
      ]
    if (!used.has(acceptance))
      return [
        about(
          fleet,
          acceptance,
          acceptanceStillApplies,
          'code',
          `covers no finding of ${acceptance.code}${acceptance.at === undefined ? '' : ` at ${acceptance.at}`}`,
          'take it out',
        ),
      ]
    if (coversError.has(acceptance) && acceptance.until === undefined)
      return [
        about(
          fleet,
          acceptance,
          acceptedErrorHasAnEnd,
          'code',
          `accepts the error ${acceptance.code} without an end`,
          'say until when, such as until: 2027-03-01',
        ),
      ]
    return []
  })
  return [...judged, ...own]
}

function hasExpired({ until }: Acceptance, today: string | undefined): boolean {
  return until !== undefined && today !== undefined && until < today
}

/** By the whole path or a beginning of it that ends between two names: sites.los does not cover sites.los-angeles. */
function covers({ at }: Acceptance, { where }: Finding): boolean {
  return at === undefined || where === at || where.startsWith(`${at}.`)
}

function about(
  fleet: Fleet,
  acceptance: Acceptance,
  law: typeof acceptanceStillApplies,
  field: string,
  found: string,
  fix: string,
): Finding {
  const { code, severity, title, why, sources } = law
  return {
    code,
    severity,
    title,
    at: positionOf(fleet.sources, acceptance.origin, field),
    where: labelOf(acceptance.origin, field),
    found,
    why,
    sources,
    fix,
  }
}
