package deploy_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// The k8s types hold the part of the manifests that is used. internal/deploy/kubernetes
// decodes them with the types of Kubernetes itself, in a module of its own.
type (
	k8sHead struct {
		APIVersion string  `yaml:"apiVersion"`
		Kind       string  `yaml:"kind"`
		Metadata   k8sMeta `yaml:"metadata"`
	}
	k8sMeta struct {
		Name        string            `yaml:"name"`
		Labels      map[string]string `yaml:"labels"`
		Annotations map[string]string `yaml:"annotations"`
	}
	k8sSecret struct {
		k8sHead    `yaml:",inline"`
		Type       string            `yaml:"type"`
		StringData map[string]string `yaml:"stringData"`
	}
	k8sClaim struct {
		k8sHead `yaml:",inline"`
		Spec    struct {
			AccessModes []string     `yaml:"accessModes"`
			Resources   k8sResources `yaml:"resources"`
		} `yaml:"spec"`
	}
	k8sService struct {
		k8sHead `yaml:",inline"`
		Spec    struct {
			Selector map[string]string `yaml:"selector"`
			Ports    []struct {
				Name       string `yaml:"name"`
				Port       int    `yaml:"port"`
				TargetPort string `yaml:"targetPort"`
			} `yaml:"ports"`
		} `yaml:"spec"`
	}
	k8sDeployment struct {
		k8sHead `yaml:",inline"`
		Spec    struct {
			Replicas int `yaml:"replicas"`
			Strategy struct {
				Type string `yaml:"type"`
			} `yaml:"strategy"`
			Selector struct {
				MatchLabels map[string]string `yaml:"matchLabels"`
			} `yaml:"selector"`
			Template struct {
				Metadata k8sMeta `yaml:"metadata"`
				Spec     k8sPod  `yaml:"spec"`
			} `yaml:"template"`
		} `yaml:"spec"`
	}
	k8sPod struct {
		AutomountServiceAccountToken  *bool `yaml:"automountServiceAccountToken"`
		EnableServiceLinks            *bool `yaml:"enableServiceLinks"`
		TerminationGracePeriodSeconds int   `yaml:"terminationGracePeriodSeconds"`
		SecurityContext               struct {
			RunAsNonRoot   bool `yaml:"runAsNonRoot"`
			RunAsUser      int  `yaml:"runAsUser"`
			RunAsGroup     int  `yaml:"runAsGroup"`
			FSGroup        int  `yaml:"fsGroup"`
			SeccompProfile struct {
				Type string `yaml:"type"`
			} `yaml:"seccompProfile"`
		} `yaml:"securityContext"`
		Containers []k8sContainer `yaml:"containers"`
		Volumes    []struct {
			Name  string `yaml:"name"`
			Claim struct {
				Name string `yaml:"claimName"`
			} `yaml:"persistentVolumeClaim"`
			EmptyDir  map[string]string `yaml:"emptyDir"`
			ConfigMap struct {
				Name     string `yaml:"name"`
				Optional bool   `yaml:"optional"`
			} `yaml:"configMap"`
		} `yaml:"volumes"`
	}
	k8sContainer struct {
		Name    string   `yaml:"name"`
		Image   string   `yaml:"image"`
		Args    []string `yaml:"args"`
		EnvFrom []struct {
			SecretRef struct {
				Name string `yaml:"name"`
			} `yaml:"secretRef"`
		} `yaml:"envFrom"`
		Env []struct {
			Name  string `yaml:"name"`
			Value string `yaml:"value"`
		} `yaml:"env"`
		Ports []struct {
			Name          string `yaml:"name"`
			ContainerPort int    `yaml:"containerPort"`
		} `yaml:"ports"`
		ReadinessProbe  k8sProbe     `yaml:"readinessProbe"`
		LivenessProbe   k8sProbe     `yaml:"livenessProbe"`
		Resources       k8sResources `yaml:"resources"`
		SecurityContext struct {
			AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
			ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
			Capabilities             struct {
				Drop []string `yaml:"drop"`
			} `yaml:"capabilities"`
		} `yaml:"securityContext"`
		VolumeMounts []struct {
			Name      string `yaml:"name"`
			MountPath string `yaml:"mountPath"`
			ReadOnly  bool   `yaml:"readOnly"`
		} `yaml:"volumeMounts"`
	}
	k8sProbe struct {
		HTTPGet struct {
			Path string `yaml:"path"`
			Port string `yaml:"port"`
		} `yaml:"httpGet"`
		InitialDelaySeconds int `yaml:"initialDelaySeconds"`
		PeriodSeconds       int `yaml:"periodSeconds"`
		TimeoutSeconds      int `yaml:"timeoutSeconds"`
		FailureThreshold    int `yaml:"failureThreshold"`
	}
	k8sResources struct {
		Requests map[string]string `yaml:"requests"`
		Limits   map[string]string `yaml:"limits"`
	}
)

// k8sName is what all of the manifests are called.
const k8sName = "signalbox"

var k8sLabels = map[string]string{"app.kubernetes.io/name": k8sName}

// kubernetesFile checks the manifests of a file.
func kubernetesFile(text []byte) (variables, found []string) {
	var p problems
	kinds := make(map[string]bool)
	documents := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var node yaml.Node
		if err := documents.Decode(&node); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, []string{err.Error()}
		}
		var head k8sHead
		if err := node.Decode(&head); err != nil {
			return nil, []string{err.Error()}
		}
		where := problems{at: head.Kind + ": "}
		where.unless(head.Metadata.Name == k8sName && maps.Equal(head.Metadata.Labels, k8sLabels), "it is %+v, want %s with its label", head.Metadata, k8sName)
		variables = append(variables, where.k8sObject(head, node)...)
		p.found = append(p.found, where.found...)
		kinds[head.Kind] = true
	}
	if !kinds["Secret"] {
		got := slices.Sorted(maps.Keys(kinds))
		p.unless(slices.Equal(got, []string{"Deployment", "PersistentVolumeClaim", "Service"}), "the objects are %q", got)
	}
	return variables, p.found
}

func (p *problems) k8sObject(head k8sHead, node yaml.Node) (variables []string) {
	switch head.APIVersion + " " + head.Kind {
	case "v1 Secret":
		var s k8sSecret
		p.decode(node, &s)
		for name, value := range s.StringData {
			p.unless(value == "", "%s has a value, which is not the operator's", name)
			variables = append(variables, name)
		}
		p.unless(s.Type == "Opaque", "type is %q, want Opaque", s.Type)
		p.needed(slices.Sorted(maps.Keys(s.StringData)))
	case "v1 PersistentVolumeClaim":
		var c k8sClaim
		p.decode(node, &c)
		p.unless(slices.Equal(c.Spec.AccessModes, []string{"ReadWriteOnce"}), "accessModes are %q, and one process has the files", c.Spec.AccessModes)
		p.unless(c.Spec.Resources.Requests["storage"] != "", "it asks for no storage")
	case "v1 Service":
		var s k8sService
		p.decode(node, &s)
		p.unless(maps.Equal(s.Spec.Selector, k8sLabels), "selector is %v, which finds no pod", s.Spec.Selector)
		p.unless(len(s.Spec.Ports) == 1 && s.Spec.Ports[0].TargetPort == "http", "ports are %+v, want one to http", s.Spec.Ports)
	case "apps/v1 Deployment":
		var d k8sDeployment
		p.decode(node, &d)
		p.k8sDeployment(d)
		for _, c := range d.Spec.Template.Spec.Containers {
			for _, e := range c.Env {
				variables = append(variables, e.Name)
			}
		}
	default:
		p.unless(false, "%s is not known", head.APIVersion)
	}
	return variables
}

func (p *problems) k8sDeployment(d k8sDeployment) {
	p.unless(d.Spec.Replicas == 1, "replicas is %d, and one process has the files of the state", d.Spec.Replicas)
	p.unless(d.Spec.Strategy.Type == "Recreate", "strategy is %q, so that the new pod waits for the files of the old one", d.Spec.Strategy.Type)
	p.unless(maps.Equal(d.Spec.Selector.MatchLabels, k8sLabels) && maps.Equal(d.Spec.Template.Metadata.Labels, k8sLabels), "selector and template differ")
	pod := d.Spec.Template.Spec
	p.unless(pod.TerminationGracePeriodSeconds > longestStop, "terminationGracePeriodSeconds is %d, and the process may take %d s", pod.TerminationGracePeriodSeconds, longestStop)
	p.unless(pod.AutomountServiceAccountToken != nil && !*pod.AutomountServiceAccountToken, "it gets a token of the cluster's that it has no use for")
	p.unless(pod.EnableServiceLinks != nil && !*pod.EnableServiceLinks, "other services' variables come in: SIGNALBOX_PORT is one")
	s := pod.SecurityContext
	p.unless(s.RunAsNonRoot && s.RunAsUser > 0 && s.RunAsGroup > 0 && s.FSGroup == s.RunAsGroup, "it runs as root, or its disk is another's: %+v", s)
	p.unless(s.SeccompProfile.Type == "RuntimeDefault", "seccompProfile is %q", s.SeccompProfile.Type)
	if len(pod.Containers) != 1 {
		p.unless(false, "%d containers, want one", len(pod.Containers))
		return
	}
	p.k8sContainer(pod.Containers[0])
	p.k8sVolumes(pod)
}

func (p *problems) k8sContainer(c k8sContainer) {
	p.unless(slices.Equal(c.Args, []string{"serve"}), "args are %q, want serve", c.Args)
	p.unless(len(c.EnvFrom) == 1 && c.EnvFrom[0].SecretRef.Name == k8sName, "the secret is not in its environment")
	env := make(map[string]string)
	for _, e := range c.Env {
		env[e.Name] = e.Value
	}
	want := map[string]string{"HOST": "0.0.0.0", "PORT": "9000", "SIGNALBOX_STATE_DIR": stateFolder}
	p.unless(maps.Equal(env, want), "env is %v, want %v", env, want)
	p.unless(len(c.Ports) == 1 && c.Ports[0].Name == "http" && strconv.Itoa(c.Ports[0].ContainerPort) == env["PORT"], "ports are %+v", c.Ports)
	for name, probe := range map[string]k8sProbe{"readinessProbe": c.ReadinessProbe, "livenessProbe": c.LivenessProbe} {
		p.unless(probe.HTTPGet.Path == "/healthz" && probe.HTTPGet.Port == "http", "%s asks %+v, want /healthz", name, probe.HTTPGet)
	}
	p.unless(c.LivenessProbe.InitialDelaySeconds > 10, "livenessProbe comes while it still waits up to 10 s for the files of another")
	p.unless(c.Resources.Limits["memory"] != "" && c.Resources.Requests["memory"] != "", "memory is not bounded")
	s := c.SecurityContext
	p.unless(s.AllowPrivilegeEscalation != nil && !*s.AllowPrivilegeEscalation, "it may get more privileges")
	p.unless(s.ReadOnlyRootFilesystem, "readOnlyRootFilesystem is missing")
	p.unless(slices.Equal(s.Capabilities.Drop, []string{"ALL"}), "capabilities are kept: drop is %q", s.Capabilities.Drop)
}

func (p *problems) k8sVolumes(pod k8sPod) {
	claimed := ""
	volumes := make(map[string]bool)
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
		p.unless(v.ConfigMap.Name == "" || v.ConfigMap.Optional, "without the config map %s no pod starts", v.ConfigMap.Name)
		if v.Claim.Name == k8sName {
			claimed = v.Name
		}
	}
	kept := false
	for _, m := range pod.Containers[0].VolumeMounts {
		p.unless(volumes[m.Name], "the volume %s is not there", m.Name)
		kept = kept || m.MountPath == stateFolder && m.Name == claimed && claimed != ""
	}
	p.unless(kept, "nothing that lasts is at %s, so that the state is lost", stateFolder)
}
