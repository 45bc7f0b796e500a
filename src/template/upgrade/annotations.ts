/** Comments of an upgraded template, for `-with-annotations`. */
export const header = `This template was made from a JSON template by "imgbuild hcl2_upgrade". Read it through before you rely on it.
Its blocks may be moved to other files of this folder, as long as their names end in .pkr.hcl; then build the folder.`;

export const variables = `Input variables. JSON templates know only text, so all are of type string; change that where another type fits.`;

export const undeclared = `The JSON template used this without declaring it: its value comes from -var or a file of variables.`;

export const locals = `Values that are worked out from others. They cannot be set from outside.`;

export const searches = `Searches for the images to start from.`;

export const sources = `Sources, one for each builder of the JSON template.`;

export const build = `What is done with each source: provisioners in order, then post-processors.`;

export const untranslated = (names: readonly string[]): string =>
  `Not translated: ${[...new Set(names)].join(", ")} in {{ }} below has no meaning in HCL2. Rewrite it with \${ }.`;
