{{- /*
"true" where flows of a Hubble relay are read: one pod for the cluster, which needs no privilege and nothing of its node.
*/}}
{{- define "netguard.isHubble" -}}
{{- if eq (dig "sources" "kind" "ebpf" .Values.config) "hubble" }}true{{ end }}
{{- end }}

{{- define "netguard.workload" -}}
{{- if include "netguard.isHubble" . }}deploy{{ else }}ds{{ end }}
{{- end }}

{{- /* Name of the volume → Secret, for those that are configured. Mounted whole: a renewed one reaches the running agent. */}}
{{- define "netguard.secrets" -}}
{{- $secrets := dict "tls" .Values.api.tlsSecret "token" .Values.api.tokenSecret "admin-token" .Values.api.adminTokenSecret "hubble" .Values.hubble.tlsSecret }}
{{- range $name, $secret := $secrets }}
{{- if not $secret }}
{{- $_ := unset $secrets $name }}
{{- end }}
{{- end }}
{{- toJson $secrets }}
{{- end }}

{{- /* [context, path, timing]: a kubelet asks without a token and does not check the certificate. */}}
{{- define "netguard.probe" -}}
{{- $root := index . 0 -}}
httpGet:
  path: {{ index . 1 }}
  port: {{ include "netguard.scrapePort" $root }}
  {{- if not $root.Values.metrics.enabled }}
  scheme: HTTPS
  {{- end }}
{{ toYaml (index . 2) }}
{{- end }}
