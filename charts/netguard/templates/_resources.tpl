{{- /*
Memory, from the sizes in `config`. MiB and bytes; what was measured is in bench/RESULTS.md.

  maps    = ringBytes + maxLiveRecords × live + new × liveNew + maxListeners × listener
            + ¾ maxConversations × conversation4 + ¼ maxConversations × conversation6
            + maxCgroups × cgroup + ¾ maxProbes × probe4 + ¼ maxProbes × probe6 + payload.ringBytes + 2 MiB of fixed size
  new     = the larger of maxLiveRecords ÷ 8 and 4096, but not more than maxLiveRecords
  request = 112 MiB of the process at rest + maps
  limit   = 256 MiB of the process under load + maps
            + maxSockets × 768 (256 in the kernel, 512 in the process) + (flows.recent + flows.maxEdges) × 2048

Maps are charged to the pod. Bytes of an entry come from the program's own records (_program.gen.tpl).
*/}}
{{- define "netguard.mapBytes" -}}
{{- $of := include "netguard.entryBytes" . | fromJson }}
{{- $size := include "netguard.ebpfSizes" . | fromJson }}
{{- $live := int64 $size.maxLiveRecords }}
{{- $new := max (div (add $live 7) 8) (min $live 4096) }}
{{- $conversations6 := div (int64 $size.maxConversations) 4 }}
{{- $probes6 := div (int64 $size.maxProbes) 4 }}
{{- $payload := include "netguard.payloadDefaults" . | fromJson }}
{{- add 2097152 (int64 $size.ringBytes)
    (int64 (dig "payload" "ringBytes" $payload.ringBytes .Values.config))
    (mul $live (int64 $of.live))
    (mul $new (int64 $of.liveNew))
    (mul (int64 $size.maxListeners) (int64 $of.listener))
    (mul (sub (int64 $size.maxConversations) $conversations6) (int64 $of.conversation4))
    (mul $conversations6 (int64 $of.conversation6))
    (mul (int64 $size.maxCgroups) (int64 $of.cgroup))
    (mul (sub (int64 $size.maxProbes) $probes6) (int64 $of.probe4))
    (mul $probes6 (int64 $of.probe6)) }}
{{- end }}

{{- /* The sizes in force: those of `config.sources.ebpf` over the program's defaults. */}}
{{- define "netguard.ebpfSizes" -}}
{{- $defaults := include "netguard.ebpfDefaults" . | fromJson }}
{{- $set := dig "sources" "ebpf" dict .Values.config }}
{{- $sizes := dict }}
{{- range $name, $default := $defaults }}
{{- $_ := set $sizes $name (int64 (dig $name $default $set)) }}
{{- end }}
{{- toJson $sizes }}
{{- end }}

{{- define "netguard.mebibytes" -}}
{{- printf "%dMi" (div (add . 1048575) 1048576) }}
{{- end }}

{{- define "netguard.resources" -}}
{{- if .Values.resources }}
{{- toYaml .Values.resources }}
{{- else if include "netguard.isHubble" . }}
{{- /* No maps. Tables have a fixed size; full of what a flood from 200,000 addresses leaves, the process had 470 MiB. */}}
requests:
  cpu: 50m
  memory: 256Mi
limits:
  memory: 1Gi
{{- else }}
{{- $maps := include "netguard.mapBytes" . | int64 }}
{{- $sockets := (include "netguard.ebpfSizes" . | fromJson).maxSockets | int64 }}
{{- $flows := include "netguard.flowDefaults" . | fromJson }}
{{- $set := dig "flows" dict .Values.config }}
{{- $kept := add (int64 (dig "recent" $flows.recent $set)) (int64 (dig "maxEdges" $flows.maxEdges $set)) }}
requests:
  cpu: 50m
  memory: {{ include "netguard.mebibytes" (add 117440512 $maps) }}
limits:
  memory: {{ include "netguard.mebibytes" (add 268435456 $maps (mul $sockets 768) (mul $kept 2048)) }}
{{- end }}
{{- end }}
