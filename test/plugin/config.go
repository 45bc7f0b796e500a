package main

import (
	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/template/config"
	"github.com/zclconf/go-cty/cty"
)

// Config is what every component of the probe takes; each uses a part of it.
type Config struct {
	// A directory that stands for the machine.
	Root      string            `mapstructure:"root"`
	Count     int               `mapstructure:"count"`
	Enabled   bool              `mapstructure:"enabled"`
	Words     []string          `mapstructure:"words"`
	Labels    map[string]string `mapstructure:"labels"`
	Misbehave string            `mapstructure:"misbehave"`
	Disk      []Disk            `mapstructure:"disk"`
}

type Disk struct {
	Size int `mapstructure:"size"`
}

// FlatConfig is the same as the decoder of cty values wants it.
type FlatConfig struct {
	BuildName          *string           `cty:"packer_build_name"`
	BuilderType        *string           `cty:"packer_builder_type"`
	CoreVersion        *string           `cty:"packer_core_version"`
	Debug              *bool             `cty:"packer_debug"`
	Force              *bool             `cty:"packer_force"`
	OnError            *string           `cty:"packer_on_error"`
	UserVariables      map[string]string `cty:"packer_user_variables"`
	SensitiveVariables []string          `cty:"packer_sensitive_variables"`
	Root               *string           `cty:"root"`
	Count              *int              `cty:"count"`
	Enabled            *bool             `cty:"enabled"`
	Words              []string          `cty:"words"`
	Labels             map[string]string `cty:"labels"`
	Misbehave          *string           `cty:"misbehave"`
	Disk               []FlatDisk        `cty:"disk"`
}

type FlatDisk struct {
	Size *int `cty:"size"`
}

func (*Config) FlatMapstructure() interface{ HCL2Spec() map[string]hcldec.Spec } {
	return new(FlatConfig)
}

func (*FlatConfig) HCL2Spec() map[string]hcldec.Spec { return configSpec() }

func configSpec() hcldec.ObjectSpec {
	attribute := func(name string, kind cty.Type, required bool) *hcldec.AttrSpec {
		return &hcldec.AttrSpec{Name: name, Type: kind, Required: required}
	}
	disk := hcldec.ObjectSpec{"size": attribute("size", cty.Number, false)}
	return hcldec.ObjectSpec{
		"packer_build_name":          attribute("packer_build_name", cty.String, false),
		"packer_builder_type":        attribute("packer_builder_type", cty.String, false),
		"packer_core_version":        attribute("packer_core_version", cty.String, false),
		"packer_debug":               attribute("packer_debug", cty.Bool, false),
		"packer_force":               attribute("packer_force", cty.Bool, false),
		"packer_on_error":            attribute("packer_on_error", cty.String, false),
		"packer_user_variables":      attribute("packer_user_variables", cty.Map(cty.String), false),
		"packer_sensitive_variables": attribute("packer_sensitive_variables", cty.List(cty.String), false),
		"root":                       attribute("root", cty.String, true),
		"count":                      attribute("count", cty.Number, false),
		"enabled":                    attribute("enabled", cty.Bool, false),
		"words":                      attribute("words", cty.List(cty.String), false),
		"labels":                     attribute("labels", cty.Map(cty.String), false),
		"misbehave":                  attribute("misbehave", cty.String, false),
		"disk":                       &hcldec.BlockListSpec{TypeName: "disk", Nested: disk},
	}
}

func decode(target *Config, raws []interface{}) error {
	return config.Decode(target, &config.DecodeOpts{Interpolate: true}, raws...)
}
