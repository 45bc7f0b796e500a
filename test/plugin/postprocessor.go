package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
)

// PostProcessor writes what it can find out about an artifact into a file, which is its own artifact.
type PostProcessor struct {
	config Config
}

func (p *PostProcessor) ConfigSpec() hcldec.ObjectSpec { return configSpec() }

func (p *PostProcessor) Configure(raws ...interface{}) error {
	if err := decode(&p.config, raws); err != nil {
		return err
	}
	return misbehave(context.Background(), p.config.Misbehave, "configure")
}

func (p *PostProcessor) PostProcess(
	ctx context.Context, ui packer.Ui, input packer.Artifact,
) (packer.Artifact, bool, bool, error) {
	if err := misbehave(ctx, p.config.Misbehave, "process"); err != nil {
		return nil, false, false, err
	}
	switch p.config.Misbehave {
	case "same":
		return input, true, true, nil
	case "nothing":
		return nil, false, false, nil
	}
	facts := fmt.Sprintf("%s|%s|%s|%v|%v|%v", input.BuilderId(), input.Id(), input.String(), input.Files(),
		input.State("generated_data"), input.State("nowhere"))
	ui.Say("stamping " + facts)
	if p.config.Enabled {
		if err := input.Destroy(); err != nil {
			return nil, false, false, err
		}
	}
	path := filepath.Join(p.config.Root, "stamp")
	if err := os.WriteFile(path, []byte(facts), 0o644); err != nil {
		return nil, false, false, err
	}
	return &Artifact{root: p.config.Root}, true, false, nil
}
