// The few files of which there is one for each row, written by hand: ten thousand of them in a second. A test compares them with
// what the YAML writer makes of the same data.

/** Plain where no reader can take it for anything but text. */
export function scalar(text: string): string {
  const plain =
    /^(?:[A-Za-z][\w./-]*|\d{1,3}(?:\.\d{1,3}){3})$/.test(text) &&
    !/^(?:true|false|yes|no|on|off|null|y|n)$/i.test(text)
  return plain ? text : JSON.stringify(text)
}

/** A Kustomization of Flux of which all but the name, the values and what it needs comes by a patch. */
export function rowDocument(
  name: string,
  values: Readonly<Record<string, string>>,
  dependsOn: readonly string[] = [],
): string {
  let text = `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: ${scalar(name)}\n`
  const keys = Object.keys(values)
  if (keys.length === 0 && dependsOn.length === 0) return text
  text += 'spec:\n'
  if (dependsOn.length > 0) text += '  dependsOn:\n'
  for (const other of dependsOn) text += `    - name: ${scalar(other)}\n`
  if (keys.length > 0) text += '  postBuild:\n    substitute:\n'
  for (const key of keys) text += `      ${scalar(key)}: ${scalar(values[key] ?? '')}\n`
  return text
}

/** The folder of a row's own Flux: that of its class and ring, with the values of the row. */
export function rowKustomization(
  base: string,
  maps: readonly { readonly name: string; readonly values: Readonly<Record<string, string>> }[],
  path?: { readonly name: string; readonly to: string },
): string {
  let text = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - ${base}\n`
  if (path !== undefined)
    text += `patches:\n  - patch: |-\n      - op: replace\n        path: /spec/path\n        value: ${path.to}\n    target:\n      kind: Kustomization\n      name: ${path.name}\n`
  if (maps.length === 0) return text
  text += 'configMapGenerator:\n'
  for (const { name, values } of maps) {
    text += `  - name: ${name}\n    namespace: flux-system\n    literals:\n`
    for (const key of Object.keys(values)) text += `      - ${literal(key, values[key] ?? '')}\n`
  }
  return `${text}generatorOptions:\n  disableNameSuffixHash: true\n`
}

function literal(key: string, value: string): string {
  // kustomize takes quotes off both ends of a literal, and ends it at a line
  if (/^["']|["']$|\n/.test(value)) throw new Error(`the value of ${key} cannot stand in a literal: ${value}`)
  const text = `${key}=${value}`
  return /^[\w.-]+=[\w.,:/+-]*[\w./+-]$/.test(text) ? text : JSON.stringify(text)
}
