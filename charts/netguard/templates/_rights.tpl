{{- /* What the agent does with the API server beside naming who is who, by its configuration: nothing else is allowed to it. */}}

{{- /* As wantsClusterPolicies of packages/agent. */}}
{{- define "netguard.followsPolicies" -}}
{{- $wanted := dig "policy" "fromCluster" "auto" .Values.config }}
{{- if eq $wanted "always" }}true
{{- else if eq $wanted "auto" }}
{{- $detector := dig "detectors" "policy-violation" dict .Values.config }}
{{- $modes := list (dig "mode" "alert" $detector) }}
{{- range dig "namespaces" dict $detector }}
{{- $modes = append $modes (dig "mode" "off" .) }}
{{- end }}
{{- if or (has "alert" $modes) (has "observe" $modes) }}true{{ end }}
{{- end }}
{{- end }}

{{- define "netguard.hasEventSink" -}}
{{- range dig "sinks" dict .Values.config }}
{{- if eq (dig "type" "" .) "kubernetes-events" }}true{{ end }}
{{- end }}
{{- end }}

{{- define "netguard.writesEvents" -}}
{{- $config := include "netguard.config" . | fromYaml }}
{{- range dig "sinks" dict $config }}
{{- if eq (dig "type" "" .) "kubernetes-events" }}true{{ end }}
{{- end }}
{{- end }}
