import type { Builder, DataSource, PostProcessor, Provisioner } from "./component.ts";
import type { ReaperTable } from "./journal.ts";
import type { OpenStorePlace } from "./store-place.ts";

/** Component type → lazy import: a template loads what it names and nothing else. */
export type LazyTable<C> = Readonly<Record<string, () => Promise<C>>>;

/** What one vendor's room has: its components, each behind its own import, and what removes the things they leave. */
export interface Plugin {
  /** Short name, as in `required_plugins`; also the prefix of its component types. */
  readonly name: string;
  /** As `required_plugins` writes it: `github.com/hashicorp/amazon`. Absent: part of Packer itself. */
  readonly source?: string;
  /** The release of Packer's plugin whose options the components here cover. */
  readonly version?: string;
  readonly builders?: LazyTable<Builder>;
  readonly provisioners?: LazyTable<Provisioner>;
  readonly postProcessors?: LazyTable<PostProcessor>;
  readonly dataSources?: LazyTable<DataSource>;
  /** By kind of resource. */
  readonly reapers?: ReaperTable;
  /** Where stores can be, by the scheme of the address (`s3`). */
  readonly storePlaces?: LazyTable<OpenStorePlace>;
}
