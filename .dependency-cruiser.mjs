// Who may import whom, and why: the flow of the tree, as rules that a machine can check. `npm run check:boundaries`
// prints the `comment` of the rule that was broken, so write it as the lesson. Tests are exempt: they may read whatever
// they need to judge the code beside them. A new folder under src/ needs a law here, or the check fails.

const tests = '\\.(test|case)\\.ts$'
const path = (place) => (place.endsWith('.ts') ? `^src/${place.replaceAll('.', '\\.')}$` : `^src/${place}/`)

/** A law: the files of `of` may import their own folder and `sees`; with `typesOfAll`, types from anywhere. */
const law = ({ of, from = path(of), sees, typesOfAll = false, why }) => ({
  name: `${of}-sees`,
  comment: why,
  severity: 'error',
  from: { path: from, pathNot: tests },
  to: { path: '^src/', pathNot: [from, ...sees.map(path)], ...(typesOfAll && { dependencyTypesNot: ['type-only'] }) },
})

const laws = [
  law({ of: 'model', sees: [], why: 'The model is the words all else is written in: it depends on nothing here.' }),
  law({
    of: 'timers',
    sees: ['model'],
    why: 'The timers are cited constants that the twin, the forecast and the checks share; they know only the words of the model.',
  }),
  law({
    of: 'places',
    sees: ['model'],
    why: 'A place is cited facts and laws about the model; what is made of them is decided in check, plan and artefacts.',
  }),
  law({
    of: 'fleet',
    sees: ['model', 'places'],
    why: 'Reading turns files into a Fleet or findings; judging and planning it comes later in the flow.',
  }),
  law({
    of: 'failover',
    sees: ['model', 'places', 'timers', 'schedule'],
    why: 'How failover goes is computed from the fleet and the cited timers alone, so that check, drill and explain agree on it.',
  }),
  law({
    of: 'check',
    sees: ['model', 'places', 'timers', 'failover'],
    why: 'Judging needs the fleet and the laws only: a finding must not depend on a plan, a world or a report.',
  }),
  law({
    of: 'explain',
    sees: ['model', 'places', 'timers', 'failover', 'check'],
    why: 'Explaining reads the laws, the timers and the schema back to people; it judges and decides nothing itself.',
  }),
  law({
    of: 'schedule',
    sees: ['model'],
    why: 'Karmada’s scheduler as a function of its input: the plan, the twin and the library ask it the same question.',
  }),
  law({
    of: 'plan',
    sees: ['model', 'places', 'schedule'],
    why: 'Steps are intents decided from the fleet and the places; how a world carries them out is not the plan’s business.',
  }),
  law({
    of: 'artefacts',
    sees: ['model', 'places', 'plan', 'schedule'],
    why: 'Artefacts are the plan written down for real engines; they must not depend on any world that reads them.',
  }),
  law({
    of: 'delivery',
    sees: ['model', 'artefacts/artefact.ts', 'artefacts/ownership.ts'],
    why: 'Delivery puts files where they belong, whole and only over its own; what is in them is decided before.',
  }),
  law({
    of: 'timeline',
    sees: ['model', 'timers'],
    why: 'A timeline is a versioned file: it outlives every world that writes it, and knows the timers that its recoveries are made of.',
  }),
  law({
    of: 'worlds/twin',
    sees: ['model', 'timers', 'places', 'schedule', 'timeline', 'worlds/world.ts'],
    why: 'The twin is one of three worlds behind the same port; knowing check, drill or report would let it please its judges.',
  }),
  law({
    of: 'worlds/kube',
    sees: ['model', 'artefacts/workloads/fields.ts'],
    why: 'The Kubernetes API is the same in every world that has one: how to ask it, and to read its objects, knows nothing of who asks.',
  }),
  law({
    of: 'worlds/local',
    sees: ['model', 'timers', 'places', 'artefacts', 'timeline', 'worlds/kube', 'worlds/world.ts'],
    why: 'Engines on this machine get the steps and the very artefacts that go to the real ones, and keep the same cited constants; what must hold of them is judged elsewhere.',
  }),
  law({
    of: 'worlds/real',
    sees: ['model', 'timers', 'places', 'plan/ground.ts', 'artefacts', 'timeline', 'worlds/kube', 'worlds/world.ts'],
    why: 'AWS and the floors get the steps and the very artefacts that `plan --out` writes; what must hold of them is judged elsewhere.',
  }),
  law({
    of: 'worlds',
    from: '^src/worlds/[^/]+\\.ts$',
    sees: ['model', 'timeline', 'worlds'],
    why: 'The World port is owned by its callers and knows the words of the model; only the list of worlds names them.',
  }),
  law({
    of: 'drill',
    sees: ['model', 'plan', 'timeline', 'failover', 'timers', 'worlds/world.ts', 'worlds/twin'],
    why: 'A drill is a story for any world: it speaks through the port, and knows the twin only to run it without promises.',
  }),
  law({
    of: 'report',
    sees: ['model', 'timeline', 'plan/groups.ts'],
    typesOfAll: true,
    why: 'A report is made from data alone (a timeline, findings, a plan): it may name their types, but runs nothing; which steps are told as one, the plan says.',
  }),
  law({
    of: 'console',
    sees: ['model', 'timeline', 'report'],
    why: 'The console reads the same files as the reports, so that it can replay any timeline, from any world.',
  }),
  law({
    of: 'cli',
    sees: ['index.ts', 'report', 'model/refusal.ts', 'model/visible.ts'],
    typesOfAll: true,
    why: 'A command is read, call, render, exit: what it calls is what the library exports. An interesting `if` belongs in the core.',
  }),
  law({
    of: 'index.ts',
    sees: [
      ...['model', 'timers', 'places', 'fleet', 'failover', 'check', 'explain', 'schedule', 'plan', 'artefacts'],
      ...['delivery', 'worlds', 'drill', 'timeline', 'report', 'console'],
    ],
    why: 'The library joins everything but the command line, which is one of its users.',
  }),
]

// What a function of its input may need. Everything else of Node has a clock, a file, a socket, a process or chance in it.
// (node:crypto is let in for createHash; biome.jsonc forbids its other names, and Date, Math.random and process.)
// One exception more: artefacts/cloudformation/synthesis.ts loads the CDK by node:module, and only when asked.
const pureBuiltins = '^(node:)?(assert|assert/strict|buffer|crypto|path|path/posix|path/win32|string_decoder|url|util)$'
const outsideWorld = [
  'artefacts/cloudformation/synthesis.ts',
  'fleet/read.ts',
  'fleet/ts.ts',
  'delivery',
  'timeline',
  'worlds/kube',
  'worlds/local',
  'worlds/real',
  'console',
  'cli',
].map(path)

/** Packages that a part of the tree may import, where that is limited. */
const packages = ({ of, from, pathNot = [], allowed, typesOfAll = false, why }) => ({
  name: `${of}-packages`,
  comment: why,
  severity: 'error',
  from: { path: from, pathNot: [tests, ...pathNot] },
  to: {
    path: '(^|/)node_modules/',
    pathNot: allowed.map((name) => `(^|/)node_modules/${name}/`),
    ...(typesOfAll && { dependencyTypesNot: ['type-only'] }),
  },
})

export default {
  forbidden: [
    ...laws,
    packages({
      of: 'model',
      from: '^src/model/',
      pathNot: ['^src/model/declaration/'],
      allowed: [],
      typesOfAll: true,
      why: 'The model is plain data and needs no package at run time; only its declaration, the schema of what people write, uses zod.',
    }),
    packages({
      of: 'model-declaration',
      from: '^src/model/declaration/',
      allowed: ['zod'],
      why: 'One zod schema gives the types, the JSON Schema and the errors; the declaration needs nothing else.',
    }),
    packages({
      of: 'fleet',
      from: '^src/fleet/',
      allowed: ['yaml', 'zod', 'csv-parse', 'jiti', 'fastest-levenshtein', '@babel/code-frame'],
      why: 'Reading is YAML, CSV, the schema and clear complaints. A package that does more than read belongs further down the flow.',
    }),
    {
      name: 'outside-world-at-the-edge',
      comment:
        'Files, sockets, processes, the clock and chance are touched only in fleet/read.ts, fleet/ts.ts, delivery/, timeline/, worlds/local/, ' +
        'worlds/real/, console/ and cli/. Everything between takes data and gives data, so that a run is its seed.',
      severity: 'error',
      from: { path: '^src/', pathNot: [tests, ...outsideWorld] },
      to: { dependencyTypes: ['core'], pathNot: pureBuiltins },
    },
    {
      name: 'no-circle',
      comment: 'Files that import each other are one idea in two files, and cannot be read downwards. Types count too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-in-code',
      comment:
        'A test file runs its tests when it is imported, and is not in the package. Share a fixture from a file of its own.',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'src-stays-in-src',
      comment: 'What ships is src/: tests, scripts and benches are not in the package, so nothing in it may need them.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { path: '^(test|scripts|bench|console|docs)/' },
    },
    {
      name: 'no-dev-package-in-code',
      comment:
        'A user of the package has no dev dependencies: move it to "dependencies", with its line in docs/dependencies.md.',
      severity: 'error',
      from: { path: '^src/', pathNot: tests },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolves',
      comment: 'The import leads nowhere: the file is missing, or the package is not in package.json.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: ['(^|/)node_modules/', '^dist/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
}
