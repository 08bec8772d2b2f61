#!/usr/bin/env bash
# Asks the registry for known vulnerabilities of what is handed on: any of moderate severity or above fails. A registry that
# serves no audits, or none that can be reached, is said, and is no failure: it says nothing about the packages.
set -uo pipefail
cd "$(dirname "$0")/.."

answer=$(timeout 45 npm audit --json --omit=dev --audit-level=moderate --fetch-retries=0 --fetch-timeout=20000 2>/dev/null)
status=$?
node -e '
  const [status, text] = process.argv.slice(1);
  let answer = {};
  try { answer = JSON.parse(text); } catch {}
  const found = answer.metadata?.vulnerabilities;
  if (found === undefined) {
    console.log(`audit not reachable: ${answer.message ?? `npm audit ended with ${status}`}`);
    process.exit(0);
  }
  for (const { name, severity, range } of Object.values(answer.vulnerabilities)) console.log(`${severity}: ${name} ${range}`);
  console.log(`${found.total} known vulnerabilities of ${answer.metadata.dependencies.prod} packages`);
  process.exit(Number(status));
' "$status" "$answer"
