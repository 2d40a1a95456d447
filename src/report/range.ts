// Two bounds in words: one figure where both read the same.

export function rangeText(min: number, max: number, text: (value: number) => string): string {
  const [from, to] = [text(min), text(max)]
  return from === to ? to : `${from} to ${to}`
}
