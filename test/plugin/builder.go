package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
)

// Builder makes a "machine" that is a directory, lets it be provisioned, and gives out what is in it.
type Builder struct {
	config Config
}

func (b *Builder) ConfigSpec() hcldec.ObjectSpec { return configSpec() }

func (b *Builder) Prepare(raws ...interface{}) ([]string, []string, error) {
	if err := decode(&b.config, raws); err != nil {
		return nil, nil, err
	}
	if err := misbehave(context.Background(), b.config.Misbehave, "prepare"); err != nil {
		return nil, nil, err
	}
	if b.config.Root == "" {
		problems := packer.MultiErrorAppend(nil, errors.New("root must be set"), errors.New("and so must your mind"))
		return nil, nil, problems
	}
	return []string{"ProbeRoot"}, []string{"this builder builds nothing"}, nil
}

func (b *Builder) Run(ctx context.Context, ui packer.Ui, hook packer.Hook) (packer.Artifact, error) {
	ui.Say("building in " + filepath.Base(b.config.Root))
	ui.Message("with the older call")
	ui.Error("only a complaint")
	ui.Machine("probe", "one", "two")
	if strings.HasPrefix(b.config.Misbehave, "ask") {
		answer, err := ui.Ask("what is your name?")
		if err != nil {
			return nil, fmt.Errorf("asking: %w", err)
		}
		ui.Say("hello " + answer)
	}
	if err := misbehave(ctx, b.config.Misbehave, "run"); err != nil {
		return b.cleanUp(ctx, ui, err)
	}
	if err := b.download(ui); err != nil {
		return nil, err
	}
	data := map[string]interface{}{
		"ID": "probe-1", "Host": "here", "Port": 22, "User": "root", "ConnType": "local", "SSHAgentAuth": false,
		"ProbeRoot": b.config.Root, "Missing": "ERR_MISSING_NOT_IMPLEMENTED_BY_BUILDER",
	}
	machine := &Machine{Root: b.config.Root}
	if err := hook.Run(ctx, packer.HookProvision, ui, machine, data); err != nil {
		cleanup := hook.Run(context.Background(), packer.HookCleanupProvision, ui, machine, data)
		if cleanup != nil {
			err = fmt.Errorf("Cleanup failed: %s. Original Provisioning error: %s", cleanup, err)
		}
		return b.cleanUp(ctx, ui, err)
	}
	if ctx.Err() != nil {
		return b.cleanUp(ctx, ui, nil)
	}
	if b.config.Misbehave == "no-artifact" {
		return nil, nil
	}
	return &Artifact{root: b.config.Root}, nil
}

// What a builder does in the end when something went wrong: its traces are what tests look for.
func (b *Builder) cleanUp(ctx context.Context, ui packer.Ui, err error) (packer.Artifact, error) {
	os.WriteFile(filepath.Join(b.config.Root, "cleaned-up"), nil, 0o644)
	if ctx.Err() != nil {
		return nil, nil
	}
	return nil, err
}

// A download that shows its progress.
func (b *Builder) download(ui packer.Ui) error {
	source := io.NopCloser(bytes.NewReader(make([]byte, 100_000)))
	tracked := ui.TrackProgress("https://example.invalid/disk.v1.iso", 10, 100_010, source)
	defer tracked.Close()
	_, err := io.Copy(io.Discard, tracked)
	return err
}

type Artifact struct {
	root string
}

func (a *Artifact) BuilderId() string { return "imgbuild.probe" }
func (a *Artifact) Id() string        { return "probe-1" }
func (a *Artifact) String() string    { return "what is in " + filepath.Base(a.root) }
func (a *Artifact) Destroy() error {
	return os.WriteFile(filepath.Join(a.root, "destroyed"), nil, 0o644)
}

func (a *Artifact) Files() []string {
	files, _ := filepath.Glob(filepath.Join(a.root, "*"))
	return files
}

func (a *Artifact) State(name string) interface{} {
	switch name {
	case "generated_data":
		return map[string]interface{}{"ProbeRoot": a.root, "Count": 3, "Large": int64(1) << 60}
	case "names":
		return []string{"a", "b"}
	}
	return nil
}
