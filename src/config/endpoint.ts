/** Where an external plugin's endpoint is (spec chatops 1.9). Pure. */

/** One label, a service's name, or an address: a cluster's own, which nobody outside should ask for. */
const INSIDE = /^[^.]+$|\.(?:svc|local|internal|localhost)$|\.svc\.|^\[|^[\d.]+$/;

/** Whether only a cluster knows an endpoint: then its runner goes there, never the worker. */
export function isInside(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  return INSIDE.test(new URL(endpoint).hostname.replace(/\.$/, ""));
}
