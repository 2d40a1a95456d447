// The share of requests answered, over a time that is the same for all runs: one that settles early is taken to stay as it ended,
// or a run with a quick repair would look worse than one with a slow repair.

import type { Service } from '../model/timeline.ts'

export function answeredOver(
  service: Service,
  overSeconds: number,
): { readonly share: number; readonly lostSeconds: number } {
  const last = service.spans.at(-1)
  const rest = last === undefined ? 0 : Math.max(0, overSeconds - last.to)
  const lostSeconds = service.lostSeconds + rest * (1 - (last?.served ?? 1))
  return { share: overSeconds === 0 ? 1 : 1 - lostSeconds / overSeconds, lostSeconds }
}
