//go:build tools

// What is built of this lock. go.mod and go.sum beside it say from exactly what.
package tools

import (
	_ "go.etcd.io/etcd/server/v3"
)
