// A webhook as one would write it in Go: the review and the object in it are decoded with the types of Kubernetes and
// KubeVirt, and the answer is encoded with them. It forecasts nothing and logs nothing. Beside it bench/https.ts measures
// headroom.
//
//	webhook PORT CERT-FILE KEY-FILE
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	admission "k8s.io/api/admission/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	kubevirt "kubevirt.io/api/core/v1"
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("expected: webhook PORT CERT-FILE KEY-FILE")
	}
	http.HandleFunc("POST /validate/migrations", answering(validateMigration))
	http.HandleFunc("POST /mutate/pods", answering(mutatePod))
	log.Fatal(http.ListenAndServeTLS("localhost:"+os.Args[1], os.Args[2], os.Args[3], nil))
}

type decide func(*admission.AdmissionRequest) (*admission.AdmissionResponse, error)

func answering(decide decide) http.HandlerFunc {
	return func(writer http.ResponseWriter, request *http.Request) {
		answer, err := answer(request.Body, decide)
		if err != nil {
			http.Error(writer, err.Error(), http.StatusBadRequest)
			return
		}
		writer.Header().Set("Content-Type", "application/json")
		writer.Write(answer)
	}
}

func answer(body io.Reader, decide decide) ([]byte, error) {
	sent, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var review admission.AdmissionReview
	if err := json.Unmarshal(sent, &review); err != nil {
		return nil, err
	}
	if review.Request == nil {
		return nil, errors.New("the review has no request")
	}
	response, err := decide(review.Request)
	if err != nil {
		return nil, err
	}
	response.UID = review.Request.UID
	return json.Marshal(admission.AdmissionReview{TypeMeta: review.TypeMeta, Response: response})
}

func validateMigration(request *admission.AdmissionRequest) (*admission.AdmissionResponse, error) {
	var migration kubevirt.VirtualMachineInstanceMigration
	if err := json.Unmarshal(request.Object.Raw, &migration); err != nil {
		return nil, err
	}
	message := fmt.Sprintf("%s/%s may be migrated", request.Namespace, migration.Spec.VMIName)
	return &admission.AdmissionResponse{Allowed: true, Result: &meta.Status{Message: message}}, nil
}

type operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value string `json:"value"`
}

func mutatePod(request *admission.AdmissionRequest) (*admission.AdmissionResponse, error) {
	var pod core.Pod
	if err := json.Unmarshal(request.Object.Raw, &pod); err != nil {
		return nil, err
	}
	limits := fmt.Sprintf("%d bytes", pod.Spec.Containers[0].Resources.Limits.Memory().Value())
	patch, err := json.Marshal([]operation{{Op: "add", Path: "/metadata/annotations/bench~1limits", Value: limits}})
	if err != nil {
		return nil, err
	}
	kind := admission.PatchTypeJSONPatch
	return &admission.AdmissionResponse{Allowed: true, Patch: patch, PatchType: &kind}, nil
}
