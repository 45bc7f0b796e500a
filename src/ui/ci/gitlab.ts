import type { GroupSyntax } from "./groups.ts";

/**
 * Collapsible sections of GitLab job logs (docs.gitlab.com, "Expand and collapse job log sections"). Ids are unique per
 * section.
 */
export function gitlabSections(now: () => number): GroupSyntax {
  const seconds = (): number => Math.floor(now() / 1000);
  return {
    open: (title, id) => `\u001b[0Ksection_start:${seconds()}:imgbuild_${id}\r\u001b[0K${title}`,
    close: (id) => `\u001b[0Ksection_end:${seconds()}:imgbuild_${id}\r\u001b[0K`,
    guard: (line) => line.replace(/section_(?=start:|end:)/g, "section\u200b_"),
  };
}
