package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"
)

// tamper stands between the host and a second process of this plugin, which behaves, and changes what it sends on the
// way, frame by frame.
func tamper(how string) {
	inner := exec.Command(os.Args[0], os.Args[1:]...)
	inner.Env = append(os.Environ(), "PROBE_WIRE=")
	inner.Stderr = os.Stderr
	stdout, err := inner.StdoutPipe()
	check(err)
	check(inner.Start())
	line, err := bufio.NewReader(stdout).ReadString('\n')
	check(err)
	address := strings.Split(strings.TrimSpace(line), "|")[3]

	path := address + "-tampered"
	listener, err := net.Listen("unix", path)
	check(err)
	fmt.Printf("5|0|unix|%s\n", path)
	host, err := listener.Accept()
	check(err)
	listener.Close()
	plugin, err := net.Dial("unix", address)
	check(err)

	go func() {
		io.Copy(plugin, host)
		plugin.Close()
	}()
	for frame := 0; ; frame++ {
		header := make([]byte, 12)
		if _, err := io.ReadFull(plugin, header); err != nil {
			break
		}
		var body []byte
		if header[1] == 0 {
			body = make([]byte, binary.BigEndian.Uint32(header[8:]))
			if _, err := io.ReadFull(plugin, body); err != nil {
				break
			}
		}
		if !send(host, how, frame, header, body) {
			break
		}
	}
	host.Close()
	inner.Wait()
}

// send passes one frame on, changed; false: enough was sent.
func send(host net.Conn, how string, frame int, header, body []byte) bool {
	isNewStream := header[1] == 1 && header[3]&1 != 0
	switch how {
	case "pings":
		host.Write([]byte{0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, byte(frame)})
	case "bytewise":
		for _, piece := range append(header, body...) {
			host.Write([]byte{piece})
		}
		return true
	case "late":
		// Later than the 5 seconds that Packer waits.
		if isNewStream {
			time.Sleep(6 * time.Second)
		}
	case "odd-id":
		if isNewStream {
			header[7] |= 1
		}
	case "half-close":
		// Nothing more is sent, and everything is read.
		if frame == 4 {
			host.(*net.UnixConn).CloseWrite()
			time.Sleep(time.Hour)
		}
	case "cut":
		if frame == 4 {
			return false
		}
	case "garbage":
		if frame == 4 {
			host.Write([]byte("this is no frame at all"))
		}
	case "other-version":
		if frame == 4 {
			header[0] = 1
		}
	}
	host.Write(append(header, body...))
	return true
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
