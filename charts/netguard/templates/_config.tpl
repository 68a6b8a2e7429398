{{- /*
The agent's file: what stands in `config`, and over it what only the chart can know. Keys come out sorted, so that the same
values give the same bytes.
*/}}
{{- define "netguard.config" -}}
{{- $server := dict "listen" (printf "127.0.0.1:%d" (int64 .Values.api.port)) }}
{{- if .Values.api.expose }}
{{- $_ := set $server "listen" (printf "%s:%d" .Values.api.address (int64 .Values.api.port)) }}
{{- end }}
{{- if .Values.api.tlsSecret }}
{{- $_ := set $server "tlsCertFile" "/etc/netguard-tls/tls.crt" }}
{{- $_ := set $server "tlsKeyFile" "/etc/netguard-tls/tls.key" }}
{{- end }}
{{- if .Values.api.tokenSecret }}
{{- $_ := set $server "tokenFile" "/etc/netguard-token/token" }}
{{- end }}
{{- if .Values.api.adminTokenSecret }}
{{- $_ := set $server "adminTokenFile" "/etc/netguard-admin-token/token" }}
{{- end }}
{{- if and .Values.api.expose .Values.api.reviewTokens }}
{{- $_ := set $server "metricsReview" true }}
{{- end }}
{{- $own := dict "apiVersion" "netguard/v1" "server" $server "stateDir" "/var/lib/netguard" }}
{{- if .Values.metrics.enabled }}
{{- $_ := set $own "metrics" (dict "listen" (printf ":%d" (int64 .Values.metrics.port))) }}
{{- end }}
{{- if and .Values.podEvents .Values.serviceAccount.automountToken (ne (dig "kubernetes" "enabled" "auto" .Values.config) "never") (not (include "netguard.hasEventSink" .)) }}
{{- $_ := set $own "sinks" (dict "kubernetes-events" (dict "type" "kubernetes-events" "minSeverity" "medium")) }}
{{- end }}
{{- if .Values.hubble.tlsSecret }}
{{- $hubble := dict "tlsCaFile" "/etc/netguard-hubble/ca.crt" }}
{{- if .Values.hubble.clientCertificate }}
{{- $_ := set $hubble "tlsCertFile" "/etc/netguard-hubble/tls.crt" }}
{{- $_ := set $hubble "tlsKeyFile" "/etc/netguard-hubble/tls.key" }}
{{- end }}
{{- $_ := set $own "sources" (dict "hubble" $hubble) }}
{{- end }}
{{- mustMergeOverwrite (mustDeepCopy .Values.config) $own | toYaml }}
{{- end }}

{{- /*
Digest of the part that takes a restart. In the pod template it rolls the pods when that part changes; everything else reaches
a running agent through the mounted ConfigMap.
*/}}
{{- define "netguard.restartChecksum" -}}
{{- $config := include "netguard.config" . | fromYaml }}
{{- $part := dict }}
{{- range $key := include "netguard.restartKeys" . | fromJsonArray }}
{{- $at := $config }}
{{- range $step := splitList "." $key }}
{{- $at = ternary (get (ternary $at dict (kindIs "map" $at)) $step) "" (kindIs "map" $at) }}
{{- end }}
{{- $_ := set $part $key $at }}
{{- end }}
{{- $part | toJson | sha256sum }}
{{- end }}
