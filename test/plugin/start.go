package main

import (
	"fmt"
	"os"
	"time"
)

// misbehaveBeforeStart does what PROBE_START asks for in place of starting in order; false: nothing is asked for. The
// connection itself is tampered with when PROBE_WIRE is set.
func misbehaveBeforeStart() bool {
	switch os.Getenv("PROBE_START") {
	case "three-fields":
		fmt.Println("5|unix|/tmp/nowhere")
	case "other-major":
		fmt.Println("6|0|unix|/tmp/nowhere")
	case "newer-minor":
		fmt.Println("5|9|unix|/tmp/nowhere")
	case "garbage":
		fmt.Println("Hello, I am something else.")
	case "elsewhere":
		fmt.Println("5|0|tcp|192.0.2.1:10000")
	case "nobody-listens":
		fmt.Println("5|0|unix|/tmp/imgbuild-test-nowhere.sock")
	case "exit":
		fmt.Fprintln(os.Stderr, "the probe does not want to start")
		os.Exit(3)
	case "silent":
	default:
		if os.Getenv("PROBE_WIRE") != "" {
			tamper(os.Getenv("PROBE_WIRE"))
			return true
		}
		return false
	}
	time.Sleep(time.Hour)
	return true
}
