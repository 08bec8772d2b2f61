{{/* Name of every object: the release's, with the chart's where the release is called otherwise. */}}
{{- define "headroom.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end -}}
{{- end }}

{{- define "headroom.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "headroom.labels" -}}
{{ include "headroom.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{/* What both webhook configurations say of each webhook; argument: a dict of `root` and `path`. */}}
{{- define "headroom.webhook" -}}
clientConfig:
  service:
    name: {{ include "headroom.name" .root }}
    namespace: {{ .root.Release.Namespace }}
    path: {{ .path }}
    port: 443
  caBundle: {{ .root.Values.tls.caBundle | b64enc }}
admissionReviewVersions: [v1, v1beta1]
failurePolicy: {{ .root.Values.webhook.failurePolicy }}
matchPolicy: Equivalent
sideEffects: None
timeoutSeconds: {{ .root.Values.webhook.timeoutSeconds }}
# A webhook that is asked about its own namespace could keep itself from starting; the system's namespaces must not wait for it.
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: {{ list "kube-system" "harvester-system" .root.Release.Namespace | uniq | toJson }}
{{- end }}
