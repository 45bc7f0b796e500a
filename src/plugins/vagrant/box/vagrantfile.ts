/** The Vagrantfile in a box: what the provider needs, then what the user adds. */
export function renderVagrantfile(statements: readonly string[], custom: string | undefined): string {
  const parts = ["# The contents below were provided by the imgbuild Vagrant post-processor.\n"];
  if (statements.length > 0) parts.push(configureBlock(statements));
  if (custom !== undefined) parts.push("\n# The contents below (if any) are custom contents of this box.\n", custom);
  return parts.join("");
}

function configureBlock(statements: readonly string[]): string {
  const body = statements.map((line) => `  ${line}`);
  return ['Vagrant.configure("2") do |config|', ...body, "end", ""].join("\n");
}
