//go:build tools

// What is built of this lock. go.mod and go.sum beside it say from exactly what.
package tools

import (
	_ "sigs.k8s.io/kustomize/kustomize/v5"
)
