/** Fields of filter forms: empty means any. */
import type { JSX } from "preact";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly wide?: boolean;
  readonly numeric?: boolean;
}

export function Field({ name, label, hint, value, wide = false, numeric = false }: FieldProps): JSX.Element {
  return (
    <label class={wide ? "field field-wide" : "field"}>
      <span>{label}</span>
      <input
        name={name}
        value={value}
        placeholder={hint}
        inputMode={numeric ? "numeric" : undefined}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={200}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [value: string, text: string])[];
}

export function Choice({ name, label, value, options }: ChoiceProps): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <select name={name}>
        <option value="">any</option>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
