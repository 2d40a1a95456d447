// Seconds as people write and read them: the inverse of the duration scalar of a fleet file, and figures for reports.

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
]

/** 240 → "4m", 5400 → "1h30m", 0.5 → "500ms": what could stand in a fleet file. */
export function durationText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'for ever'
  if (seconds > 0 && seconds < 1) return `${Number((seconds * 1000).toFixed(1))}ms`
  let rest = Number(seconds.toFixed(3))
  let text = ''
  for (const [unit, size] of units) {
    const amount = Math.floor(rest / size)
    if (amount > 0) text += `${amount}${unit}`
    rest = Number((rest - amount * size).toFixed(3))
  }
  return rest > 0 || text === '' ? `${text}${rest}s` : text
}

/** 96.24 → "96.2 s", 1284 → "21 min 24 s": a measured time. */
export function secondsText(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'no end'
  if (seconds < 1 && seconds > 0) return `${Number(seconds.toFixed(2))} s`
  if (seconds < 300) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const rest = whole % 60
  const parts = [
    hours > 0 ? `${hours} h` : '',
    minutes > 0 ? `${minutes} min` : '',
    rest > 0 && hours === 0 ? `${rest} s` : '',
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** 96.24 → "01:36", 3725 → "1:02:05": a moment of a drill. */
export function clockText(seconds: number): string {
  const whole = Math.floor(seconds + 1e-9)
  const two = (value: number) => String(value).padStart(2, '0')
  const hours = Math.floor(whole / 3600)
  const clock = `${two(Math.floor((whole % 3600) / 60))}:${two(whole % 60)}`
  return hours > 0 ? `${hours}:${clock}` : clock
}

/** 0.99912 → "99.91%", 1 → "100%"; never rounds a loss away. */
export function shareText(share: number): string {
  if (share >= 1) return '100%'
  const percent = Math.floor(share * 1e4) / 100
  return percent >= 99.99 ? `${Math.min(99.9999, Math.floor(share * 1e6) / 1e4)}%` : `${percent}%`
}
