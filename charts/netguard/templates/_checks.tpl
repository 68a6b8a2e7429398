{{- /* Values that do not go together. Each message says what to set instead. */}}
{{- define "netguard.checks" -}}
{{- $config := .Values.config }}
{{- range $key := list "node" "stateDir" "server" }}
{{- if hasKey $config $key }}
{{- $instead := dict "node" "it is the name of the node the pod runs on; remove it" "stateDir" "set state.type or state.hostPath instead" "server" "set api and metrics instead" }}
{{- fail (printf "config.%s is set by the chart: %s" $key (get $instead $key)) }}
{{- end }}
{{- end }}
{{- if hasKey (dig "metrics" dict $config) "listen" }}
{{- fail "config.metrics.listen is set by the chart: set metrics.enabled and metrics.port instead" }}
{{- end }}
{{- if hasKey (dig "kubernetes" dict $config) "nodeName" }}
{{- fail "config.kubernetes.nodeName is set by the chart: it is the name of the node the pod runs on; remove it" }}
{{- end }}
{{- $hubble := dig "sources" "hubble" dict $config }}
{{- if include "netguard.isHubble" . }}
{{- if not (dig "address" "" $hubble) }}
{{- fail "config.sources.kind=hubble needs config.sources.hubble.address: hubble-relay.kube-system.svc:443, or with config.sources.hubble.insecure=true hubble-relay.kube-system.svc:80" }}
{{- end }}
{{- if and .Values.hubble.tlsSecret (dig "insecure" false $hubble) }}
{{- fail "hubble.tlsSecret has no meaning with config.sources.hubble.insecure: leave one out" }}
{{- end }}
{{- else if .Values.hubble.tlsSecret }}
{{- fail "hubble.tlsSecret needs config.sources.kind=hubble" }}
{{- end }}
{{- if and .Values.hubble.clientCertificate (not .Values.hubble.tlsSecret) }}
{{- fail "hubble.clientCertificate needs hubble.tlsSecret: a Secret with ca.crt, tls.crt and tls.key" }}
{{- end }}
{{- if .Values.api.expose }}
{{- if not (and .Values.api.tlsSecret .Values.api.tokenSecret) }}
{{- fail "api.expose lets other machines reach the API: set api.tlsSecret (a Secret of type kubernetes.io/tls) and api.tokenSecret (a Secret with the key token), or leave api.expose off and use kubectl port-forward" }}
{{- end }}
{{- else if not .Values.metrics.enabled }}
{{- fail "metrics.enabled=false leaves the kubelet's probes without an answer: set metrics.enabled=true, or api.expose=true with api.tlsSecret and api.tokenSecret" }}
{{- end }}
{{- if and .Values.metrics.enabled (eq (int64 .Values.metrics.port) (int64 .Values.api.port)) }}
{{- fail (printf "metrics.port and api.port are both %d: choose two" (int64 .Values.api.port)) }}
{{- end }}
{{- if and .Values.rbac.create (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
{{- fail "rbac.create would give the rights to the namespace's default ServiceAccount, and so to every pod there: set serviceAccount.name, serviceAccount.create=true, or rbac.create=false" }}
{{- end }}
{{- if eq .Values.seccompProfile.type "Localhost" }}
{{- if not .Values.seccompProfile.localhostProfile }}
{{- fail "seccompProfile.type=Localhost needs seccompProfile.localhostProfile: the path of the profile below the kubelet's seccomp directory, such as profiles/netguard.json" }}
{{- end }}
{{- else if .Values.seccompProfile.localhostProfile }}
{{- fail (printf "seccompProfile.localhostProfile needs seccompProfile.type=Localhost, not %s" .Values.seccompProfile.type) }}
{{- end }}
{{- range $label := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" }}
{{- if hasKey $.Values.podLabels $label }}
{{- fail (printf "podLabels.%s is what the selector looks for: use another label, or nameOverride" $label) }}
{{- end }}
{{- end }}
{{- range $mount := .Values.extraVolumeMounts }}
{{- if has $mount.mountPath (list "/etc/netguard" "/etc/netguard-hubble" "/var/lib/netguard" "/sys/fs/cgroup" "/sys/fs/bpf" "/tmp") }}
{{- fail (printf "extraVolumeMounts: %s is mounted by the chart; choose another path" $mount.mountPath) }}
{{- end }}
{{- end }}
{{- end }}
