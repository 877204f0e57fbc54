package deploy_test

import (
	"strings"
	"testing"
)

// serverMistakes are ways to get the files of one server wrong.
var serverMistakes = map[string][]mistake{
	"deploy/Dockerfile": {
		{"golang:1.26.8 AS build", "golang:latest AS build", "want a pinned Go"},
		{"FROM scratch", "FROM debian:12", "want scratch"},
		{"CGO_ENABLED=0 ", "", "lacks CGO_ENABLED=0"},
		{"-trimpath ", "", "lacks -trimpath"},
		{"${VERSION} ", "", "lacks buildinfo.version=${VERSION}"},
		{"ARG REVISION=unknown", "ARG REVISION", "ARG REVISION=unknown is missing"},
		{"USER 65532:65532\n", "", "USER is \"\""},
		{"USER 65532:65532", "USER 0:0", "not root's"},
		{"USER 65532:65532", "USER signalbox", "not root's"},
		{"--chown=65532:65532 ", "", "not the user's own"},
		{"HOST=0.0.0.0 ", "", "nobody reaches it"},
		{"SIGNALBOX_STATE_DIR=/var/lib/signalbox", "SIGNALBOX_STATE_DIR=/state", "want /var/lib/signalbox"},
		{`VOLUME ["/var/lib/signalbox"]`, `VOLUME ["/state"]`, "the state is lost"},
		{"EXPOSE 9000", "EXPOSE 8080", "want PORT"},
		{`CMD ["/usr/local/bin/signalbox", "health"]`, "CMD curl -f http://127.0.0.1:9000/healthz", "want the executable itself"},
		{`ENTRYPOINT ["/usr/local/bin/signalbox"]`, "ENTRYPOINT /usr/local/bin/signalbox", "want the executable in brackets"},
		{`CMD ["serve"]`, `CMD ["dev"]`, "want serve"},
		{"STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL", "want SIGTERM"},
		{"COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n", "", "no certificates"},
		{"/src/out/signalbox /usr/local/bin/signalbox", "/src/out/signalbox /signalbox", "not copied to where"},
		{"EXPOSE 9000", "RUN true\nEXPOSE 9000", "RUN needs a shell"},
		{"WORKDIR", "WORKDIRS", "is not known"},
	},
	"deploy/compose.yaml": {
		{"context: ..", "context: .", "want the Dockerfile"},
		{"[signalbox.env]", "[.env]", "env_file is"},
		{"127.0.0.1:9000:9000", "9000:9000", "open to everybody"},
		{"state:/var/lib/signalbox", "state:/data", "no volume is at /var/lib/signalbox"},
		{"state:/var/lib/signalbox", "files:/var/lib/signalbox", "not declared"},
		{"restart: unless-stopped", "restart: \"no\"", "stays down"},
		{"stop_grace_period: 30s", "stop_grace_period: 10s", "may take 25 s"},
		{"read_only: true", "readonly: true", "field readonly not found"},
		{"cap_drop: [ALL]", "cap_drop: [NET_RAW]", "want ALL"},
		{"no-new-privileges:true", "seccomp:unconfined", "no-new-privileges is missing"},
		{"profiles: [redis]", "profiles: []", "everybody gets it"},
		{"noeviction", "allkeys-lru", "evict the state"},
		{`--appendonly, "yes"`, `--appendonly, "no"`, "keeps nothing on disk"},
		{"image: redis:8.2", "image: redis", "has no version"},
	},
	"deploy/signalbox.env.example": {
		{"ALIBABA_CLOUD_ACCESS_KEY_ID=", "ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI5t", "has a value"},
		{"SIGNALBOX_API_TOKENS=", "SIGNALBOX_TOKENS=", "SIGNALBOX_API_TOKENS is missing"},
		{"SIGNALBOX_API_TOKENS=", "export SIGNALBOX_API_TOKENS=", "neither a variable nor a comment"},
		{"#SIGNALBOX_LINK_SECRET=", "#SIGNALBOX_PAGE_URL=", "is there twice"},
	},
	"deploy/systemd/signalbox.service": {
		{"ProtectSystem=strict", "ProtectSystem=yes", "ProtectSystem is"},
		{"NoNewPrivileges=yes\n", "", "NoNewPrivileges is"},
		{"NoNewPrivileges=yes", "NoNewPrivilege=yes", "NoNewPrivilege is not known"},
		{"ExecStart=/usr/local/bin/signalbox serve", "ExecStart=signalbox serve", "absolute path"},
		{"signalbox serve\n", "signalbox dev\n", "want serve"},
		{"DynamicUser=yes", "DynamicUser=no", "it runs as root"},
		{"%S/signalbox", "/var/lib/other", "StateDirectory is"},
		{"EnvironmentFile=/etc", "EnvironmentFile=-/etc", "EnvironmentFile is"},
		{"Restart=on-failure", "Restart=no", "want on-failure"},
		{"TimeoutStopSec=30s", "TimeoutStopSec=5s", "may take 25 s"},
		{"StateDirectoryMode=0700", "StateDirectoryMode=0755", "others may read"},
		{"WantedBy=multi-user.target", "WantedBy=graphical.target", "start with the machine"},
		{"After=network-online.target\n", "", "wait for the network"},
		{"[Install]", "[Instal]", "is not known"},
		{"UMask=0077", "UMask=0077\nUMask=0022", "is there twice"},
		{"Type=exec", "Type exec", "neither a section nor a key"},
	},
	"deploy/kubernetes/signalbox.yaml": {
		{"replicas: 1", "replicas: 2", "replicas is 2"},
		{"type: Recreate", "type: RollingUpdate", "waits for the files"},
		{"accessModes: [ReadWriteOnce]", "accessModes: [ReadWriteMany]", "one process has the files"},
		{"terminationGracePeriodSeconds: 35", "terminationGracePeriodSeconds: 20", "may take 25 s"},
		{"runAsNonRoot: true", "runAsNonRoot: false", "runs as root"},
		{"fsGroup: 65532", "fsGroup: 1000", "its disk is another's"},
		{"enableServiceLinks: false", "enableServiceLinks: true", "SIGNALBOX_PORT"},
		{"secretRef: {name: signalbox}", "secretRef: {name: other}", "the secret is not"},
		{"{name: HOST, value: 0.0.0.0}", "{name: HOST, value: 127.0.0.1}", "env is"},
		{"path: /healthz", "path: /readyz", "want /healthz"},
		{"initialDelaySeconds: 15", "initialDelaySeconds: 1", "waits up to 10 s"},
		{"limits: {memory: 512Mi}", "limits: {}", "memory is not bounded"},
		{"readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "field readOnlyRootFileSystem not found"},
		{"drop: [ALL]", "drop: []", "capabilities are kept"},
		{"mountPath: /var/lib/signalbox", "mountPath: /state", "the state is lost"},
		{"persistentVolumeClaim: {claimName: signalbox}", "emptyDir: {}", "the state is lost"},
		{"selector: {app.kubernetes.io/name: signalbox}", "selector: {app: signalbox}", "finds no pod"},
		{"targetPort: http", "targetPort: web", "want one to http"},
		{"kind: Service", "kind: Ingress", "is not known"},
		{"args: [serve]", "args: [dev]", "want serve"},
	},
	"deploy/kubernetes/secret.example.yaml": {
		{`SIGNALBOX_API_TOKENS: ""`, `SIGNALBOX_API_TOKENS: "0123456789abcdef"`, "has a value"},
		{"stringData:", "stringdata:", "field stringdata not found"},
	},
	"deploy/alibaba/policy.json": {
		{"\"linkcard:ListCardInfo\"", "\"linkcard:List*\"", "actions"},
		{"\"linkcard:GetCardFlowInfo\",\n", "", "actions"},
		{"\"dysms:ConversionData\"", "\"dysms:ConversionData\", \"dysms:SendMessageToGlobe\"", "actions"},
		{`"Allow"`, `"Deny"`, "Effect is"},
		{`"Version": "1"`, `"Version": "2012-10-17"`, "want 1"},
		{`"Resource": "*"`, `"Resources": "*"`, "unknown field"},
		{"\"ots:PutRow\"", "\"ots:*\"", "actions"},
		{"\"ots:BatchGetRow\",\n", "", "actions"},
		{"table/state", "table/*", "actions"},
	},
	"deploy/aws/secret.example.json": {
		{`"SIGNALBOX_API_TOKENS": ""`, `"SIGNALBOX_API_TOKENS": "0123456789abcdef"`, "has a value"},
		{`"RECEIVER_3_SECRET"`, `"RECEIVER_4_SECRET"`, "keys"},
		{`"SIGNALBOX_LINK_SECRET": "",`, "", "keys"},
		{"}", "", "unexpected end"},
	},
	"deploy/alibaba/trust.json": {
		{"fc.aliyuncs.com", "ecs.aliyuncs.com", "statements"},
		{"sts:AssumeRole", "sts:*", "statements"},
		{"Principal", "Principals", "unknown field"},
	},
}

// TestServerMistakesAreFound proves that the checks can fail, with the real files spoilt
// in one place each.
func TestServerMistakesAreFound(t *testing.T) {
	t.Parallel()
	for file, mistakes := range serverMistakes {
		text := string(read(t, file))
		for _, m := range mistakes {
			t.Run(file+" "+m.old, func(t *testing.T) {
				t.Parallel()
				spoilt := strings.Replace(text, m.old, m.mistaken, 1)
				if spoilt == text {
					t.Fatalf("%s does not hold %q", file, m.old)
				}
				_, found := serverFiles[file]([]byte(spoilt))
				if !strings.Contains(strings.Join(found, "\n"), m.want) {
					t.Errorf("problems after %q became %q = %q, want %q", m.old, m.mistaken, found, m.want)
				}
			})
		}
	}
}
