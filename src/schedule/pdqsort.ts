// Go's sort.Sort, step by step. It is not stable: where two clusters have room for equally many replicas, their order after the sort
// depends on the very swaps it makes, and Aggregated cuts the list at some point. Up to 12 elements it is an insertion sort.
// Source: Go 1.26, src/sort/zsortinterface.go (BSD-style licence, The Go Authors); unchanged since Go 1.19.

export function goSort<T>(items: readonly T[], less: (a: T, b: T) => boolean): T[] {
  const data = [...items]
  const at = (index: number) => data[index] as T
  const sorter = {
    less: (i: number, j: number) => less(at(i), at(j)),
    swap: (i: number, j: number) => {
      const kept = at(i)
      data[i] = at(j)
      data[j] = kept
    },
  }
  if (data.length > 1) pdqsort(sorter, 0, data.length, bitLength(data.length))
  return data
}

/** By index, as in Go: the elements themselves are not seen. */
interface Sorter {
  readonly less: (i: number, j: number) => boolean
  readonly swap: (i: number, j: number) => void
}

function pdqsort(data: Sorter, from: number, to: number, badPivotsLeft: number): void {
  let [a, b, limit] = [from, to, badPivotsLeft]
  let [wasBalanced, wasPartitioned] = [true, true]
  for (;;) {
    const length = b - a
    if (length <= 12 || limit === 0) {
      if (length <= 12) insertionSort(data, a, b)
      else heapSort(data, a, b)
      return
    }
    if (!wasBalanced) {
      breakPatterns(data, a, b)
      limit--
    }

    let { pivot, hint } = choosePivot(data, a, b)
    if (hint === 'decreasing') {
      reverse(data, a, b)
      pivot = b - 1 - (pivot - a)
      hint = 'increasing'
    }
    if (wasBalanced && wasPartitioned && hint === 'increasing' && partialInsertionSort(data, a, b)) return
    if (a > 0 && !data.less(a - 1, pivot)) {
      a = partitionEqual(data, a, b, pivot)
      continue
    }

    const { middle, already } = partition(data, a, b, pivot)
    wasPartitioned = already
    const [left, right] = [middle - a, b - middle]
    const threshold = Math.trunc(length / 8)
    if (left < right) {
      wasBalanced = left >= threshold
      pdqsort(data, a, middle, limit)
      a = middle + 1
    } else {
      wasBalanced = right >= threshold
      pdqsort(data, middle + 1, b, limit)
      b = middle
    }
  }
}

function insertionSort(data: Sorter, a: number, b: number): void {
  for (let i = a + 1; i < b; i++) for (let j = i; j > a && data.less(j, j - 1); j--) data.swap(j, j - 1)
}

function heapSort(data: Sorter, a: number, b: number): void {
  const length = b - a
  for (let i = Math.trunc((length - 1) / 2); i >= 0; i--) siftDown(data, i, length, a)
  for (let i = length - 1; i >= 0; i--) {
    data.swap(a, a + i)
    siftDown(data, 0, i, a)
  }
}

function siftDown(data: Sorter, low: number, high: number, first: number): void {
  let root = low
  for (;;) {
    let child = 2 * root + 1
    if (child >= high) return
    if (child + 1 < high && data.less(first + child, first + child + 1)) child++
    if (!data.less(first + root, first + child)) return
    data.swap(first + root, first + child)
    root = child
  }
}

function partition(data: Sorter, a: number, b: number, pivot: number): { middle: number; already: boolean } {
  data.swap(a, pivot)
  let [i, j] = [a + 1, b - 1]
  let swapped = false
  for (;;) {
    while (i <= j && data.less(i, a)) i++
    while (i <= j && !data.less(j, a)) j--
    if (i > j) break
    data.swap(i, j)
    swapped = true
    i++
    j--
  }
  data.swap(j, a)
  return { middle: j, already: !swapped }
}

function partitionEqual(data: Sorter, a: number, b: number, pivot: number): number {
  data.swap(a, pivot)
  let [i, j] = [a + 1, b - 1]
  for (;;) {
    while (i <= j && !data.less(a, i)) i++
    while (i <= j && data.less(a, j)) j--
    if (i > j) return i
    data.swap(i, j)
    i++
    j--
  }
}

function partialInsertionSort(data: Sorter, a: number, b: number): boolean {
  let i = a + 1
  for (let step = 0; step < 5; step++) {
    while (i < b && !data.less(i, i - 1)) i++
    if (i === b) return true
    if (b - a < 50) return false
    data.swap(i, i - 1)
    // down to 1, not to a, as in Go
    if (i - a >= 2) for (let j = i - 1; j >= 1 && data.less(j, j - 1); j--) data.swap(j, j - 1)
    if (b - i >= 2) for (let j = i + 1; j < b && data.less(j, j - 1); j++) data.swap(j, j - 1)
  }
  return false
}

/** Its chance is a generator seeded by the length, so that it is none. */
function breakPatterns(data: Sorter, a: number, b: number): void {
  const length = b - a
  if (length < 8) return
  let random = BigInt(length)
  const mask = (1n << BigInt(bitLength(length))) - 1n
  const middle = a + Math.trunc(length / 4) * 2
  for (let index = middle - 1; index <= middle + 1; index++) {
    random ^= BigInt.asUintN(64, random << 13n)
    random ^= random >> 7n
    random ^= BigInt.asUintN(64, random << 17n)
    const other = Number(random & mask)
    data.swap(index, a + (other >= length ? other - length : other))
  }
}

type Hint = 'unknown' | 'increasing' | 'decreasing'

function choosePivot(data: Sorter, a: number, b: number): { pivot: number; hint: Hint } {
  const length = b - a
  const quarter = Math.trunc(length / 4)
  let swaps = 0
  const order = (x: number, y: number): [number, number] => {
    if (!data.less(y, x)) return [x, y]
    swaps++
    return [y, x]
  }
  const median = (first: number, second: number, third: number): number => {
    const [x, y] = order(first, second)
    const [z] = order(y, third)
    return order(x, z)[1]
  }
  const near = (index: number) => (length >= 50 ? median(index - 1, index, index + 1) : index)
  const pivot = length >= 8 ? median(near(a + quarter), near(a + quarter * 2), near(a + quarter * 3)) : a + quarter * 2
  return { pivot, hint: swaps === 0 ? 'increasing' : swaps === 12 ? 'decreasing' : 'unknown' }
}

function reverse(data: Sorter, a: number, b: number): void {
  for (let [i, j] = [a, b - 1]; i < j; i++, j--) data.swap(i, j)
}

const bitLength = (value: number): number => 32 - Math.clz32(value)
