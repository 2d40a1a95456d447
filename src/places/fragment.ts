// A fragment of a fleet file inside the code of a law: the indentation of the code around it is taken off.

export function yaml(strings: TemplateStringsArray): string {
  const lines = (strings[0] ?? '').split('\n')
  while (lines[0]?.trim() === '') lines.shift()
  while (lines.at(-1)?.trim() === '') lines.pop()
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  )
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`
}
