// Command check reads manifests as Kubernetes' own types and names each field that these do
// not have, or that has another type:
//
//	go run . ../job.yaml ../mpijob.yaml
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	failed := false
	for _, path := range os.Args[1:] {
		data, err := os.ReadFile(path)
		if err == nil {
			err = check(data)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			failed = true
		}
	}
	if failed || len(os.Args) == 1 {
		os.Exit(1)
	}
}

// mpiJob is what the MPI operator's v2beta1 reads of an MPIJob, written down here because its
// module brings the operator along.
type mpiJob struct {
	meta.TypeMeta   `json:",inline"`
	meta.ObjectMeta `json:"metadata"`
	Spec            struct {
		SlotsPerWorker    *int32 `json:"slotsPerWorker"`
		SSHAuthMountPath  string `json:"sshAuthMountPath"`
		MPIImplementation string `json:"mpiImplementation"`
		RunPolicy         struct {
			CleanPodPolicy          string `json:"cleanPodPolicy"`
			TTLSecondsAfterFinished *int32 `json:"ttlSecondsAfterFinished"`
			ActiveDeadlineSeconds   *int64 `json:"activeDeadlineSeconds"`
			BackoffLimit            *int32 `json:"backoffLimit"`
			Suspend                 *bool  `json:"suspend"`
		} `json:"runPolicy"`
		MPIReplicaSpecs struct {
			Launcher, Worker struct {
				Replicas      *int32               `json:"replicas"`
				Template      core.PodTemplateSpec `json:"template"`
				RestartPolicy string               `json:"restartPolicy"`
			}
		} `json:"mpiReplicaSpecs"`
	} `json:"spec"`
}

// check reads each document of a manifest.
func check(data []byte) error {
	for _, text := range bytes.Split(data, []byte("\n---\n")) {
		var kind meta.TypeMeta
		if err := yaml.Unmarshal(text, &kind); err != nil {
			return err
		}
		var object any
		switch kind.APIVersion + " " + kind.Kind {
		case "batch/v1 Job":
			object = &batch.Job{}
		case "kubeflow.org/v2beta1 MPIJob":
			object = &mpiJob{}
		default:
			return fmt.Errorf("%s %s: of no known kind", kind.APIVersion, kind.Kind)
		}
		if err := yaml.UnmarshalStrict(text, object); err != nil {
			return err
		}
		if job, ok := object.(*batch.Job); ok {
			if err := indexed(job); err != nil {
				return err
			}
		}
	}
	return nil
}

// indexed checks what types do not tell: that a job of several pods gives each its index.
func indexed(job *batch.Job) error {
	s := job.Spec
	if s.Completions != nil && *s.Completions > 1 && (s.CompletionMode == nil || *s.CompletionMode != batch.IndexedCompletion) {
		return errors.New("completionMode: want Indexed, else no pod knows its part")
	}
	if s.BackoffLimitPerIndex != nil && s.Template.Spec.RestartPolicy != "Never" {
		return errors.New("backoffLimitPerIndex: wants restartPolicy Never")
	}
	return nil
}
