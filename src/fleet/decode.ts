// Bytes to text, or the reason why they are none.

import { limits, megabytes } from './limits.ts'

export type Decoded = { readonly text: string } | { readonly message: string; readonly hint: string }

export function decode(bytes: Uint8Array | string, largest: number = limits.yamlBytes): Decoded {
  const size = typeof bytes === 'string' ? bytes.length : bytes.byteLength
  if (size > largest) return tooLarge(largest)
  if (typeof bytes === 'string') return textOf(bytes.charCodeAt(0) === 0xfeff ? bytes.slice(1) : bytes)
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { message: 'the file is UTF-16', hint: 'save it as UTF-8' }
  }
  try {
    return textOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return {
      message: 'the file is not UTF-8 text',
      hint: 'save it as UTF-8; if it is no text at all, name another file',
    }
  }
}

export const tooLarge = (largest: number): { readonly message: string; readonly hint: string } => ({
  message: `the file is larger than ${megabytes(largest)}`,
  hint: 'put rows into a CSV, or split the file into several in one folder',
})

function textOf(text: string): Decoded {
  if (text.includes('\0')) return { message: 'the file is binary: it holds a zero byte', hint: 'name a text file' }
  return { text }
}
