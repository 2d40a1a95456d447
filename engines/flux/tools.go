//go:build tools

// What is built of this lock. go.mod and go.sum beside it say from exactly what.
package tools

import (
	_ "github.com/fluxcd/helm-controller"
	_ "github.com/fluxcd/kustomize-controller"
	_ "github.com/fluxcd/source-controller"
)
