// Finds files, exports and packages that nothing uses. Every file must be reached from one of the entries below.
import type { KnipConfig } from 'knip'

export default {
  entry: [
    ...['src/cli/main.ts', 'src/index.ts', 'src/worlds/local/outside/main.ts'],
    ...['scripts/*.{ts,mjs}', 'bench/*.ts', 'engines/**/*.ts', 'src/**/*.case.ts', 'test/cloud/runner.ts'],
  ],
  project: ['{src,test,scripts,bench,engines}/**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: true,
  // the toolchain that engines are built with, a server of Debian's, and the programs of Flux and Helm, where there are such
  ignoreBinaries: ['go', 'pdnsutil', 'flux', 'helm'],
} satisfies KnipConfig
