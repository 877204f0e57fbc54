package deploy_test

import (
	"regexp"

	"gopkg.in/yaml.v3"
)

// magic is a variable of Serverless Devs: of the file, or of the shell with a default.
var magic = regexp.MustCompile(`\$\{(?:vars\.([a-zA-Z]+)|env\('([A-Z0-9_]+)', ?'([^']*)'\))\}`)

// resolveFC puts variables in place, as Serverless Devs does: one that stands alone and
// without quotes keeps its type. What is unknown stays.
func resolveFC(node *yaml.Node, vars map[string]yaml.Node, env scenario) {
	if node.Kind == yaml.ScalarNode {
		if match := magic.FindStringSubmatch(node.Value); match != nil && match[0] == node.Value && match[1] != "" {
			if value, ok := vars[match[1]]; ok {
				*node = value
				return
			}
		}
		node.Value = magic.ReplaceAllStringFunc(node.Value, func(text string) string {
			match := magic.FindStringSubmatch(text)
			if match[1] == "" {
				return env.orDefault(match[2], match[3])
			}
			if value, ok := vars[match[1]]; ok {
				return value.Value
			}
			return text
		})
	}
	for _, child := range node.Content {
		resolveFC(child, vars, env)
	}
}

func (s scenario) orDefault(name, otherwise string) string {
	if value, ok := s[name]; ok {
		return value
	}
	return otherwise
}
