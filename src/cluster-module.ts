// Node's cluster module, loaded only when somebody asks: most processes never do.

import type { Cluster } from 'node:cluster'

export function clusterModule(): Cluster {
  return process.getBuiltinModule('node:cluster') as unknown as Cluster
}
