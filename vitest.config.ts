// Tests stand beside the code and say by their name what they need: `*.test.ts` runs offline in seconds, `*.engine.test.ts` starts
// real engines, `*.cloud.test.ts` talks to a cloud (or its fake). `npm test` runs all that needs no engine.
import { defineConfig } from 'vitest/config'

const folders = '{src,test,scripts,bench}/**/*'
const engineTests = ['{src,test,engines}/**/*.engine.test.ts']

/** Of those, what judges times: drills, in which a second of a busy machine counts for ten, and fleets at the true constants. */
const measured = [
  'src/worlds/local/delivery/recovery.engine.test.ts',
  'src/worlds/local/delivery/stages.engine.test.ts',
  'src/worlds/local/drill.engine.test.ts',
  'src/worlds/local/failback.engine.test.ts',
  'test/fleets.engine.test.ts',
]

export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [`${folders}.test.ts`],
          exclude: [`${folders}.{engine,cloud}.test.ts`],
          // one process for many files, some ten times faster: importing a file does nothing here, so there is no state to leak
          isolate: false,
        },
      },
      // building an engine takes minutes, so it must be asked for: npm run test:engines
      ...(process.env.SKERRY_ENGINES === '1'
        ? [
            {
              extends: true as const,
              test: {
                name: 'engine',
                include: engineTests,
                exclude: measured,
                // after all others, two files at a time: most of what they do is waiting
                sequence: { groupOrder: 1 },
                maxWorkers: 2,
                testTimeout: 300_000,
                hookTimeout: 300_000,
              },
            },
            {
              extends: true as const,
              test: {
                name: 'measured',
                include: measured,
                // after those, one file at a time: what is measured has the machine to itself
                sequence: { groupOrder: 2 },
                fileParallelism: false,
                testTimeout: 300_000,
                hookTimeout: 300_000,
              },
            },
          ]
        : []),
      { extends: true, test: { name: 'cloud', include: [`${folders}.cloud.test.ts`] } },
    ],
  },
})
