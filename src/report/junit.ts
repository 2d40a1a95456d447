// The builder of JUnit reports. The package is half a megabyte, so it is loaded only when somebody asks for one.

import type junit from 'junit-report-builder'

// its types describe an ES module; what Node loads is the CommonJS one, whose whole export is the builder
type Builder = typeof junit.default

export async function junitReport(): Promise<ReturnType<Builder['newBuilder']>> {
  const loaded = await import('junit-report-builder')
  return (loaded.default as unknown as Builder).newBuilder()
}
