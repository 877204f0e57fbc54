// Package kubernetes decodes the manifests with the types of Kubernetes itself. It is a
// module of its own, so that these, and what they need, are none of the product's.
package kubernetes_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// folder is where the manifests are, as seen from this package.
const folder = "../../../deploy/kubernetes"

func TestManifests(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
	if err != nil || len(files) < 2 {
		t.Fatalf("%d manifests, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := decode(text); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestMistakes proves that decoding can fail.
func TestMistakes(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(folder, "signalbox.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range [][2]string{
		{"replicas: 1", "replica: 1"}, {"replicas: 1", "replicas: one"}, {"fsGroup:", "fsGroups:"}, {"kind: Service", "kind: Servant"},
		{"httpGet: {path:", "httpGet: {paths:"}, {"storage: 1Gi", "storage: 1 GB"}, {"claimName:", "claim:"},
	} {
		spoilt := bytes.Replace(text, []byte(m[0]), []byte(m[1]), 1)
		if bytes.Equal(spoilt, text) || decode(spoilt) == nil {
			t.Errorf("%q in place of %q is no mistake", m[1], m[0])
		}
	}
}

// decode reads every document of a file, of which each property must be known.
func decode(text []byte) error {
	documents := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var head struct{ Kind string }
		if err := yaml.Unmarshal(document, &head); err != nil {
			return err
		}
		object := map[string]any{
			"Deployment": new(appsv1.Deployment), "Service": new(corev1.Service),
			"PersistentVolumeClaim": new(corev1.PersistentVolumeClaim), "Secret": new(corev1.Secret),
		}[head.Kind]
		if object == nil {
			return errors.New("kind " + head.Kind + " is not known")
		}
		if err := yaml.UnmarshalStrict(document, object); err != nil {
			return err
		}
	}
}
