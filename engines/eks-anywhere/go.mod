module skerry.dev/engines/eks-anywhere

go 1.26.0

require github.com/aws/eks-anywhere v0.26.1
