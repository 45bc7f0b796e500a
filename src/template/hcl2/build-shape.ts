import type { ScopedBlock } from "../../language/dynamic-blocks.ts";
import type { BlockShape } from "./block-shape.ts";

/** What a `build` block may contain. */
export const buildShape: BlockShape = {
  attributes: ["name", "description", "sources", "for_each", "enabled"],
  blocks: {
    source: ["address"],
    provisioner: ["type"],
    "error-cleanup-provisioner": ["type"],
    "post-processor": ["type"],
    "post-processors": [],
    hcp_packer_registry: [],
    dynamic: ["type"],
  },
  usualSlips: { source: "sources" },
};

export const IN_BUILD_BLOCK = 'in a "build" block';

type BlockHeader = Pick<ScopedBlock, "type" | "labels">;

/** Whether a block stands for a source, perhaps for several (`dynamic "source"`). */
export function isSourceBlock({ type, labels }: BlockHeader): boolean {
  return type === "source" || (type === "dynamic" && labels[0]?.value === "source");
}
