// One thing after the other: what is taken and given back changes the same world.

export type Serial = <Value>(act: () => Promise<Value>) => Promise<Value>

export function serial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const next = last.then(act, act)
    last = next.catch(() => undefined)
    return next
  }
}

/** Whoever does not answer by then is taken for silent. */
export async function inTime<Value>(asked: Promise<Value>, ms = 3_000): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ms)
  })
  try {
    return await Promise.race([asked, silence])
  } finally {
    clearTimeout(timer)
  }
}
