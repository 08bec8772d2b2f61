// Package virttemplate stands in for the templates' client; see package core of virt-template-api.
package virttemplate

import (
	"errors"

	"k8s.io/client-go/rest"
)

type Clientset struct{}

type V1beta1 struct{}

func NewForConfig(*rest.Config) (*Clientset, error) { return nil, errors.ErrUnsupported }

func (*Clientset) TemplateV1beta1() *V1beta1 { return nil }

func (*V1beta1) RESTClient() rest.Interface { return nil }
