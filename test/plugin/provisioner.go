package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
)

// Provisioner uses the communicator it is lent in every way there is, and says what came of it.
type Provisioner struct {
	config Config
}

func (p *Provisioner) ConfigSpec() hcldec.ObjectSpec { return configSpec() }

func (p *Provisioner) Prepare(raws ...interface{}) error {
	if err := decode(&p.config, raws); err != nil {
		return err
	}
	return misbehave(context.Background(), p.config.Misbehave, "prepare")
}

func (p *Provisioner) Provision(
	ctx context.Context, ui packer.Ui, machine packer.Communicator, data map[string]interface{},
) error {
	if err := misbehave(ctx, p.config.Misbehave, "provision"); err != nil {
		return err
	}
	names := make([]string, 0, len(data))
	for name := range data {
		names = append(names, name)
	}
	sort.Strings(names)
	ui.Say(fmt.Sprintf("data: %s", strings.Join(names, " ")))
	steps := []func(context.Context, packer.Ui, packer.Communicator) error{
		p.commands, p.files, p.directories, p.withUi,
	}
	for _, step := range steps {
		if err := step(ctx, ui, machine); err != nil {
			return err
		}
	}
	return nil
}

// Commands with and without each of the three streams, several at once, with statuses.
func (p *Provisioner) commands(ctx context.Context, ui packer.Ui, machine packer.Communicator) error {
	for _, words := range p.config.Words {
		var stdout, stderr bytes.Buffer
		command := &packer.RemoteCmd{Command: words, Stdout: &stdout, Stderr: &stderr}
		if strings.Contains(words, "cat") {
			command.Stdin = strings.NewReader("what goes in")
		}
		if err := machine.Start(ctx, command); err != nil {
			return fmt.Errorf("starting %q: %w", words, err)
		}
		status := command.Wait()
		ui.Say(fmt.Sprintf("%s -> %d, %q, %q", words, status, stdout.String(), stderr.String()))
	}
	silent := &packer.RemoteCmd{Command: "exit 3"}
	if err := machine.Start(ctx, silent); err != nil {
		return err
	}
	ui.Say(fmt.Sprintf("without streams -> %d", silent.Wait()))
	results := make(chan int, 3)
	for status := 0; status < 3; status++ {
		command := &packer.RemoteCmd{Command: fmt.Sprintf("exit %d", status)}
		if err := machine.Start(ctx, command); err != nil {
			return err
		}
		go func() { results <- command.Wait() }()
	}
	ui.Say(fmt.Sprintf("at once -> %d", <-results+<-results+<-results))
	return nil
}

// Files up with and without what is known of them, and down again; one that is not there.
func (p *Provisioner) files(_ context.Context, ui packer.Ui, machine packer.Communicator) error {
	large := bytes.Repeat([]byte("imgbuild"), 400_000)
	if err := machine.Upload("large.bin", bytes.NewReader(large), nil); err != nil {
		return fmt.Errorf("uploading: %w", err)
	}
	local := filepath.Join(p.config.Root, "local.sh")
	if err := os.WriteFile(local, []byte("#!/bin/sh\n"), 0o750); err != nil {
		return err
	}
	info, err := os.Stat(local)
	if err != nil {
		return err
	}
	if err := machine.Upload("script.sh", strings.NewReader("#!/bin/sh\n"), &info); err != nil {
		return fmt.Errorf("uploading a script: %w", err)
	}
	var back bytes.Buffer
	if err := machine.Download("large.bin", &back); err != nil {
		return fmt.Errorf("downloading: %w", err)
	}
	ui.Say(fmt.Sprintf("the same comes back: %t", bytes.Equal(back.Bytes(), large)))
	ui.Say(fmt.Sprintf("what is not there: %v", machine.Download("nowhere", new(bytes.Buffer)) != nil))
	return nil
}

func (p *Provisioner) directories(_ context.Context, ui packer.Ui, machine packer.Communicator) error {
	from := filepath.Join(p.config.Root, "tree")
	if err := os.MkdirAll(from, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(from, "leaf"), []byte("leaf"), 0o644); err != nil {
		return err
	}
	if err := machine.UploadDir("up", from, nil); err != nil {
		return fmt.Errorf("uploading a directory: %w", err)
	}
	to := filepath.Join(p.config.Root, "back")
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	if err := machine.DownloadDir("up/", to, nil); err != nil {
		return fmt.Errorf("downloading a directory: %w", err)
	}
	found, _ := filepath.Glob(filepath.Join(to, "*"))
	ui.Say(fmt.Sprintf("directories come back: %d", len(found)))
	return nil
}

// As most provisioners run commands: each line goes to the user.
func (p *Provisioner) withUi(ctx context.Context, ui packer.Ui, machine packer.Communicator) error {
	command := &packer.RemoteCmd{Command: "echo to the user; echo and a complaint >&2"}
	return command.RunWithUi(ctx, machine, ui)
}
