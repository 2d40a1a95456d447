// The text that Prometheus reads, of families of samples.
// Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

export type Labels = Readonly<Record<string, string | undefined>>

export interface Family {
  readonly name: string
  readonly help: string
  /** Left out: a gauge. */
  readonly type?: 'counter'
  /** What has no value is left out. */
  readonly samples: readonly (readonly [Labels, number | undefined])[]
}

export const prometheusText = (families: readonly Family[]): string =>
  families
    .map(textOf)
    .filter((text) => text !== '')
    .join('')

function textOf({ name, help, type, samples }: Family): string {
  const lines = samples.flatMap(([labels, value]) =>
    value === undefined ? [] : `${name}${labelsText(labels)} ${value}\n`,
  )
  return lines.length === 0
    ? ''
    : `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type ?? 'gauge'}\n${lines.join('')}`
}

function labelsText(labels: Labels): string {
  const own = Object.entries(labels).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}="${value.replace(/[\\"\n]/g, escaped)}"`,
  )
  return own.length === 0 ? '' : `{${own.join(',')}}`
}

const escaped = (character: string): string => (character === '\n' ? '\\n' : `\\${character}`)

const escapedHelp = (help: string): string => help.replace(/[\\\n]/g, escaped)
