/** How VBoxManage spells a boolean. */
export function onOff(value: boolean): "on" | "off" {
  return value ? "on" : "off";
}
