import { nearest } from "../../lib/did-you-mean.ts";
import { warning } from "./rules.ts";
import type { ConfigIssue } from "./schema.ts";

/**
 * What is doubtful about user data for cloud-init. It takes what it does not know for nothing at all: the machine boots, and
 * refuses every login. Source: cloud-init's documentation, "User data formats" and "Module reference".
 */
function userDataIssues(text: string, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  const [first = ""] = text.split(/\r?\n/, 1);
  if (text.trim() === "" || HEADERS.test(first)) return isCloudConfig(first) ? unknownKeys(text, path) : [];
  const detail = `cloud-init ignores user data whose first line does not say what it is. For settings it is "#cloud-config", and this begins with ${JSON.stringify(first.slice(0, 40))}.`;
  return [warning("no-cloud-config", path, "User data without its first line", detail)];
}

const isCloudConfig = (line: string): boolean => line.trimEnd() === "#cloud-config";

/** First lines that cloud-init knows. */
const HEADERS =
  /^(#!|#cloud-config|#cloud-boothook|#cloud-config-archive|#cloud-config-jsonp|#include|#part-handler|#upstart-job|## template: ?jinja|Content-Type:|MIME-Version:|From )/i;

function unknownKeys(text: string, path: ConfigIssue["path"]): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  for (const match of text.matchAll(/^([A-Za-z_][\w-]*):/gm)) {
    const key = match[1]!;
    const meant = KEYS.includes(key) ? undefined : nearest(key, KEYS);
    if (meant === undefined) continue;
    const detail = `cloud-init knows no "${key}" and ignores it. Did you mean "${meant}"?`;
    const within = { start: match.index, end: match.index + key.length };
    const issue = warning("unknown-cloud-config-key", path, "Unknown key in user data", detail);
    issues.push({ ...issue, within, fix: { kind: "replace", part: "text", text: meant } });
  }
  return issues;
}

/** The top-level keys of cloud-config. */
const KEYS: readonly string[] = (
  "ansible apk_repos apt apt_pipelining autoinstall bootcmd byobu_by_default ca_certs chef chpasswd cloud_config_modules " +
  "cloud_final_modules cloud_init_modules create_hostname_file datasource datasource_list debug device_aliases " +
  "disable_ec2_metadata disable_root disable_root_opts disk_setup drivers fan final_message fqdn fs_setup groups growpart " +
  "grub_dpkg hostname instance-data keyboard landscape launch-index locale locale_configfile lxd manage_etc_hosts " +
  "manage_resolv_conf mcollective merge_how merge_type migrate mount_default_fields mounts network no_ssh_fingerprints ntp " +
  "output package_reboot_if_required package_update package_upgrade packages password phone_home power_state " +
  "prefer_fqdn_over_hostname preserve_hostname puppet random_seed reporting resize_rootfs resolv_conf rh_subscription " +
  "rpi rsyslog runcmd salt_minion snap spacewalk ssh ssh_authorized_keys ssh_deletekeys ssh_fp_console_blacklist " +
  "ssh_genkeytypes ssh_import_id ssh_import_id_user ssh_key_console_blacklist ssh_keys ssh_publish_hostkeys ssh_pwauth " +
  "ssh_quiet_keygen swap system_info timezone ubuntu_advantage ubuntu_pro updates user users vendor_data version " +
  "wireguard write_files yum_repo_dir yum_repos zypper"
).split(" ");

/** The user data among files given by path and content. */
export function mediaUserDataIssues(
  content: Readonly<Record<string, string>> | undefined,
  name: string,
): readonly ConfigIssue[] {
  const files = Object.entries(content ?? {}).filter(([path]) => /(^|\/)user-data$/.test(path));
  return files.flatMap(([path, text]) => userDataIssues(text, [name, path]));
}
