/** The user's to fix: the message says what to do, and is printed without a stack. */
export class DeployError extends Error {
  override readonly name = "DeployError";
}
