{{- /* Of the objects that a Prometheus may choose by labels; the chart's own are not to be changed. */ -}}
{{- define "headroom.monitoringLabels" -}}
{{- toYaml (merge (include "headroom.labels" . | fromYaml) .Values.monitoring.labels) }}
{{- end }}
