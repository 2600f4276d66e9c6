/** Errors as GitHub words them. */

export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
  readonly message?: string;
}

const DOCS = "https://docs.github.com/rest";

/** An answer other than 2xx. Thrown anywhere below a route, answered once by the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    errors: readonly (FieldError | string)[] | null = null,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }

  static notFound(): ApiError {
    return new ApiError(404, "Not Found");
  }

  static forbidden(message = "Resource not accessible by integration"): ApiError {
    return new ApiError(403, message);
  }

  static invalid(resource: string, field: string, code: string, message?: string): ApiError {
    const error = message === undefined ? { resource, field, code } : { resource, field, code, message };
    return new ApiError(422, "Validation Failed", [error]);
  }

  get body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      documentation_url: DOCS,
      status: String(this.status),
    };
  }
}
