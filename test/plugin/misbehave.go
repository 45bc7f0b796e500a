package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"
	"time"
)

// misbehave does what the attribute `misbehave` asks for, as `WHAT` alone or as `WHERE:WHAT`; `where` is the call that
// is under way.
func misbehave(ctx context.Context, what, where string) error {
	place, what, isPlaced := strings.Cut(what, ":")
	if !isPlaced || place != where {
		return nil
	}
	switch what {
	case "error":
		return fmt.Errorf("the probe was asked to fail in %s", where)
	case "panic":
		var nothing *Builder
		nothing.config.Root = "boom"
	case "exit":
		log.Println("[ERROR] the probe is leaving")
		os.Exit(7)
	case "end":
		os.Exit(0)
	case "hang":
		time.Sleep(time.Hour)
	case "wait":
		// Until it is cancelled.
		<-ctx.Done()
		return ctx.Err()
	case "flood":
		for line := 0; line < 200_000; line++ {
			log.Printf("[DEBUG] line %d of a flood that never seems to end", line)
		}
	case "sleep":
		time.Sleep(50 * time.Second)
	}
	return nil
}
