// Shares of requests and users: as numbers that add up, and as text.

/** Twenty equal weights do not add up to one in binary. */
export const tidy = (share: number): number => Math.round(share * 1e9) / 1e9

/** One digit after the point where it needs one. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`
