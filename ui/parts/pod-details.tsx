/** What Kubernetes said of a job's pod: for who asks why it did not start, or where it ran. */
import type { JSX } from "preact";
import type { PodView } from "../../src/jobs/view.ts";
import { exact } from "./time.tsx";

export function PodDetails({ pod }: { readonly pod: PodView }): JSX.Element {
  return (
    <details class="card fold pod">
      <summary>
        Pod{" "}
        <span class="soft small">
          {pod.phase}
          {pod.node !== "" && ` on ${pod.node}`} · {pod.events.length} events
        </span>
      </summary>
      <p class="soft small mono">
        {pod.namespace}/{pod.name}
      </p>
      {pod.said !== "" && <p>{pod.said}</p>}
      <Rows name="Containers" heads={["Name", "State", "Image", "Restarts"]}>
        {pod.containers.map(({ name, init, state, why, said, image, restarts }) => [
          init ? `${name} (init)` : name,
          [state, why, said].filter(Boolean).join(": "),
          image,
          String(restarts),
        ])}
      </Rows>
      <Rows name="Conditions" heads={["Condition", "Status", "Why"]}>
        {pod.conditions.map(({ type, status, reason, message }) => [
          type,
          status,
          [reason, message].filter(Boolean).join(": "),
        ])}
      </Rows>
      <Rows name="Events" heads={["Last seen", "Type", "Reason", "Message"]}>
        {pod.events.map(({ at, type, reason, message, count }) => [
          at === 0 ? "" : exact(at),
          type,
          count > 1 ? `${reason} (${count} times)` : reason,
          message,
        ])}
      </Rows>
    </details>
  );
}

interface RowsProps {
  readonly name: string;
  readonly heads: readonly string[];
  readonly children: readonly (readonly string[])[];
}

function Rows({ name, heads, children }: RowsProps): JSX.Element | null {
  if (children.length === 0) return null;
  return (
    <div class="table-frame">
      <table aria-label={name}>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {children.map((row, index) => (
            <tr key={index}>
              {row.map((cell, at) => (
                <td key={at}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
