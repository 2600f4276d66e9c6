/** What the islands of the job page tell each other. */

type Listener = () => void;
const onChange = new Set<Listener>();
const onOver = new Set<Listener>();

const listen = (listeners: Set<Listener>, listener: Listener): Listener => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const jobEvents = {
  /** The log's stream saw a change of state. */
  changed: (): void => onChange.forEach((listener) => listener()),
  onChanged: (listener: Listener): Listener => listen(onChange, listener),
  /** The job is complete. */
  over: (): void => onOver.forEach((listener) => listener()),
  onOver: (listener: Listener): Listener => listen(onOver, listener),
};
