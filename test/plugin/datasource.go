package main

import (
	"context"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

// Datasource gives out a value that has a bit of everything in it.
type Datasource struct {
	config Config
}

func (d *Datasource) ConfigSpec() hcldec.ObjectSpec { return configSpec() }

func (d *Datasource) Configure(raws ...interface{}) error {
	if err := decode(&d.config, raws); err != nil {
		return err
	}
	return misbehave(context.Background(), d.config.Misbehave, "configure")
}

func (d *Datasource) OutputSpec() hcldec.ObjectSpec {
	attribute := func(name string, kind cty.Type) *hcldec.AttrSpec { return &hcldec.AttrSpec{Name: name, Type: kind} }
	return hcldec.ObjectSpec{
		"name":   attribute("name", cty.String),
		"words":  attribute("words", cty.List(cty.String)),
		"labels": attribute("labels", cty.Map(cty.String)),
		"disk":   &hcldec.BlockListSpec{TypeName: "disk", Nested: hcldec.ObjectSpec{"size": attribute("size", cty.Number)}},
	}
}

func (d *Datasource) Execute() (cty.Value, error) {
	if err := misbehave(context.Background(), d.config.Misbehave, "execute"); err != nil {
		return cty.NullVal(cty.EmptyObject), err
	}
	disk := cty.ObjectVal(map[string]cty.Value{"size": cty.MustParseNumberVal("123456789012345678901")})
	half := cty.ObjectVal(map[string]cty.Value{"size": cty.NumberFloatVal(0.5)})
	return cty.ObjectVal(map[string]cty.Value{
		"name":   cty.StringVal(d.config.Root),
		"words":  cty.ListVal([]cty.Value{cty.StringVal("a"), cty.NullVal(cty.String)}),
		"labels": cty.MapVal(map[string]cty.Value{"k": cty.StringVal("v")}),
		"disk":   cty.ListVal([]cty.Value{disk, half}),
	}), nil
}
