/** The commit status that tells what became of a configuration. */
export const CONFIG_CONTEXT = "cutwater/config";
