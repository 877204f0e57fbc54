package deploy_test

import (
	"maps"
	"slices"
	"strings"
)

// samName is a logical id and what it is the id of.
type samName struct{ id, of string }

// samMade lists the resources that SAM makes of the functions, as far as the
// sam types know what makes one: an alias or a version is refused as a
// property that is not known.
//
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-generated-resources-function.html
func samMade(document samDocument) []samName {
	var made []samName
	for id, resource := range document.Resources {
		if resource.Type != "AWS::Serverless::Function" {
			continue
		}
		var s samFunction
		var known problems // Its complaints are samFunction's to make.
		known.decode(resource.Properties, &s)
		made = append(made, s.made(id)...)
	}
	return made
}

// made lists what SAM makes of the function with the logical id.
func (s samFunction) made(id string) []samName {
	made := []samName{{id + "Role", "the role of " + id}}
	if s.FunctionURLConfig != nil {
		made = append(made,
			samName{id + "Url", "FunctionUrlConfig of " + id},
			samName{id + "UrlPublicPermissions", "a permission of FunctionUrlConfig of " + id},
			samName{id + "URLInvokeAllowPublicAccess", "a permission of FunctionUrlConfig of " + id})
	}
	if s.EventInvokeConfig != (samAsync{}) {
		made = append(made, samName{id + "EventInvokeConfig", "EventInvokeConfig of " + id})
	}
	for name, event := range s.Events {
		of := "the event " + name + " of " + id
		made = append(made, samName{id + name, of})
		if event.Type == "ScheduleV2" {
			made = append(made, samName{id + name + "Role", "the role of " + of})
		}
	}
	return made
}

// samCollisions wants one meaning of every logical id: CloudFormation, which
// SAM's result goes to, takes no template with two.
func (p *problems) samCollisions(document samDocument, made []samName) {
	meanings := make(map[string][]string)
	for id := range document.Parameters {
		meanings[id] = append(meanings[id], "a parameter")
	}
	for id := range document.Resources {
		meanings[id] = append(meanings[id], "a resource")
	}
	for _, name := range made {
		meanings[name.id] = append(meanings[name.id], name.of)
	}
	for _, id := range slices.Sorted(maps.Keys(meanings)) {
		of := slices.Sorted(slices.Values(meanings[id]))
		p.unless(len(of) == 1, "%s is %s", id, strings.Join(of, " and "))
	}
}
