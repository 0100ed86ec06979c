import type { RunnerKind, Site, SiteValue, StorageName, Value } from '../../dsl/index.ts';

/** A site as one workflow meets it. */
export interface BoundSite {
  readonly site: Site;
  /** What its kind of runner can do; undefined only where the site has errors. */
  readonly kind: RunnerKind | undefined;
  /** Values of the workflow's locations that it fills. */
  readonly locations: ReadonlyMap<string, Value>;
  /** Directories, absolute or relative to the current one, or addresses (`davs://...`). */
  readonly storage: ReadonlyMap<StorageName, string>;
  /** Fields of `batch` by step. */
  readonly batch: ReadonlyMap<string, ReadonlyMap<string, SiteValue>>;
}
