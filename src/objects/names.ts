const LONGEST_LABEL = 63;
const LONGEST_SUBDOMAIN = 253;

function isLabelText(text: string): boolean {
  return /^[a-z0-9-]+$/.test(text) && !text.startsWith('-') && !text.endsWith('-');
}

/** A DNS-1123 label, as namespaces are named. */
export function isNamespaceName(name: string): boolean {
  return name.length <= LONGEST_LABEL && isLabelText(name);
}

/** A DNS-1123 subdomain, as most objects are named. The length comes first, so that nothing long is looked at. */
export function isObjectName(name: string): boolean {
  return name.length <= LONGEST_SUBDOMAIN && name.split('.').every(isLabelText);
}
