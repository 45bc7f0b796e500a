package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/hashicorp/packer-plugin-sdk/packer"
)

// Machine is a communicator whose machine is a directory of this one: paths start there, commands run there.
type Machine struct {
	Root string
}

func (m *Machine) Start(ctx context.Context, remote *packer.RemoteCmd) error {
	command := exec.CommandContext(ctx, "sh", "-c", remote.Command)
	command.Dir = m.Root
	command.Stdin, command.Stdout, command.Stderr = remote.Stdin, remote.Stdout, remote.Stderr
	if remote.Stdin == nil {
		command.Env = append(os.Environ(), "STDIN=absent")
	}
	if err := command.Start(); err != nil {
		return err
	}
	go func() {
		err := command.Wait()
		var failed *exec.ExitError
		switch {
		case err == nil:
			remote.SetExited(0)
		case errors.As(err, &failed):
			remote.SetExited(failed.ExitCode())
		default:
			remote.SetExited(packer.CmdDisconnect)
		}
	}()
	return nil
}

func (m *Machine) Upload(path string, source io.Reader, info *os.FileInfo) error {
	mode := os.FileMode(0o600)
	if info != nil {
		mode = (*info).Mode().Perm()
	}
	file, err := os.OpenFile(filepath.Join(m.Root, path), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(file, source)
	return err
}

func (m *Machine) Download(path string, to io.Writer) error {
	file, err := os.Open(filepath.Join(m.Root, path))
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(to, file)
	return err
}

func (m *Machine) UploadDir(to, from string, _ []string) error {
	return exec.Command("cp", "-R", from, filepath.Join(m.Root, to)).Run()
}

func (m *Machine) DownloadDir(from, to string, _ []string) error {
	return exec.Command("cp", "-R", filepath.Join(m.Root, from), to).Run()
}
