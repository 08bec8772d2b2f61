{{/* Name of every object: the release's, with the chart's where the release is called otherwise. */}}
{{- define "headroom.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end -}}
{{- end }}

{{- define "headroom.instanceLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Of the pods that answer; `helm test` makes a pod that must not be taken for one. */}}
{{- define "headroom.selectorLabels" -}}
{{ include "headroom.instanceLabels" . }}
app.kubernetes.io/component: webhook
{{- end }}

{{- define "headroom.labels" -}}
{{ include "headroom.instanceLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- /* Megabytes of JavaScript heap, three fifths of the memory limit; nothing where that is not in Mi or Gi. */ -}}
{{- define "headroom.heapMegabytes" -}}
{{- $limit := toString (dig "limits" "memory" "" .Values.resources) -}}
{{- if regexMatch "^[1-9][0-9]{1,4}Mi$" $limit -}}
{{- div (mul (int (trimSuffix "Mi" $limit)) 3) 5 -}}
{{- else if regexMatch "^[1-9][0-9]{0,1}Gi$" $limit -}}
{{- div (mul (int (trimSuffix "Gi" $limit)) 3072) 5 -}}
{{- end -}}
{{- end }}

{{- /* Whether `helm test` has a namespace to ask in; in an excluded one nobody is asked. */ -}}
{{- define "headroom.hasSelfTest" -}}
{{- if not (has .Values.selfTest.namespace (include "headroom.excludedNamespaces" . | fromJsonArray)) }}true{{ end -}}
{{- end }}

{{- define "headroom.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end }}

{{/* The Secret that headroom fills in mode self-managed. */}}
{{- define "headroom.certificateSecret" -}}
{{ include "headroom.name" . }}-certificates
{{- end }}

{{/* The kubernetes.io/tls Secret that somebody else fills in the other modes. */}}
{{- define "headroom.tlsSecret" -}}
{{- if eq .Values.certificates.mode "secret" }}{{ .Values.certificates.secretName }}{{ else }}{{ include "headroom.name" . }}-tls{{ end -}}
{{- end }}

{{/* Helm reads an `off` without quotes as false. */}}
{{- define "headroom.policy" -}}
{{ ternary . "off" (kindIs "string" .) }}
{{- end }}

{{- define "headroom.reservations" -}}
{{ include "headroom.name" . }}-reservations
{{- end }}

{{- define "headroom.clientAuthorities" -}}
{{ include "headroom.name" . }}-client-ca
{{- end }}

{{- define "headroom.excludedNamespaces" -}}
{{ append .Values.excludedNamespaces .Release.Namespace | uniq | toJson }}
{{- end }}

{{/* What Kubernetes' Pod Security Standard `restricted` asks of a pod, and of a container. */}}
{{- define "headroom.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- define "headroom.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
