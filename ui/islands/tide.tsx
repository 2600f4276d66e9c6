/** Living merge pools. */
import { hydrate } from "preact";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ours } from "../parts/ours.ts";
import { Pools, type PoolsData } from "../parts/pool.tsx";
import { useNow } from "./now.ts";
import { poll } from "./poll.ts";

const POLL_MS = 3_000;

function LivePools(props: PoolsData): JSX.Element {
  const [pools, setPools] = useState(props.pools);
  const now = useNow(props.now);
  useEffect(() => {
    const polling = poll(props.source, POLL_MS, (answer) => setPools(ours<Pick<PoolsData, "pools">>(answer).pools));
    return () => polling.stop();
  }, [props.source]);
  return <Pools {...props} pools={pools} now={now} />;
}

export function start(element: HTMLElement, data: PoolsData): void {
  hydrate(<LivePools {...data} />, element);
}
