// Finds files, exports and packages that nothing uses. Every file must be reached from one of the entries below. Take a name
// off `ignoreDependencies` when its first import lands; knip gives a hint when it can go.
import type { KnipConfig } from 'knip'

export default {
  entry: ['src/cli/main.ts', 'src/index.ts', 'scripts/*.{ts,mjs}'],
  project: ['{src,test,scripts}/**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: true,
  // installed ahead of the code that will import them
  ignoreDependencies: [
    ...['@babel/code-frame', '@dagrejs/graphlib', 'cidr-tools', 'cli-table3', 'csv-parse', 'heap-js', 'pure-rand'],
    ...['semver', 'string-width', 'ajv', 'fast-check', '@types/babel__code-frame', '@types/semver'],
  ],
} satisfies KnipConfig
