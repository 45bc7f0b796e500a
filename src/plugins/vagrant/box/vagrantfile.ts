/** The Vagrantfile in a box: what the provider needs, then what the user adds. */
export function renderVagrantfile(statements: readonly string[], custom: string | undefined): string {
  const own =
    statements.length === 0
      ? ""
      : ['Vagrant.configure("2") do |config|', ...statements.map((line) => `  ${line}`), "end", ""].join("\n");
  const header = "# The contents below were provided by the imgbuild Vagrant post-processor.\n";
  const added =
    custom === undefined ? "" : `\n# The contents below (if any) are custom contents of this box.\n${custom}`;
  return `${header}${own}${added}`;
}
