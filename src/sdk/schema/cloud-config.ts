import { nearest } from "../../lib/did-you-mean.ts";
import { warning } from "./rules.ts";
import type { ConfigIssue, Fix } from "./schema.ts";

/**
 * What is doubtful about user data for cloud-init. It takes what it does not know for nothing at all: the machine boots, and
 * refuses every login. Source: cloud-init's documentation, "User data formats" and "Module reference".
 */
export function userDataIssues(text: string, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  const first = firstLine(text);
  if (text.trim() === "" || HEADERS.test(first)) return cloudConfigKeyIssues(text, path);
  const detail = `cloud-init ignores user data whose first line does not say what it is. For settings it is "#cloud-config", and this begins with ${JSON.stringify(first.slice(0, 40))}.`;
  const issue = warning("no-cloud-config", path, "User data without its first line", detail);
  if (!isNearHeader(first)) return [issue];
  const fix: Fix = { kind: "replace", part: "text", text: "#cloud-config" };
  return [{ ...issue, within: { start: 0, end: first.length }, fix }];
}

/** As `userDataIssues`, where others than cloud-init may read the data, too (EC2Launch, Ignition, Bottlerocket). */
export function anyUserDataIssues(text: string, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  const isMeantForIt =
    isNearHeader(firstLine(text)) || keysIn(text).some(({ key }) => KEYS.has(key) && key !== "version");
  return isMeantForIt ? userDataIssues(text, path) : [];
}

/** The same issues for a text that is in a file of its own, which an argument names. */
export function inUserDataFile(file: string, text: string, issues: readonly ConfigIssue[]): readonly ConfigIssue[] {
  return issues.map(({ within, fix: _, ...issue }) => {
    const line = text.slice(0, within?.start ?? 0).split("\n").length;
    return { ...issue, detail: `${file}, line ${line}: ${issue.detail}` };
  });
}

const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0]!;

const isNearHeader = (line: string): boolean => line.startsWith("#") && nearest(line, ["#cloud-config"]) !== undefined;

/** First lines that cloud-init knows. */
const HEADERS =
  /^(#!|#cloud-config|#cloud-boothook|#cloud-config-archive|#cloud-config-jsonp|#include|#part-handler|#upstart-job|## template: ?jinja|Content-Type:|MIME-Version:|From )/i;

/** What is doubtful about the keys of a text, where its first line says that cloud-init reads it as settings. */
function cloudConfigKeyIssues(text: string, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  if (firstLine(text).trimEnd() !== "#cloud-config") return [];
  const unknown = keysIn(text).filter(({ key }) => !KEYS.has(key) && !OF_USERS.test(key));
  return unknown.map(({ key, start }) => unknownKey(key, start, path));
}

const keysIn = (text: string) =>
  [...text.matchAll(TOP_LEVEL_KEY)].map(({ 1: key = "", index }) => ({ key, start: index }));

const TOP_LEVEL_KEY = /^([A-Za-z_][\w-]*):(?=\s|$)/gm;

/** Keys that users make up for what YAML's anchors refer to. */
const OF_USERS = /^(x[-_]|_)/i;

function unknownKey(key: string, start: number, path: ConfigIssue["path"]): ConfigIssue {
  const meant = nearest(key, KEYS);
  const hint = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  const detail = `cloud-init knows no "${key}" and ignores it.${hint}`;
  const within = { start, end: start + key.length };
  const issue = { ...warning("unknown-cloud-config-key", path, "Unknown key in user data", detail), within };
  return meant === undefined ? issue : { ...issue, fix: { kind: "replace", part: "text", text: meant } };
}

/** The top-level keys of cloud-config. */
const KEYS: ReadonlySet<string> = new Set(
  (
    "allow_public_ssh_keys ansible apk_repos apt apt_pipelining apt_reboot_if_required apt_update apt_upgrade " +
    "authkey_hash autoinstall bootcmd byobu_by_default ca-certs ca_certs chef chpasswd cloud_config_modules " +
    "cloud_final_modules cloud_init_modules create_hostname_file datasource datasource_list debug def_log_file " +
    "device_aliases disable_ec2_metadata disable_fqdn disable_network_activation disable_piwiz disable_root " +
    "disable_root_opts disk_setup drivers enable_rpi_connect fan final_message fqdn fs_setup groups growpart " +
    "grub-dpkg grub_dpkg hostname instance-data keyboard landscape launch-index locale locale_configfile log_cfgs lxd " +
    "manage-resolv-conf manage_etc_hosts manage_resolv_conf mcollective merge_how merge_type migrate " +
    "mount_default_fields mounts network no_ssh_fingerprints ntp output package_reboot_if_required package_update " +
    "package_upgrade packages password phone_home power_state prefer_fqdn_over_hostname preserve_hostname puppet " +
    "random_seed reporting resize_rootfs resolv_conf rh_subscription rpi rpi_interfaces rpi_userconf rsyslog runcmd " +
    "salt_minion snap spacewalk ssh ssh_authorized_keys ssh_deletekeys ssh_fp_console_blacklist ssh_genkeytypes " +
    "ssh_import_id ssh_import_id_user ssh_key_console_blacklist ssh_keys ssh_publish_hostkeys ssh_pwauth " +
    "ssh_quiet_keygen ssh_svcname swap syslog_fix_perms system_info timezone ubuntu_advantage ubuntu_pro " +
    "unverified_modules updates user users vendor_data vendor_data2 version warnings wireguard write_files " +
    "yum_repo_dir yum_repos zypper"
  ).split(" "),
);

/** Whether a file is where cloud-init looks for user data, on a disc or a server. */
export const isUserData = (path: string): boolean => /(^|\/)user-data$/.test(path);

/** The user data among files given by path and content. */
export function mediaUserDataIssues(
  content: Readonly<Record<string, string>> | undefined,
  name: string,
): readonly ConfigIssue[] {
  const files = Object.entries(content ?? {}).filter(([path]) => isUserData(path));
  return files.flatMap(([path, text]) => userDataIssues(text, [name, path]));
}
