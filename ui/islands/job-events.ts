/** What the islands of the job page tell each other; they come to life in any order. */

type Listener = () => void;
const onChange = new Set<Listener>();
const onOver = new Set<Listener>();
let isOver = false;

export const jobEvents = {
  /** The log's stream saw a change of state. */
  changed: (): void => onChange.forEach((listener) => listener()),
  onChanged(listener: Listener): Listener {
    onChange.add(listener);
    return () => onChange.delete(listener);
  },
  /** The job is complete. */
  over(): void {
    isOver = true;
    onOver.forEach((listener) => listener());
  },
  /** Calls at once when the job is complete already. */
  onOver(listener: Listener): Listener {
    onOver.add(listener);
    if (isOver) listener();
    return () => onOver.delete(listener);
  },
};
