/** Functions of `{{ }}` that only legacy JSON templates may call, with what HCL2 has instead. */
export const refusedInHcl2: ReadonlyMap<string, string> = new Map([
  ["user", '"user" is for legacy JSON templates; in HCL2, write ${var.NAME}'],
  ["env", '"env" is for legacy JSON templates; in HCL2, write an input variable whose default is env("NAME")'],
  ["consul_key", '"consul_key" is for legacy JSON templates; in HCL2, write ${consul_key("KEY")}'],
  ["vault", '"vault" is for legacy JSON templates; in HCL2, write ${vault("PATH", "KEY")}'],
  [
    "aws_secretsmanager",
    '"aws_secretsmanager" is for legacy JSON templates; in HCL2, write ${aws_secretsmanager("NAME", "KEY")}',
  ],
]);
