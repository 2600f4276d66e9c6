/** GitHub's refusals in GraphQL: 200 with `errors`, each with a type beside GraphQL's own members. */
import type { ExecutionResult, GraphQLError } from "graphql";
import { ApiError } from "../errors.ts";

type Type = "NOT_FOUND" | "FORBIDDEN" | "UNPROCESSABLE";

/** Thrown by resolvers. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly type: Type;

  constructor(type: Type, message: string) {
    super(message);
    this.type = type;
  }

  static noNode(id: string): Refusal {
    return new Refusal("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  }
}

function typeOf(error: unknown): Type | null {
  if (error instanceof Refusal) return error.type;
  if (!(error instanceof ApiError)) return null;
  if (error.status === 404) return "NOT_FOUND";
  return error.status === 403 ? "FORBIDDEN" : "UNPROCESSABLE";
}

/** What the REST interface says of a field, GraphQL says in a sentence. */
function messageOf({ message, originalError }: GraphQLError): string {
  const [first] = originalError instanceof ApiError ? (originalError.errors ?? []) : [];
  if (first === undefined) return message;
  return typeof first === "string" ? first : (first.message ?? `${first.field} is invalid`);
}

export function shaped({ data, errors }: ExecutionResult): object {
  if (!errors) return { data };
  const told = errors.map((error) => {
    const type = typeOf(error.originalError);
    const { path, locations } = error;
    return { ...(type ? { type } : {}), path, locations, message: messageOf(error) };
  });
  return { data, errors: told };
}
