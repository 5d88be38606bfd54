// The settings of Node's cluster belong to the user: changed for one fork, and put back.

import type { Cluster, ClusterSettings } from 'node:cluster'

export type Settings = ClusterSettings & { cwd?: string | undefined }

/** Before the first fork the settings are empty; filled in now, as they would be then, they can be put back. */
export function fillSettings(cluster: Cluster): void {
  if (cluster.settings.exec === undefined) cluster.setupPrimary()
}

/**
 * Set `settings` for the next fork. Nothing else can fork in between: all of this is synchronous.
 *
 * @returns what puts back those that were there
 */
export function overrideSettings(cluster: Cluster, settings: Settings): () => void {
  const before: Settings = { ...cluster.settings }
  cluster.setupPrimary(settings)
  return () => {
    const keys = Object.keys(settings) as (keyof Settings)[]
    cluster.setupPrimary(Object.fromEntries(keys.map((key) => [key, before[key]])))
    // setupPrimary can only set, and a key with undefined would hide Node's own default.
    for (const key of keys) if (!(key in before)) delete cluster.settings[key]
  }
}
