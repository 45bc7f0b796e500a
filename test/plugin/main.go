// Packer-plugin-probe is a plugin of Packer for imgbuild's own tests: one component of each kind, on Packer's real SDK.
// Each does something that a test can look at, and misbehaves when its configuration or its environment asks for it.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/packer-plugin-sdk/plugin"
	"github.com/hashicorp/packer-plugin-sdk/version"
)

// What `describe` says; PROBE_VERSION makes it lie.
const pluginVersion = "1.2.3"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "start" {
		if misbehaveBeforeStart() {
			return
		}
	}
	set := plugin.NewSet()
	set.SetVersion(version.NewRawVersion(environment("PROBE_VERSION", pluginVersion)))
	set.RegisterBuilder(plugin.DEFAULT_NAME, new(Builder))
	set.RegisterProvisioner("guest", new(Provisioner))
	set.RegisterPostProcessor("stamp", new(PostProcessor))
	set.RegisterDatasource("nested", new(Datasource))
	if err := set.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
