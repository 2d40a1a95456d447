// Tests stand beside the code and say by their name what they need: `*.test.ts` runs offline in seconds, `*.engine.test.ts` starts
// real engines, `*.cloud.test.ts` talks to a cloud (or its fake). `npm test` runs all that needs no engine.
import { defineConfig } from 'vitest/config'

const folders = '{src,test,scripts,bench}/**/*'

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
                include: ['{src,test,engines}/**/*.engine.test.ts'],
                // after all others and one file at a time: what is measured has the machine to itself
                sequence: { groupOrder: 1 },
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
