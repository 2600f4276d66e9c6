/** Prometheus' text of what is left of GitHub credentials, by Prow's names (spec velodrome 1.9, 1.11). Pure. */
import type { TokenRow } from "../store/token-windows.ts";
import { metric, sample } from "./metrics-text.ts";

/** For administrators: a credential's name tells of an installation. */
export function tokenLines({
  open,
  ended,
}: {
  readonly open: readonly TokenRow[];
  readonly ended: readonly TokenRow[];
}) {
  const gauge = (name: string, help: string, rows: readonly TokenRow[], value: (row: TokenRow) => number) =>
    metric(
      name,
      "gauge",
      help,
      rows.map((row) => {
        const { login, resource, credential } = row;
        return sample(name, { login, resource, credential }, value(row));
      }),
    );
  return [
    ...gauge(
      "github_token_usage",
      "GitHub calls that are left in the window that is open.",
      open,
      ({ allowance, used }) => allowance - used,
    ),
    ...gauge("github_token_count", "GitHub calls used in the latest window that ended.", ended, ({ used }) => used),
    ...gauge(
      "github_token_alert",
      "1 once the open window's calls were seen to run out within the hour.",
      open,
      ({ alerted }) => (alerted === null ? 0 : 1),
    ),
  ];
}
