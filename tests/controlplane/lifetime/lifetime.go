// Package lifetime says when a program of this module has to end.
package lifetime

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Context ends with a signal and, with stdin, when standard input ends, as it does when the parent dies.
func Context(stdin bool) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	if stdin {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	return ctx, cancel
}
